"""Every reversible act is taken back by what its answer offers, and the record stands as it stood before."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.journeys.test_every_url import addresses, as_user
from throughline.foundation.access.tests.factories import as_actor, make_site, make_user, open_record
from throughline.foundation.drafts.models import Draft
from throughline.foundation.journal import publishing
from throughline.foundation.journal.leaving import Parcel, carries, leave
from throughline.foundation.journal.models import OutboxMessage
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.contacts.models import Contact
from throughline.record.tasks.actions import TaskIn, add_task, hold_task, offer_task, report_back
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
HTMX = {"hx-request": "true"}
UNDO = re.compile(r'<form method="post" action="([^"]+)"[^>]*>.*?name="version" value="(\d*)".*?data-undo', re.S)


@dataclass
class Desk:
    """A nurse, a colleague who may see the patient, and one task on the nurse's list."""

    nurse: Any
    colleague: Any
    patient_id: UUID
    task_id: UUID
    at: datetime

    def browser(self, user: Any) -> Client:
        """A browser in which the user has signed in."""
        return as_user(user)


@pytest.fixture
def desk() -> Desk:
    site, at = make_site(), datetime.now(UTC)
    nurse, colleague = make_user("case_manager", site), make_user("team_nurse", site)
    patient = make_patient(site)
    make_case(site, nurse, patient=patient, at=at - timedelta(days=1))
    open_record(patient.id, site, user=colleague, kind="care_team")
    task = TaskIn(patient_id=patient.id, title="Ask about weight", verb="Call", owner_id=nurse.id, due_at=at)
    task_id = add_task(patient_id=patient.id, task=task, by=as_actor(nurse, at=at), at=at)
    return Desk(nurse, colleague, patient.id, task_id, at)


def _held(desk: Desk) -> None:
    until = desk.at + timedelta(days=2)
    hold_task(task_id=desk.task_id, until=until, reason="pharmacy", by=as_actor(desk.nurse, at=desk.at), at=desk.at)


def _offered(desk: Desk) -> None:
    offer_task(task_id=desk.task_id, to_id=desk.colleague.id, by=as_actor(desk.nurse, at=desk.at), at=desk.at)


def _accepted(desk: Desk) -> None:
    _offered(desk)
    desk.browser(desk.colleague).post(f"/task/{desk.task_id}/answer/", {"answer": "accept"})


def _reported(desk: Desk) -> None:
    _accepted(desk)
    report_back(
        task_id=desk.task_id, outcome="Weighed her", by=as_actor(desk.colleague, at=desk.at), at=datetime.now(UTC)
    )


def _nothing(desk: Desk) -> None:
    return


@dataclass(frozen=True)
class Act:
    """One reversible act on a task: its address, what is sent, how the task stood before, and who does it."""

    name: str
    sent: dict[str, str]
    first: Callable[[Desk], None] = _nothing
    by_colleague: bool = False

    def __str__(self) -> str:
        return "-".join([self.name, *self.sent.values()])


COLLEAGUE = "the colleague"
ACTS = (
    Act("done", {"outcome": "Said 168 lb"}),
    Act("snooze", {"reason": "pharmacy"}),
    Act("end-hold", {}, _held),
    Act("assign", {"owner": COLLEAGUE}),
    Act("offer", {"owner": COLLEAGUE}),
    Act("answer", {"answer": "accept"}, _offered, by_colleague=True),
    Act("answer", {"answer": "decline", "reason": "On leave"}, _offered, by_colleague=True),
    Act("report", {"outcome": "Weighed her"}, _accepted, by_colleague=True),
    Act("check", {"answer": "verify"}, _reported),
    Act("check", {"answer": "return", "reason": "Which scale?"}, _reported),
)


def _task(desk: Desk) -> dict[str, Any]:
    """The task as it stands, but for the count of its changes."""
    return {
        name: value for name, value in Task.objects.filter(id=desk.task_id).values()[0].items() if name != "version"
    }


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_on_a_task_is_taken_back(desk: Desk, act: Act) -> None:
    act.first(desk)
    before = _task(desk)
    browser = desk.browser(desk.colleague if act.by_colleague else desk.nurse)
    sent = {name: str(desk.colleague.id) if value == COLLEAGUE else value for name, value in act.sent.items()}
    answer = browser.post(f"/task/{desk.task_id}/{act.name}/", sent, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    assert _task(desk) != before
    offered = UNDO.search(answer.content.decode())
    assert offered, "the answer offers no undo"
    taken_back = browser.post(offered.group(1), {"version": offered.group(2)}, headers=HTMX)
    assert taken_back.status_code == 200, taken_back.content.decode()
    assert _task(desk) == before


@pytest.mark.parametrize("act", ACTS[:1], ids=str)
def test_an_undo_after_somebody_else_s_act_is_refused(desk: Desk, act: Act) -> None:
    browser = desk.browser(desk.nurse)
    answer = browser.post(f"/task/{desk.task_id}/snooze/", {"reason": "pharmacy"}, headers=HTMX)
    offered = UNDO.search(answer.content.decode())
    assert offered
    browser.post(f"/task/{desk.task_id}/{act.name}/", act.sent)
    now = _task(desk)
    assert browser.post(offered.group(1), {"version": offered.group(2)}).status_code == 422
    assert _task(desk) == now


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["in-place", "plain-page"])
def test_a_quick_task_says_what_was_read_and_is_taken_back(desk: Desk, headers: dict[str, str]) -> None:
    browser = desk.browser(desk.nurse)
    sent = {"title": "Order a chair tomorrow 2pm why: she fell twice", "next": f"/p/{desk.patient_id}/"}
    answer = browser.post(f"/p/{desk.patient_id}/task/", sent, headers=headers, follow=True)
    html = answer.content.decode()
    assert "due tomorrow, 2:00 PM" in html
    made = Task.objects.get(title="Order a chair")
    assert (made.why, made.due_has_time) == ("she fell twice", True)
    offered = re.search(rf'action="(/task/{made.id}/undo/)".*?name="version" value="(\d+)".*?data-undo', html, re.S)
    assert offered, "the answer offers no undo"
    back = {"version": offered.group(2), "next": sent["next"]}
    assert browser.post(offered.group(1), back, follow=True).redirect_chain[-1][0].startswith(sent["next"])
    assert Task.objects.get(id=made.id).state == "cancelled"


