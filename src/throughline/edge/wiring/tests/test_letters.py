"""The attempt limit: letter and message are drafted in the patient's language, and the task follows the letter."""

from datetime import timedelta

import pytest

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.caseload.actions.calls import CallIn, log_call, undo_call
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.contacts.actions import ContactIn
from throughline.record.documents import actions, queries
from throughline.record.documents.records import ShareIn
from throughline.record.people.models import Organization
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


class Desk:
    """A nurse who tried twice, which is the programme's limit, to reach a patient."""

    def __init__(self, language="es"):
        self.site = make_site(name="Harbor Hospital")
        self.nurse = make_user("case_manager", self.site, name="Dana Whitfield")
        self.patient = make_patient(self.site, language=language)
        make_case(self.site, self.nurse, patient=self.patient, at=NOW - timedelta(days=3))
        Organization.objects.create(site=self.site, name="Harbor Hospital", phone="+19375550100", recorded_at=NOW)
        self.by = actor_for(self.nurse, at=NOW)
        for hours in (26, 2):
            self.contact_id, self.said = self.call(NOW - timedelta(hours=hours))

    def call(self, at):
        contact = ContactIn(channel="phone", outcome="no-answer", began_at=at)
        return log_call(patient_id=self.patient.id, call=CallIn(contact=contact), by=self.by, at=at)

    @property
    def task(self):
        return Task.objects.get(kind="letter")

    def documents(self):
        viewer = viewer_for(self.nurse, at=NOW)
        return {d.kind: queries.document(viewer, d.id) for d in queries.documents_about(viewer, f"task:{self.task.id}")}

    def signed_letter(self):
        letter = self.documents()["letter"]
        actions.sign_document(document_id=letter.id, by=self.by, at=NOW)
        return letter.id


@pytest.fixture
def desk():
    return Desk()


def test_at_the_limit_both_are_drafted_in_her_language_ready_to_sign(desk):
    assert "letter and message drafted" in desk.said
    found = desk.documents()
    assert set(found) == {"letter", "message"}
    assert {d.language for d in found.values()} == {"es"}
    assert all(d.state == "drafted" and not d.missing for d in found.values())
    words = " ".join(part.words for part in found["letter"].parts)
    assert "Le llamamos 2 veces" in words
    assert "(937) 555-0100" in words
    assert desk.task.state == "open"


def test_a_further_try_drafts_nothing_twice(desk):
    _, said = desk.call(NOW - timedelta(hours=1))
    assert "waits on the list already" in said
    assert len(queries.documents_of(viewer_for(desk.nurse, at=NOW), desk.patient.id)) == 2


def test_before_the_limit_nothing_is_drafted():
    site = make_site()
    nurse = make_user("case_manager", site)
    patient = make_patient(site)
    make_case(site, nurse, patient=patient, at=NOW - timedelta(days=3))
    contact = ContactIn(channel="phone", outcome="no-answer", began_at=NOW)
    log_call(patient_id=patient.id, call=CallIn(contact=contact), by=actor_for(nurse, at=NOW), at=NOW)
    assert queries.documents_of(viewer_for(nurse, at=NOW), patient.id) == []


def test_the_task_is_done_when_the_letter_is_mailed_and_open_again_when_it_comes_back(desk):
    document_id = desk.signed_letter()
    assert desk.task.state == "open"
    actions.hand_over(document_id=document_id, way="mail", by=desk.by, at=NOW)
    assert (desk.task.state, desk.task.outcome) == ("done", "Printed and mailed: Intentamos llamarle.")
    actions.report_failure(document_id=document_id, reason="Returned mail", by=desk.by, at=LATER)
    assert desk.task.state == "open"


def test_the_message_alone_does_not_close_the_task(desk):
    message = desk.documents()["message"]
    actions.sign_document(document_id=message.id, by=desk.by, at=NOW)
    actions.hand_over(document_id=message.id, way="read", by=desk.by, at=NOW)
    assert desk.task.state == "open"


def test_a_link_closes_it_and_its_recall_opens_it_again(desk):
    document_id = desk.signed_letter()
    wanted = ShareIn(recipient="the patient", consent="her own letter")
    actions.share(document_id=document_id, wanted=wanted, by=desk.by, at=NOW)
    assert desk.task.state == "done"
    actions.recall_document(document_id=document_id, by=desk.by, at=NOW + timedelta(seconds=3))
    assert desk.task.state == "open"


def test_giving_up_the_draft_does_not_reopen_a_task_done_otherwise(desk):
    from throughline.record.tasks.actions import do_task

    do_task(task_id=desk.task.id, outcome="She called back.", by=desk.by, at=NOW)
    actions.discard_document(document_id=desk.documents()["letter"].id, by=desk.by, at=NOW)
    assert desk.task.state == "done"


def test_undoing_the_call_gives_the_drafts_up(desk):
    found = desk.documents()
    undo_call(contact_id=desk.contact_id, by=desk.by, at=NOW - timedelta(hours=2) + timedelta(minutes=1))
    viewer = viewer_for(desk.nurse, at=NOW)
    assert {queries.document(viewer, d.id).state for d in found.values()} == {"recalled"}
    assert desk.task.state == "cancelled"
