"""Every task of the stories begins with what to do, and every word a story uses has its product's word."""

import pytest

from throughline.edge.site.seeding import wording
from throughline.edge.site.seeding.stories import read_seeds
from throughline.record.cases.programmes import programmes
from throughline.record.cases.rules import CLOSE_REASONS, PAUSE_REASONS
from throughline.record.contacts.actions import CHANNELS
from throughline.record.contacts.rules import BY_KEY

CASES = [(story, case) for story in read_seeds().stories for case in story.get("cases", [])]
TASKS = [(task["what"], task.get("kind", "task")) for _, case in CASES for task in case.get("tasks", [])]


@pytest.mark.parametrize(
    ("what", "kind", "verb", "title"),
    [
        ("Find a ride to cardiology", "task", "Find", "a ride to cardiology"),
        ("PHQ-9 again", "assessment", "Assess", "PHQ-9 again"),
        ("Something to do", "task", "Do", "Something to do"),
    ],
)
def test_the_verb_is_the_first_word_or_that_of_the_kind(what: str, kind: str, verb: str, title: str) -> None:
    assert wording.task_words(what, kind) == (verb, title)


def test_no_task_says_only_do() -> None:
    assert [what for what, kind in TASKS if wording.task_words(what, kind)[0] == "Do"] == []


def test_the_words_of_the_stories_are_known_to_the_product() -> None:
    assert set(wording.CHANNELS.values()) <= set(CHANNELS)
    assert set(wording.OUTCOMES.values()) <= set(BY_KEY)
    for story, case in CASES:
        assert case["programme"] in programmes(), story["key"]
        assert case["referral"]["source"] in wording.SOURCES, story["key"]
        assert case.get("closed", {}).get("reason", "goals-met") in CLOSE_REASONS, story["key"]
        assert case.get("paused", {}).get("reason", "travel") in PAUSE_REASONS, story["key"]
        for contact in case.get("contacts", []):
            assert contact["how"] in wording.CHANNELS, story["key"]
            assert contact["outcome"] in wording.OUTCOMES, story["key"]


def test_who_decides_is_the_proxy_when_somebody_speaks_for_the_patient() -> None:
    seeds = read_seeds()
    szymanski = seeds.story("szymanski")
    assert wording.decided_by(szymanski, "representative by phone").startswith("Paul Szymanski, son, health care")
    assert wording.decided_by(szymanski, "phone") == "Harold Szymański"
    assert wording.decided_by(seeds.story("sutrisno"), "phone") == "Sutrisno"
