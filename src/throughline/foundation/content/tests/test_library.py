"""The library finds, checks, freezes and overlays content; every refusal names the file and the place."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from throughline.foundation.content import library
from throughline.foundation.content.records import ContentError, Item

GOOD = """
key = "phone-call"
version = 2
citation = "A book, page 3"
licence = "Apache-2.0"
confidence = "V1"
effective_from = 2026-01-01
reviewer = "A. Reviewer"
reviewed_on = 2026-02-03
title = "Phone call"
[values]
days = 7
hours = 3
[[examples]]
words = "one"
"""
Write = Callable[[str, str], Path]


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    monkeypatch.setenv(library.BASE, str(tmp_path / "base"))
    monkeypatch.delenv(library.OVERLAY, raising=False)
    (tmp_path / "base").mkdir()

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    yield write
    library.forget()


def test_an_item_is_read_and_frozen(base: Write) -> None:
    base("base/calls/one.toml", GOOD)
    item = library.item("calls", "phone-call")
    assert (item.version, item.effective_from, item.reviewed_on) == (2, date(2026, 1, 1), date(2026, 2, 3))
    assert item.data["values"]["days"] == 7
    with pytest.raises(TypeError):
        item.data["values"]["days"] = 8


def test_yaml_entries_share_defaults_and_examples_may_stand_beside(base: Write) -> None:
    base(
        "base/calls/many.yaml",
        "defaults: {version: 1, citation: c, licence: l, confidence: M, effective_from: 2026-01-01,"
        " reviewer: '', examples: []}\nentries:\n- {key: a}\n- {key: b, confidence: V1/V2}\n",
    )
    base("base/calls/one.toml", GOOD)
    base("base/calls/one.examples.yaml", "examples:\n- {words: two}\n")
    items = library.load("calls")
    assert {key: item.confidence for key, item in items.items()} == {
        "a": "M",
        "b": "V1/V2",
        "phone-call": "V1",
    }
    assert [example["words"] for example in items["phone-call"].examples] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace('licence = "Apache-2.0"\n', ""), "lacks licence"),
        (GOOD.replace('"V1"', '"sure"'), "confidence"),
        (GOOD.replace("2026-01-01", '"1 May"'), "'effective_from' must be a date"),
        (GOOD.replace("version = 2", "version = "), "cannot be read"),
        (GOOD.replace('citation = "A book, page 3"', 'citation = " "'), "'citation' must be a text"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_place(base: Write, text: str, words: str) -> None:
    path = base("base/calls/bad.toml", text)
    with pytest.raises(ContentError) as refused:
        library.load("calls")
    assert str(path) in str(refused.value)
    assert words in str(refused.value)


def test_two_files_may_not_claim_one_key(base: Write) -> None:
    base("base/calls/one.toml", GOOD)
    base("base/calls/two.toml", GOOD)
    with pytest.raises(ContentError, match="stands already"):
        library.load("calls")


def test_a_parser_s_complaint_names_the_file_and_the_key(base: Write) -> None:
    path = base("base/calls/one.toml", GOOD)

    def parse(item: Item) -> int:
        return int(item.data["nonsense"])

    with pytest.raises(ContentError, match=f"{path}.*phone-call.*nonsense"):
        library.load("calls", parse)


def test_what_is_parsed_is_remembered_until_forgotten(base: Write) -> None:
    base("base/calls/one.toml", GOOD)
    seen: list[str] = []

    def parse(item: Item) -> int:
        seen.append(item.key)
        return int(item.data["values"]["days"])

    assert library.load("calls", parse) == {"phone-call": 7}
    assert library.load("calls", parse) == {"phone-call": 7}
    assert seen == ["phone-call"]
    library.forget()
    library.load("calls", parse)
    assert seen == ["phone-call", "phone-call"]


def test_overlays_win_by_date_and_place_and_say_over_what(
    base: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base("base/calls/one.toml", GOOD)
    base("state/calls/a.toml", 'key = "phone-call"\ncitation = "State code 1"\neffective_from = 2027-01-01\n'
         'applies_to = {state = ["IA", "KS"]}\n[values]\ndays = 5\n')  # fmt: skip
    base("payer/calls/b.toml", 'key = "phone-call"\ncitation = "Contract 9"\neffective_from = 2027-06-01\n'
         'applies_to = {state = "ia", payer = "P9"}\n[values]\ndays = 2\n')  # fmt: skip
    monkeypatch.setenv(library.OVERLAY, os.pathsep.join([str(tmp_path / "state"), str(tmp_path / "payer")]))
    item = library.item("calls", "phone-call")

    def days(on: date, **facts: str) -> int:
        return int(library.choose(item, on=on, facts=facts).data["values"]["days"])

    assert days(date(2027, 7, 1)) == 7
    assert days(date(2026, 12, 31), state="IA") == 7
    assert days(date(2027, 1, 1), state="IA") == 5
    assert days(date(2027, 6, 1), state="IA", payer="P9") == 2
    won = library.choose(item, on=date(2027, 1, 1), facts={"state": "KS"}).overrides[0]
    assert (won.path, won.value, won.replaced, won.citation) == ("values.days", 5, 7, "State code 1")
    assert "5 holds over 7 (State code 1, in force since 2027-01-01)" in won.sentence()


def test_an_overlay_without_condition_replaces_at_once_and_needs_its_citation(
    base: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base("base/calls/one.toml", GOOD)
    over = base("own/calls/a.toml", 'key = "phone-call"\ncitation = "House"\neffective_from = ""\ntitle = "Call"')
    monkeypatch.setenv(library.OVERLAY, str(tmp_path / "own"))
    item = library.item("calls", "phone-call")
    assert (item.data["title"], item.citation, item.data["values"]["days"]) == ("Call", "House", 7)
    over.write_text('key = "phone-call"\ntitle = "Call"')
    library.forget()
    with pytest.raises(ContentError, match="needs its own 'citation'"):
        library.load("calls")


def test_a_missing_overlay_directory_is_refused(base: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(library.OVERLAY, "/nowhere/at/all")
    with pytest.raises(ContentError, match="/nowhere/at/all"):
        library.load("calls")


def test_the_library_of_this_product_loads_whole() -> None:
    library.forget()
    assert sum(library.check().values()) == sum(len(library.load(kind)) for kind in library.kinds())
