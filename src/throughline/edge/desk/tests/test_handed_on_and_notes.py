"""A task handed on says what was said of it; a note taken back stays, marked; nobody is asked to call the dead."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user, open_record, signed_in
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import Refusal
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.records import SuggestedNeed
from throughline.record.cases.actions import withdraw_note, write_note
from throughline.record.cases.models import CaseNote
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.people.models import Patient
from throughline.record.tasks import actions as tasks

pytestmark = pytest.mark.django_db


class Ward:
    def __init__(self):
        self.at = datetime.now(UTC) - timedelta(minutes=5)
        self.site = make_site()
        self.dana = make_user("case_manager", self.site, name="Dana Reyes")
        self.rosa = make_user("case_manager", self.site, name="Rosa Diaz")
        self.patient = make_patient(self.site)
        make_case(self.site, self.dana, patient=self.patient, at=self.at - timedelta(days=1))
        open_record(self.patient.id, self.site, user=self.rosa, kind="care_team")

    def by(self, user):
        return actor_for(user, at=self.at)

    def panel(self, user):
        return signed_in(user).get(reverse("desk:panel", args=[self.patient.id])).content.decode()


@pytest.fixture
def ward():
    return Ward()


def test_who_carries_a_task_reads_who_offers_it_and_what_is_missing(ward):
    task = tasks.TaskIn(
        patient_id=ward.patient.id, title="Ring the agency", why="She is alone", owner_id=ward.dana.id, due_at=ward.at
    )
    key = tasks.add_task(patient_id=ward.patient.id, task=task, by=ward.by(ward.dana), at=ward.at)
    tasks.offer_task(task_id=key, to_id=ward.rosa.id, by=ward.by(ward.dana), at=ward.at)
    assert "She is alone. Offered by Dana Reyes" in ward.panel(ward.rosa)
    tasks.answer_offer(task_id=key, accept=True, by=ward.by(ward.rosa), at=ward.at)
    assert "Offered by" not in ward.panel(ward.rosa)
    later = ward.at + timedelta(minutes=1)
    tasks.report_back(task_id=key, outcome="Starts Monday", by=ward.by(ward.rosa), at=later)
    assert "Reported by Rosa Diaz: Starts Monday" in ward.panel(ward.dana)
    later += timedelta(minutes=1)
    tasks.check_report(task_id=key, verified=False, reason="Which hours?", by=ward.by(ward.dana), at=later)
    assert "Sent back by Dana Reyes: Which hours?" in ward.panel(ward.rosa)


def test_a_note_is_taken_back_from_its_toast_and_stays_marked_in_the_record(ward):
    browser = signed_in(ward.dana)
    kept = browser.post(
        reverse("desk:note", args=[ward.patient.id]), {"text": "Wrong chart"}, headers={"HX-Request": "true"}
    )
    note = CaseNote.objects.get()
    undo = reverse("desk:undo-note", args=[note.id])
    assert undo in kept.content.decode()
    assert browser.post(undo, {"version": "0"}).status_code == 302
    note.refresh_from_db()
    assert (note.text, note.withdrawn_by) == ("Wrong chart", ward.by(ward.dana).name)
    assert note.withdrawn_at is not None
    story = list(
        JournalEntry.objects.filter(kind__startswith="cases.note-")
        .order_by("recorded_at")
        .values_list("kind", flat=True)
    )
    assert story == ["cases.note-written", "cases.note-withdrawn"]


def test_a_note_of_another_or_of_long_ago_is_corrected_and_not_taken_back(ward):
    write = {"patient_id": ward.patient.id, "text": "Slept well", "by": ward.by(ward.dana), "at": ward.at}
    key = write_note(**write)
    with pytest.raises(Refusal, match="your own note of the last hour"):
        withdraw_note(note_id=key, by=ward.by(ward.rosa), at=ward.at)
    with pytest.raises(Refusal, match="Write another that corrects it"):
        withdraw_note(note_id=key, by=ward.by(ward.dana), at=ward.at + timedelta(hours=2))
    withdraw_note(note_id=key, by=ward.by(ward.dana), at=ward.at + timedelta(minutes=5))
    with pytest.raises(Refusal, match="already"):
        withdraw_note(note_id=key, by=ward.by(ward.dana), at=ward.at + timedelta(minutes=6))


def test_the_pages_of_who_has_died_ask_nobody_to_call_or_to_book(ward):
    browser = signed_in(ward.dana)
    Patient.objects.filter(pk=ward.patient.id).update(phone="+19375550196")
    call, book = (reverse(name, args=[ward.patient.id]) for name in ("desk:call", "coordination:book"))
    pages = [
        reverse(name, args=[ward.patient.id])
        for name in ("desk:patient", "coordination:patient-calendar", "desk:threads", "careplan:plan")
    ]
    before = [browser.get(page).content.decode() for page in pages]
    assert all(f'href="{call}"' in page for page in before)
    Patient.objects.filter(pk=ward.patient.id).update(deceased=True)
    after = [browser.get(page).content.decode() for page in pages]
    assert not any(f'href="{call}"' in page or f'href="{book}"' in page for page in after)
    assert not any("log a call" in page or 'id="h-tray"' in page for page in after)
    assert "(937) 555-0196" in after[0]
    sent = {"kind": "visit", "what": "Visit", "when": "+9d 10:30", "minutes": "30", "other": "Dr. Pillai"}
    assert "has died" in browser.post(book, sent).content.decode()


def test_the_page_of_threads_shows_the_needs_that_the_overview_fetches(ward):
    need = SuggestedNeed("x", "Alone at night", "social", 42, (), "high", "immediate", ("Said so",))
    raise_need(patient_id=ward.patient.id, need=need, by=ward.by(ward.dana), at=ward.at)
    browser = signed_in(ward.dana)
    address = reverse("desk:threads", args=[ward.patient.id])
    for headers in ({}, {"HX-Request": "true"}):
        assert "Alone at night" in browser.get(address, headers=headers).content.decode()
    whole = browser.get(address).content.decode()
    assert "No needs yet" not in whole


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("desk:today", "/"),
        ("desk:patient", "/patients/"),
        ("clocks:patient", "/patients/"),
        ("access:settings", ""),
    ],
)
def test_the_rail_marks_the_section_a_page_lies_in(ward, name, section):
    args = [ward.patient.id] if name in ("desk:patient", "clocks:patient") else []
    page = signed_in(ward.dana).get(reverse(name, args=args)).content.decode()
    rail = page[page.index('class="rail"') :]
    marked = re.findall(r'<a href="([^"]*)"[^>]*aria-current="page"', rail[: rail.index("</nav>")])
    assert marked == ([section] if section else [])
