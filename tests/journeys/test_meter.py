"""The interaction meter: jobs, once by keys alone and once by mouse alone, against their targets.

The better way must meet the target and the other stay within twice of it; the table is docs/generated/interactions.md.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor
from tests.journeys.meter import K, Meter

pytestmark = pytest.mark.journey

TABLE = Path(__file__).resolve().parents[2] / "docs" / "generated" / "interactions.md"
TOAST = "#toasts .toast"
NOTE = "ride set Friday at 10 am"


@dataclass(frozen=True)
class Job:
    """One job of the ten with its targets: interactions, and seconds without typing of notes."""

    number: int
    name: str
    interactions: int
    seconds: float


JOBS = (
    Job(1, "Open a patient by name, phone or MRN (anywhere)", 3, 6),
    Job(2, "Log an unsuccessful call and reschedule (Today row)", 3, 5),
    Job(3, "Log an answered call, note, close 2 items (Today row)", 8, 15),
    Job(4, "Quick task with owner and due date (patient's row)", 3, 12),
    Job(5, "Done, or snooze with reason (Today row)", 2, 4),
    Job(6, "PHQ-9 with a prior result, to signed (patient)", 13, 25),
    Job(8, "Book an appointment with a team member (need)", 5, 10),
    Job(9, "Refer to a service (need)", 5, 10),
    Job(11, "Add to the care team by name (team page)", 3, 10),
)


def _focus(visitor: Visitor, selector: str, at: int = 0) -> str:
    visitor.page.goto("/")
    row = visitor.page.locator(selector).nth(at)
    row.evaluate("row => { row.tabIndex = 0; row.focus() }")
    return f"#{row.get_attribute('id')}"


def _undo(visitor: Visitor) -> None:
    visitor.page.locator("#toasts [data-undo]").click()
    expect(visitor.page.locator(TOAST)).to_contain_text(re.compile("taken back|undone"))


def _open_patient(v: Visitor, meter: Meter) -> None:
    v.page.goto("/help/")
    if meter.hand == "keys":
        meter.key("/")
    else:
        meter.click("#q")
    meter.type("#q", "93755", think=False)
    v.page.wait_for_selector("#found a")
    if meter.hand == "keys" and "click #q" not in meter.steps:
        meter.key("Enter", think=False)
    else:
        meter.click("#found a")
    v.page.wait_for_url("**/p/**")


def _failed_call(v: Visitor, meter: Meter) -> None:
    row = _focus(v, "tbody.one:has(.row__act a[href*='/call/'])")
    if meter.hand == "keys":
        meter.key("c")
        v.page.wait_for_selector(f"{row} form.call")
        meter.key("3")
        meter.key("Enter", think=False)
    else:
        meter.click(f"{row} .row__act a")
        v.page.wait_for_selector(f"{row} form.call")
        meter.click(f"{row} label:has(input[value=no-answer])")
        meter.click(f"{row} form.call button[type=submit]", think=False)
    expect(v.page.locator(TOAST)).to_contain_text("logged")
    _undo(v)


CALLS = "tbody.one:has(.row__act a[href*='/call/'])"


def _with_two_to_close(v: Visitor) -> int:
    """Return which of the calls on the list can close two things: gaps and clocks beside it are no tasks."""
    v.page.goto("/")
    forms = v.page.locator(f"{CALLS} .row__act a[href*='/call/']").evaluate_all("all => all.map(a => a.href)")
    return next(n for n, form in enumerate(forms) if v.page.request.get(form).text().count('name="close"') >= 2)


def _answered_call(v: Visitor, meter: Meter) -> None:
    row = _focus(v, CALLS, at=_with_two_to_close(v))
    if meter.hand == "keys":
        meter.key("c")
        v.page.wait_for_selector(f"{row} form.call")
        meter.key("1")
        meter.key("a")
        meter.key("b")
        meter.key("i", think=False)
        meter.key("n", think=False)
        meter.type("", NOTE)
        meter.key("Control+Enter", think=False)
    else:
        meter.click(f"{row} .row__act a")
        v.page.wait_for_selector(f"{row} form.call")
        meter.click(f"{row} label:has(input[value=spoke-patient])")
        meter.click(f"{row} label:has(input[name=close]) >> nth=0", think=False)
        meter.click(f"{row} label:has(input[name=close]) >> nth=1", think=False)
        meter.click(f"{row} label:has(input[value='name,birth-date'])", think=False)
        meter.type(f"{row} textarea[name=note]", NOTE)
        meter.click(f"{row} form.call button[type=submit]", think=False)
    expect(v.page.locator(TOAST)).to_contain_text("2 closed")
    # the note's own typing stands outside the target ("15 + typing")
    meter.seconds -= K * len(NOTE)
    _undo(v)


def _quick_task(v: Visitor, meter: Meter) -> None:
    row = _focus(v, "tbody.one", at=5)
    if meter.hand == "keys":
        meter.key("q")
        v.page.wait_for_selector(f"{row} input[name=title]:focus")
        meter.type("", "Order shower chair fri", think=False)
        meter.key("Enter", think=False)
    else:
        meter.click(f"{row} .row__act [data-key=o]")
        v.page.wait_for_selector(f"{row} input[name=title]")
        meter.type(f"{row} input[name=title]", "Order shower chair fri")
        meter.click(f"{row} form.quick button", think=False)
    expect(v.page.locator(TOAST)).to_contain_text("task added for")


def _snooze(v: Visitor, meter: Meter) -> None:
    row = _focus(v, "tbody.t3.one:has([name=task])", at=1)
    if meter.hand == "keys":
        meter.key("s")
        v.page.wait_for_selector(f"{row} form.snooze")
        meter.key("4")
    else:
        meter.click(f"{row} .row__act [data-key=o]")
        v.page.wait_for_selector(f"{row} form.snooze")
        meter.click(f"{row} form.snooze button[value=pharmacy]")
    expect(v.page.locator(TOAST)).to_contain_text("snoozed to")
    _undo(v)


def _nine_questions(v: Visitor, meter: Meter) -> None:
    """Read the time for reading and thinking over the answers out of it: the target is "25 + reading"."""
    v.page.goto("/")
    v.page.locator("a[href^='/p/']:has-text('Hern')").first.click()
    v.page.wait_for_url("**/p/**")
    if meter.hand == "keys":
        meter.command("g", "s")
        v.page.wait_for_url("**/assessments/")
        asked = v.page.locator("button[name=instrument][value=phq9]").get_attribute("data-go")
        meter.command("g", str(asked))
    else:
        meter.click("nav a[href$='/assessments/']")
        meter.click("button[name=instrument][value=phq9]")
    for number, digit in enumerate("1111111101", start=1):  # the ninth would interrupt
        v.page.wait_for_selector(f"[id='q-{number}'].is-now")
        if meter.hand == "keys":
            v.page.wait_for_selector(f"[id='q-{number}'] input:focus", state="attached")
            meter.key(digit, think=False)
        else:
            meter.click(f"[id='q-{number}'] label:has([data-key='{digit}'])", think=False)
    v.page.wait_for_url("**/review/")
    if meter.hand == "keys":
        meter.key("s")
    else:
        meter.click("text=Sign PHQ-9")
    v.page.wait_for_url("**/signed/")


def _book(v: Visitor, meter: Meter) -> None:
    v.page.goto("/")
    href = v.page.locator("tbody.one .row__who a", has_text="Guadalupe Hernández").first.get_attribute("href")
    v.page.goto(f"{href}plan/")
    need = v.page.locator("section.need").first
    need.evaluate("need => need.focus()")
    at = "wed 11:15" if meter.hand == "keys" else "wed 3:40 pm"
    if meter.hand == "keys":
        meter.key("b")
    else:
        meter.click("section.need a[data-key=b]")
    v.page.wait_for_url("**/book/**")
    # The page opens on its published times where there are some; here another time is wanted.
    if meter.hand == "keys" and v.page.evaluate("document.activeElement.id") != "id_who":
        meter.key("w", think=False)
    meter.pick("#id_who", "Theo Marchetti, LPN")
    if meter.hand == "keys":
        meter.key("Tab", think=False)
        meter.type("", at, think=False)
    else:
        meter.type("#id_when", at, think=False)
    if meter.hand == "keys":
        meter.key("Enter", think=False)
    else:
        meter.click("#booking button.btn-primary", think=False)
    expect(v.page.locator(TOAST)).to_contain_text("Booked: Visit")
    v.page.locator("#toasts [data-undo]").click()
    expect(v.page.locator("main")).to_contain_text("Booked by mistake")


def _refer(v: Visitor, meter: Meter) -> None:
    v.page.goto("/")
    href = v.page.locator("tbody.one .row__who a", has_text="Guadalupe Hernández").first.get_attribute("href")
    v.page.goto(f"{href}plan/")
    v.page.locator("section.need").first.evaluate("need => need.focus()")
    if meter.hand == "keys":
        meter.key("r")
        v.page.wait_for_url("**/refer/**")
        v.page.wait_for_selector("input[name=to]:focus")
        meter.key("ArrowDown")
        meter.key("Control+Enter", think=False)
    else:
        meter.click("section.need a[data-key=r]")
        v.page.wait_for_url("**/refer/**")
        meter.click("#targets label >> nth=1")
        meter.click("button[value=send]", think=False)
    v.page.wait_for_url("**/referral-out/**")
    expect(v.page.locator("#h-st")).to_contain_text("sent, waiting for an answer")
    v.page.locator("#toasts [data-undo]").click()
    expect(v.page.locator("#h-st")).to_contain_text("draft")


def _add_by_name(v: Visitor, meter: Meter) -> None:
    v.page.goto("/")
    href = v.page.locator("tbody.one .row__who a", has_text="Guadalupe Hernández").first.get_attribute("href")
    v.page.goto(f"{href}team/")
    if meter.hand == "keys":
        meter.command("g", "n")
        expect(v.page.locator("#who")).to_be_focused()
        meter.type("", "vasquez", think=False)
        meter.key("Enter", think=False)
    else:
        meter.click("#who")
        meter.type("#who", "vasquez", think=False)
        meter.click("form:has(#who) > button", think=False)
    expect(v.page.locator(TOAST)).to_contain_text("Vasquez-Lind, Specialist: saved")
    v.page.locator("#toasts [data-undo]").click()
    expect(v.page.locator("main")).not_to_contain_text("Vasquez")


RUNS: dict[int, Callable[[Visitor, Meter], None]] = {
    1: _open_patient,
    2: _failed_call,
    3: _answered_call,
    4: _quick_task,
    5: _snooze,
    6: _nine_questions,
    8: _book,
    9: _refer,
    11: _add_by_name,
}


def test_the_jobs_meet_their_targets(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    lines, missed = [], []
    for job in JOBS:
        found = {}
        for hand in ("keys", "mouse"):
            meter = Meter(dana.page, hand)
            RUNS[job.number](dana, meter)
            found[hand] = (meter.interactions, round(meter.seconds, 1))
        (best_n, best_s), (other_n, other_s) = sorted(found.values())
        if best_n > job.interactions or min(best_s, other_s) > job.seconds:
            missed.append(
                f"job {job.number}: {best_n} interactions, {best_s} s; target {job.interactions}, {job.seconds}"
            )
        if other_n > 2 * job.interactions or max(best_s, other_s) > 2 * job.seconds:
            missed.append(f"job {job.number}, the other hand: {other_n} interactions, {other_s} s")
        keys, mouse = found["keys"], found["mouse"]
        lines.append(
            f"| {job.number} | {job.name} | {job.interactions} · {job.seconds} s "
            f"| {keys[0]} · {keys[1]} s | {mouse[0]} · {mouse[1]} s |"
        )
    table = (
        "# Interactions\n\nWritten by `tests/journeys/test_meter.py` from a real browser; seconds by the keystroke-"
        "level model, for practised and error-free use, without the server's time.\n\n"
        "| # | job | target | keys alone | mouse alone |\n|---|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )
    if os.environ.get("THROUGHLINE_WRITE_DOCS") or not TABLE.exists():
        TABLE.write_text(table)
    assert not missed, "\n".join(missed)
    assert TABLE.read_text() == table, "docs/generated/interactions.md is stale: run with THROUGHLINE_WRITE_DOCS=1"
