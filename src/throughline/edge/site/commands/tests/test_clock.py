"""`throughline clock`: every one of the 80 answers, and every refusal is one sentence and exit 2."""

import argparse
import json
import subprocess
import sys
from typing import Any

import pytest

from throughline.edge.site.commands import clock
from throughline.record.clocks.rules import catalogue

KEYS = {"key", "version", "due", "safe", "state", "steps", "citation", "confidence"}
NO_NUMBER = {"C-16", "C-19", "C-20", "C-72", "C-73", "C-76", "C-77"}


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    clock.add_arguments(parser)
    return clock.run(parser.parse_args(words))


def due(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert call("due", *words, "--json") == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.parametrize("number", range(1, 81))
def test_each_of_the_eighty_answers_with_its_citation(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    identity = f"C-{number:02d}"
    found = due(capsys, identity, "--start", "2027-03-10T09:00", "--zone", "America/Chicago", "--on", "2027-03-10")
    assert set(found) >= KEYS
    assert found["citation"]
    assert found["steps"]
    assert (found["due"] is None) == (identity in NO_NUMBER)
    assert (found["state"] == "no-deadline") == (identity in NO_NUMBER)
    by_key = due(
        capsys,
        found["key"],
        "--start",
        "2027-03-10T09:00-06:00",
        "--zone",
        "America/Chicago",
        "--on",
        "2027-03-10",
    )
    assert by_key == found


def test_a_day_counted_clock_ends_with_the_last_second_of_its_day(capsys: pytest.CaptureFixture[str]) -> None:
    found = due(capsys, "C-23", "--start", "2026-11-24", "--zone", "America/New_York", "--on", "2026-11-27")
    assert (found["due"], found["safe"]) == ("2026-11-27T23:59:59-05:00", "2026-11-27T23:59:59-05:00")
    assert found["state"] == "due-soon"
    assert due(capsys, "C-23", "--start", "2026-11-24", "--on", "2026-11-28")["state"] == "overdue"


def test_the_offset_of_the_start_serves_when_no_zone_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    found = due(capsys, "C-14", "--start", "2027-03-13T09:15-05:00", "--on", "2027-03-13")
    assert found["due"] == "2027-03-16T09:15:00-05:00"


def test_m_marked_rules_are_shown_unreviewed(capsys: pytest.CaptureFixture[str]) -> None:
    found = due(capsys, "C-40", "--start", "2028-02-29")
    assert found["confidence"] == "unreviewed"
    assert any("Unreviewed" in step for step in found["steps"])


def test_a_part_is_asked_for_by_a_slash_or_a_fact(capsys: pytest.CaptureFixture[str]) -> None:
    by_slash = due(capsys, "C-80/irf-therapy", "--start", "2027-11-08", "--on", "2027-11-08")
    assert by_slash["due"] == "2027-11-10T12:00:00-05:00"
    assert due(capsys, "C-80", "--start", "2027-11-08", "--set", "part=irf-therapy", "--on", "2027-11-08") == by_slash
    assert due(capsys, "C-80", "--start", "2027-11-08", "--set", "kind=therapy", "--on", "2027-11-08") == by_slash


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["C-99", "--start", "2027-03-10"], "no clock 'C-99'"),
        (["nonsense", "--start", "2027-03-10"], "no clock 'nonsense'"),
        (["C-23"], "needs --start"),
        (["C-23", "--start", "2027-02-30"], "2027-02-30"),
        (["C-23", "--start", "tomorrow"], "tomorrow"),
        (["C-23", "--start", "2027-03-10T25:00", "--zone", "America/Chicago"], "25:00"),
        (["C-23", "--start", "2027-03-10T10:00"], "no time zone"),
        (["C-14", "--start", "2027-03-10", "--zone", "America/Chicago"], "time of day"),
        (["C-14", "--start", "2027-03-14T02:30", "--zone", "America/Chicago"], "does not exist"),
        (["C-14", "--start", "2027-11-07T01:30", "--zone", "America/Chicago"], "happens twice"),
        (["C-14", "--start", "2027-03-10T10:00", "--zone", "Mars/Olympus"], "not a time zone"),
        (["C-23", "--start", "9999-12-31"], "outside the years"),
        (["C-14", "--start", "9999-12-31T20:00+00:00"], "outside the years"),
        (["C-60/decision", "--start", "2027-03-10"], "needs received"),
        (["C-23", "--start", "2027-03-10", "--set", "colour=red"], "knows no 'colour'"),
        (["C-23", "--start", "2027-03-10", "--set", "met"], "NAME=VALUE"),
        (["C-24", "--start", "2027-03-10", "--set", "mdm=low"], "must be one of: high, moderate"),
        (["C-65", "--start", "2027-03-10", "--set", "state_days=60"], "between 90 and 120"),
        (["C-80/nothing", "--start", "2027-03-10"], "no part 'nothing'"),
        (["C-23", "--start", "2027-03-10", "--on", "soon"], "soon"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence_and_exit_2(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("due", *words, "--json") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert told.err.count("\n") == 1


def test_the_list_names_every_clock_and_its_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed] == [rule.id for rule in catalogue.rules().values()]
    assert {"line", "effective", "qio_closed"} <= {one["name"] for one in listed[11]["inputs"]}


def test_neither_django_nor_a_database_is_needed() -> None:
    code = (
        "import argparse, sys\n"
        "from throughline.edge.site.commands import clock\n"
        "p = argparse.ArgumentParser(); clock.add_arguments(p)\n"
        "assert clock.run(p.parse_args(['due', 'C-23', '--start', '2027-03-10'])) == 0\n"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg')]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.returncode == 0, done.stderr
