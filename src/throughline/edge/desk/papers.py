"""The care plan on paper: what the plan, the case, the chart and the calendar know, drafted as one document."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.careplan import queries as plans
from throughline.practice.careplan.rules.clinician_papers import clinician_paper
from throughline.practice.careplan.rules.papers import WORDS, About, patient_paper
from throughline.practice.coordination.queries import appointments
from throughline.record.cases import queries as cases
from throughline.record.chart import queries as charts
from throughline.record.documents import actions as documents
from throughline.record.documents.queries import site_phone
from throughline.record.people import queries as people


def draft_plan(viewer: Viewer, patient_id: UUID, *, audience: str, language: str) -> UUID:
    """Draft the plan as a document for "patient" or "clinician" and return its id; its text is as of now.

    A language without wording becomes English. Raises NotFound for a patient the viewer may not see, NotPermitted
    when she may not draft.
    """
    plan = plans.plan_of(viewer, patient_id)
    about = replace(about_of(viewer, patient_id), statements=[(said.kind, said.text) for said in plan.statements])
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    spoken = language if language in WORDS else "en"
    paper = patient_paper(plan, about, spoken) if audience == "patient" else clinician_paper(plan, about, today)
    return documents.draft_document(patient_id=patient_id, document=paper, by=viewer.actor, at=viewer.at)


def about_of(viewer: Viewer, patient_id: UUID) -> About:
    """Return what a plan on paper says beside the plan itself."""
    who, case = people.identity(viewer, patient_id), cases.open_case_of(viewer, patient_id)
    chart = charts.chart(viewer, patient_id)
    visits = appointments.appointments_of(viewer, patient_id, since=viewer.at)
    return About(
        name=who.preferred_name or who.name,
        matters=case.matters_most if case else "",
        matters_language=case.matters_most_language if case else "",
        nurse=case.owner_name if case else "",
        phone=site_phone(who.site_id),
        medicines=[(m.display, str(m.more.get("dosage") or "")) for m in chart.of("medication", current=True)],
        visits=[
            (visit.when, visit.what, ", ".join(part for part in (visit.provider, visit.place) if part), visit.bring)
            for visit in visits
            if visit.live
        ],
        red_flags=plans.proposal_for(viewer, patient_id).red_flags,
        conditions=[fact.display for fact in chart.of("condition", current=True)],
        allergies=[fact.display for fact in chart.of("allergy", current=True)],
    )
