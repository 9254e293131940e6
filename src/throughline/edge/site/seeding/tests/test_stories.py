"""A story with a mistake says which file and what to mend."""

from pathlib import Path

import pytest

from throughline.edge.site.seeding.stories import UnreadableStory, read_seeds, seeds_folder

WHOLE = (
    "key: {key}\nstory: s\nsite: complex-care\nmrn: '{mrn}'\n"
    "name: {{given: A, family: B}}\nborn: 1950-01-01\nsex: male\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "patients").mkdir()
    (tmp_path / "hospital.yaml").write_text("sites: {}")
    (tmp_path / "vocabulary.yaml").write_text("conditions: {}")
    (tmp_path / "volume.yaml").write_text("female: []")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key: a\nstory: s\n", "a.yaml lacks site, mrn, name, born, sex"),
        (WHOLE.format(key="a", mrn=1) + "medicine: []\n", "a.yaml has unknown medicine"),
        (WHOLE.format(key="b", mrn=1), "the key 'b' must be the file's name"),
        ("- a\n", "begin with named fields"),
        ("key: [\n", "a.yaml: while parsing"),
    ],
)
def test_a_faulty_story_is_refused_by_name(folder: Path, text: str, said: str) -> None:
    (folder / "patients" / "a.yaml").write_text(text)
    with pytest.raises(UnreadableStory, match=said):
        read_seeds(folder)


def test_two_stories_with_one_record_number_are_refused(folder: Path) -> None:
    for key in "ab":
        (folder / "patients" / f"{key}.yaml").write_text(WHOLE.format(key=key, mrn=1))
    with pytest.raises(UnreadableStory, match="b and a have the same MRN 1"):
        read_seeds(folder)


def test_a_named_folder_without_a_hospital_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_SEEDS", str(tmp_path))
    with pytest.raises(UnreadableStory, match="set THROUGHLINE_SEEDS"):
        seeds_folder()


def test_every_story_names_people_who_work_there() -> None:
    seeds = read_seeds()
    users, sites = seeds.hospital["users"], seeds.hospital["sites"]
    for story in seeds.stories:
        assert story["site"] in sites, story["key"]
        for case in story.get("cases", []):
            named = [case.get("owner"), case["referral"]["by"]]
            named += [line["by"] for line in case.get("contacts", [])]
            named += [line["owner"] for line in case.get("tasks", []) if "owner" in line]
            named += [line["offered"]["to"] for line in case.get("tasks", []) if "offered" in line]
            assert {name for name in named if name} <= set(users), story["key"]


def test_every_dated_line_says_one_thing_once() -> None:
    for story in read_seeds().stories:
        for section in ("conditions", "medicines", "procedures", "immunizations"):
            for line in story.get(section, []):
                assert line.count(" @ ") == 1, f"{story['key']}: {line}"


def test_who_is_not_whom_is_said_on_both_sides() -> None:
    stories = {story["key"]: story for story in read_seeds().stories}
    for story in stories.values():
        for other in story.get("distinct_from", []):
            assert story["key"] in stories[other]["distinct_from"]
