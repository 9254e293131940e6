"""The care plan on paper: in the patient's language, her words first, and never translated silently."""

import io
from datetime import timedelta
from uuid import UUID

import pypdf
import pytest
from django.urls import reverse

from throughline.edge.desk.papers import draft_plan
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.practice.careplan.actions import Chosen, GoalIn, add_goal, adopt
from throughline.practice.careplan.queries import plan_of, proposal_for
from throughline.practice.careplan.records import Plan
from throughline.practice.careplan.rules.papers import About, patient_paper
from throughline.record.cases.actions import record_what_matters
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.documents import queries
from throughline.record.documents.models import Document

pytestmark = pytest.mark.django_db
MATTERS = "Quiero volver a dormir en mi cama."


@pytest.fixture
def desk():
    class Desk:
        site = make_site(name="Harbor Hospital")
        nurse = make_user("case_manager", site, name="Dana Whitfield")
        patient = make_patient(site, name="Ibarra, Consuelo", language="es")
        case_id = make_case(site, nurse, patient=patient)
        by, viewer = actor_for(nurse, at=NOW), viewer_for(nurse, at=NOW)

        def paper(self, audience="patient", language="es"):
            document_id = draft_plan(self.viewer, self.patient.id, audience=audience, language=language)
            return queries.document(self.viewer, document_id)

    made = Desk()
    record_what_matters(case_id=made.case_id, words=MATTERS, language="es", version=None, by=made.by, at=NOW)
    proposed = proposal_for(made.viewer, made.patient.id, chosen=["heart_failure", "t2dm", "depression"])
    chosen = Chosen(
        goals=tuple(g.key for g in proposed.goals),
        actions=tuple(a.key for a in proposed.actions),
        lessons=tuple(x.topic for x in proposed.education),
    )
    adopt(patient_id=made.patient.id, proposal=proposed, chosen=chosen, by=made.by, at=NOW)
    return made


def words(found):
    return "\n".join(part.words for part in found.parts)


def test_the_spanish_plan_is_spanish_plain_and_her_words_come_first(desk):
    found = desk.paper()
    assert (found.language, found.title, found.kind) == ("es", "Mi plan de cuidado", "plan-patient")
    quotes = [place for place, part in enumerate(found.parts) if part.kind == "quote"]
    assert found.parts[quotes[0]].text == MATTERS
    assert quotes[0] < 3
    said = words(found)
    for expected in ("Insuficiencia cardíaca", "Me peso casi todos los días y lo anoto.", "Lo que hace mi enfermera",
                     "Mis medicinas", "Mis citas", "Cuándo llamar y a quién", "llame al 911"):  # fmt: skip
        assert expected in said
    assert found.plain_enough, found.reading
    assert "not yet reviewed" in found.standing


def test_the_english_plan_is_plain(desk):
    found = desk.paper(language="en")
    assert "I weigh myself almost each day and write it down." in words(found)
    assert found.plain_enough, found.reading
    # Her own words stay in her language, and are marked so.
    assert next(part for part in found.parts if part.text == MATTERS).lang == "es"


def test_what_has_no_spanish_wording_is_english_marked_and_said(desk):
    need = plan_of(desk.viewer, desk.patient.id).threads[0].need_id
    by_hand = GoalIn(text="Walk to the mailbox", by_date=NOW.date() + timedelta(days=30))
    add_goal(need_id=need, goal=by_hand, by=desk.by, at=NOW)
    found = desk.paper()
    [mine] = [part for part in found.parts if "Walk to the mailbox" in part.words]
    assert mine.lang == "en"
    assert "aún no están escritas en español" in words(found)
    assert "stand in English" in found.standing


def test_a_warning_sign_without_plain_words_is_left_out_and_the_nurse_is_told():
    about = About(name="Lupita", red_flags=["INR >= 5", "chest pain"])
    empty = Plan(patient_id=UUID(int=0), threads=(), lessons=(), declined=(), versions=(), changed=())
    paper = patient_paper(empty, about, "es")
    assert "Me duele el pecho." in words(paper)
    assert "INR >= 5" not in words(paper)
    assert "left out (INR >= 5)" in paper.standing


def test_the_clinicians_plan_has_goals_owners_and_gaps(desk):
    found = desk.paper(audience="clinician", language="en")
    said = words(found)
    assert MATTERS in said
    assert "GDMT titration review" in said
    assert any(part.head[:2] == ("Action", "Owner") for part in found.parts)


@pytest.mark.parametrize(("audience", "language"), [("patient", "es"), ("patient", "en"), ("clinician", "en")])
def test_each_is_a_tagged_pdf_that_claims_conformance(desk, audience, language):
    content, _ = queries.pdf(desk.viewer, desk.paper(audience, language).id)
    root = pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert root["/Lang"] == language
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_the_button_drafts_and_leads_to_the_draft(desk):
    browser = signed_in(desk.nurse)
    plan = browser.get(reverse("careplan:plan", args=[desk.patient.id])).content.decode()
    assert reverse("desk:plan-paper", args=[desk.patient.id]) in plan
    answer = browser.post(reverse("desk:plan-paper", args=[desk.patient.id]), {"paper": "patient-es"})
    drafted = Document.objects.get()
    assert answer["Location"] == reverse("documents:document", args=[drafted.id])
    assert drafted.language == "es"
