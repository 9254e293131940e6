"""Every example in `content/clocks` is a test: its dates, and the state on both sides of each boundary."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from throughline.record.clocks.records import Attempt, ClockRule, Moment
from throughline.record.clocks.rules import catalogue, engine, moments, worked
from throughline.record.clocks.rules.worked import clock_of
from throughline.record.clocks.tests.asked import examples, promised

ALL = [pytest.param(rule, example, id=name) for name, rule, example in examples()]
SECOND = timedelta(seconds=1)


def same(found: Moment | None, text: str, zone: ZoneInfo) -> bool:
    expected = promised(text, zone)
    if isinstance(expected, datetime):
        return isinstance(found, datetime) and found.astimezone(UTC) == expected.astimezone(UTC)
    if isinstance(found, datetime):  # an example may give only the day of an instant
        return False
    return found == expected


@pytest.mark.parametrize(("rule", "example"), ALL)
def test_the_dates_of_the_example(rule: ClockRule, example: Mapping[str, Any]) -> None:
    zone = ZoneInfo(example["zone"])
    clock = clock_of(rule, example)
    found = engine.reckon(clock)
    for name in ("due", "safe", "earliest"):
        if name in example and not (name == "due" and "T23:59:59" in example["due"]):
            assert same(getattr(found, name), example[name], zone), (name, getattr(found, name))
    if "due" in example:
        due = engine.due_at(clock)
        assert due is not None
        expected = moments.last_instant(promised(example["due"], zone), zone)
        assert due.astimezone(UTC) == expected.astimezone(UTC)
        assert due.utcoffset() == expected.astimezone(zone).utcoffset()
    for name, text in example.get("parts", {}).items():
        assert same(engine.reckon(clock, name).due, text, zone), name
    for name, text in example.get("part_earliest", {}).items():
        assert same(engine.reckon(clock, name).earliest, text, zone), name
    if "state" in example:
        at = promised(example["on"], zone) if "on" in example else clock.start
        assert engine.state(clock, at=moments.first_instant(at, zone)) == example["state"]


@pytest.mark.parametrize(("rule", "example"), ALL)
def test_both_sides_of_every_boundary(rule: ClockRule, example: Mapping[str, Any]) -> None:
    clock = clock_of(rule, {**example, "set": {k: v for k, v in example.get("set", {}).items() if k != "attempts"}})
    found = engine.reckon(clock)
    if found.due is None:
        assert engine.next_look_at(clock, at=datetime(2020, 1, 1, tzinfo=UTC)) is None
        return
    last = moments.last_instant(found.due, clock.zone).astimezone(UTC)
    assert engine.state(clock, at=last) != "overdue"
    assert engine.state(clock, at=last + SECOND) == "overdue"
    if found.safe is not None:
        safe = moments.last_instant(found.safe, clock.zone).astimezone(UTC)
        assert engine.state(clock, at=safe) != "past-safe"
        assert engine.state(clock, at=safe + SECOND) == "past-safe"
    part = rule.part(found.part)
    if found.earliest is not None and part.opens:
        opens = moments.first_instant(found.earliest, clock.zone).astimezone(UTC)
        assert engine.state(clock, at=opens - SECOND) == "not-open"
        assert engine.state(clock, at=opens) != "not-open"


def test_there_are_eighty_clocks_each_with_its_citation_and_examples() -> None:
    rules = catalogue.rules()
    assert [rule.id for rule in rules.values()] == [f"C-{number:02d}" for number in range(1, 81)]
    for rule in rules.values():
        assert rule.citation
        assert rule.confidence_note
        assert rule.examples, rule.id


def test_the_hundred_worked_dates_are_all_there() -> None:
    rows = {example.get("row") for _, _, example in examples()} - {None}
    assert rows == set(range(1, 101))


def reference() -> Path | None:
    named = os.environ.get("THROUGHLINE_SHARED")
    here = Path(__file__).resolve()
    places = [Path(named)] if named else [parent / "shared" for parent in here.parents]
    return next((place for place in places if (place / "reference/regulation.md").exists()), None)


@pytest.mark.shared
def test_every_date_of_the_reference_s_table_is_promised_by_an_example() -> None:
    found = reference()
    if found is None:
        pytest.skip("the reference folder is not beside the repository")
    promised_texts: dict[int, str] = {}
    for _, rule, example in examples():
        if "row" in example:
            told = {name: example.get(name) for name in ("due", "safe", "earliest", "parts", "part_earliest")}
            row = example["row"]
            promised_texts[row] = promised_texts.get(row, "") + str(told) + rule.id
    table = (found / "reference/regulation.md").read_text(encoding="utf-8").split("## 6. Worked")[1]
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", table, re.MULTILINE)
    assert len(rows) == 100
    for number, clocks, _, due in rows:
        text = promised_texts[int(number)]
        assert re.findall(r"C-\d+", clocks)[0] in text, number
        for day in re.findall(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2})?", due):
            assert day in text, (number, day)


def test_every_code_of_the_library_has_its_words() -> None:
    rules = catalogue.rules().values()
    assert {line for rule in rules for line in rule.lines} <= set(worked.LINES)
    owed = {rule.owed_by for rule in rules} | {part.owed_by for rule in rules for part in rule.parts} - {""}
    assert owed <= set(worked.OWED_BY)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("V1/V2 [S14][S15]", "primary and secondary source"),
        ("V2 [S71]; exceptions V1 [S2b]; 431.211 itself M", "secondary source; exceptions primary source; "
         "431.211 itself from memory, unreviewed"),
        ("M", "from memory, unreviewed"),
    ],
)  # fmt: skip
def test_how_well_a_rule_is_founded_is_said_in_words(note: str, words: str) -> None:
    assert worked.confidence_in_words(note) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (False, "no"),
        (date(2026, 11, 26), "Thursday, November 26, 2026"),
        (datetime(2026, 11, 25, 15, tzinfo=UTC), "Wednesday, November 25, 2026, 10:00 AM EST"),
        ((date(2026, 11, 26), date(2026, 11, 27)), "Thursday, November 26, 2026; Friday, November 27, 2026"),
        (
            (Attempt(datetime(2026, 11, 25, 15, tzinfo=UTC), "phone"),),
            "Wednesday, November 25, 2026, 10:00 AM EST by phone",
        ),
        (14, "14"),
        ("level-ii", "level ii"),
    ],
)
def test_a_fact_is_said_as_people_read_it(value: Any, words: str) -> None:
    assert worked.value_in_words(value, ZoneInfo("America/New_York")) == words