@pytest.mark.parametrize("outcome", ["no-answer", "spoke-patient"])
def test_a_call_is_taken_back_with_what_it_closed_and_planned(desk: Desk, outcome: str) -> None:
    before = _task(desk)
    tasks = Task.objects.exclude(state__in=["done", "cancelled"]).count()
    browser = desk.browser(desk.nurse)
    sent = {"outcome": outcome, "close": str(desk.task_id), "identifier": "name,birth-date", "note": "168 lb"}
    if outcome == "no-answer":
        sent.pop("close")
    answer = browser.post(f"/p/{desk.patient_id}/call/", sent, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    assert Contact.objects.count() == 1
    offered = UNDO.search(answer.content.decode())
    assert offered, "the answer offers no undo"
    assert browser.post(offered.group(1), {"version": offered.group(2)}, headers=HTMX).status_code == 200
    assert _task(desk) == before
    assert Task.objects.exclude(state__in=["done", "cancelled"]).count() == tasks


def test_a_discarded_draft_is_taken_up_again(desk: Desk) -> None:
    browser, key = desk.browser(desk.nurse), f"desk.note/patient_id/{desk.patient_id}"
    browser.post("/drafts/keep/", {"key": key, "sheet": "s", "f.text": "Half a note"}, headers=HTMX)
    answer = browser.post("/drafts/discard/", {"key": key, "next": "/"}, headers=HTMX).content.decode()
    assert 'value="take-up"' in answer
    browser.post("/drafts/discard/", {"key": key, "act": "take-up", "next": "/"}, headers=HTMX)
    assert Draft.objects.get().discarded_at is None
    assert Draft.objects.get().words == {"text": ["Half a note"]}


def test_what_waits_in_the_outbox_is_taken_back(desk: Desk) -> None:
    @carries("test.undo")
    def never(payload: dict[str, Any], by: Any, at: datetime) -> None:
        raise AssertionError("it left")

    try:
        message_id = leave(
            "test.undo",
            {},
            Parcel(what="Letter", to="Northern Plan"),
            by=as_actor(desk.nurse, at=desk.at),
            at=datetime.now(UTC),
            site_id=desk.nurse.grants.get().site_id,
        )
        desk.browser(desk.nurse).post(f"/outbox/{message_id}/recall/")
        assert OutboxMessage.objects.get(id=message_id).recalled_at is not None
    finally:
        publishing.handlers.pop("test.undo")


# Every address that takes something back, and the file whose tests drive it.
DRIVEN = {
    "desk:undo": "tests/journeys/test_undo.py",
    "desk:undo-call": "tests/journeys/test_undo.py",
    "desk:undo-note": "src/throughline/edge/desk/tests/test_handed_on_and_notes.py",
    "desk:recall": "tests/journeys/test_undo.py",
    "drafts:discard": "tests/journeys/test_undo.py",
    "people:undo-merge": "src/throughline/record/people/tests/test_web.py",
    "coordination:undo": "src/throughline/practice/coordination/tests/test_appointment_pages.py",
    "coordination:undo-entry": "src/throughline/practice/coordination/tests/test_rounds.py",
    "coordination:undo-member": "src/throughline/practice/coordination/tests/test_team.py",
    "coordination:undo-referral": "src/throughline/practice/coordination/tests/test_referrals.py",
}


def test_every_address_that_undoes_is_driven_by_a_test() -> None:
    there = {address.name for address in addresses() if "undo" in address.name}
    assert there <= set(DRIVEN), f"add {there - set(DRIVEN)} to DRIVEN with the file whose tests drive it"
    for name, file in DRIVEN.items():
        assert re.search(r"undo|take_back|taken_back|discard|recall", (ROOT / file).read_text()), (
            f"{file} does not drive {name}"
        )
