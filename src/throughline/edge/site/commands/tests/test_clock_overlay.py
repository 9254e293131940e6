"""A state's, a payer's or a hospital's own value wins with its citation and date, and the answer says over which."""

import argparse
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from throughline.edge.site.commands import clock as command
from throughline.foundation.content import library
from throughline.foundation.content.records import ContentError
from throughline.record.clocks.records import ClockError
from throughline.record.clocks.rules import catalogue

Write = Callable[[str, str], None]
SHORTER = """
key = "medicaid-authorization"
citation = "State code 441.1"
effective_from = 2027-01-01
applies_to = { state = "IA" }
[values]
days = 4
"""


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        monkeypatch.setenv(library.OVERLAY, str(tmp_path))
        library.forget()

    yield write
    monkeypatch.undo()
    library.forget()


def due(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(["due", *words, "--json"])) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_a_state_s_value_wins_from_its_date_on_and_says_over_what(
    overlay: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay("clocks/iowa.toml", SHORTER)
    for start, facts, expected in (
        ("2027-03-01", ["--set", "state=IA"], "2027-03-05"),
        ("2027-03-01", ["--set", "state=KS"], "2027-03-08"),
        ("2027-03-01", [], "2027-03-08"),
        ("2026-12-31", ["--set", "state=IA"], "2027-01-07"),
    ):
        found = due(capsys, "C-45", "--start", start, *facts)
        assert str(found["due"]).startswith(expected), (start, facts)
    found = due(capsys, "C-45", "--start", "2027-03-01", "--set", "state=ia")
    assert found["citation"] == "State code 441.1"
    assert found["overridden"] == ["values.days: 4 holds over 7 (State code 441.1, in force since 2027-01-01)."]
    assert any("4 holds over 7" in step for step in found["steps"])  # type: ignore[attr-defined]


def test_a_state_s_calendar_replaces_the_federal_days(overlay: Write, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("C-66", "--start", "2027-11-23", "--set", "kind=expedited")
    assert str(due(capsys, *words)["due"]).startswith("2027-11-29")
    overlay(
        "calendars/state.toml",
        'key = "state"\ncitation = "State code 1C.2"\neffective_from = 2027-01-01\n'
        'closed = [{ date = 2027-11-29, words = "State day" }]\n',
    )
    found = due(capsys, *words)
    assert str(found["due"]).startswith("2027-11-30")
    assert any("State day" in step for step in found["steps"])  # type: ignore[attr-defined]


def test_a_clock_of_one_s_own_touches_no_python(overlay: Write, capsys: pytest.CaptureFixture[str]) -> None:
    overlay(
        "clocks/contract.toml",
        'id = "X-1"\nkey = "contract-call-back"\ntitle = "Call back"\nversion = 1\ncitation = "Contract 7, s.3"\n'
        'licence = "ours"\nconfidence = "V1"\neffective_from = 2026-01-01\nreviewer = "A. Reviewer"\nexamples = []\n'
        'owed_by = "us"\ntrigger = "Call missed"\n'
        'parts = [{ name = "call", steps = [{ business_days = 1, calendar = "payer" }, { at = "16:30" }] }]\n',
    )
    assert due(capsys, "X-1", "--start", "2027-05-28")["due"] == "2027-06-01T16:30:00-04:00"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("steps = [{ leap_days = 1 }]", "must have one operation"),
        ("steps = [{ days = 'wishes' }]", "neither a value nor an input"),
        ("steps = [{ from = 'nowhere' }]", "no input"),
        ("steps = [{ days = 1, when = { wish = true } }]", "which is no input"),
        ("colour = 'red'", "unknown"),
    ],
)
def test_a_rule_that_cannot_be_counted_is_refused_at_start_with_its_file(
    overlay: Write, change: str, words: str
) -> None:
    overlay(
        "clocks/bad.toml",
        'id = "X-2"\nkey = "bad"\ntitle = "Bad"\nversion = 1\ncitation = "c"\nlicence = "l"\nconfidence = "M"\n'
        f'effective_from = 2026-01-01\nreviewer = ""\nexamples = []\ntrigger = "t"\n[[parts]]\nname = "p"\n{change}\n',
    )
    with pytest.raises(ContentError, match=words) as refused:
        catalogue.rules()
    assert "bad.toml" in str(refused.value)


def test_a_rule_is_chosen_by_the_day_of_the_trigger(overlay: Write) -> None:
    overlay("clocks/iowa.toml", SHORTER)
    chosen = catalogue.rule("C-45", on=date(2026, 12, 31), facts={"state": "IA"})
    assert chosen.values["days"] == 7
    assert catalogue.rule("C-45", on=date(2027, 1, 1), facts={"state": "IA"}).values["days"] == 4
    with pytest.raises(ClockError, match="no clock"):
        catalogue.rule("C-450")
