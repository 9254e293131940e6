"""What is proposed for a patient, of which facts, and what is not offered again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries as assessment
from throughline.practice.assessment.records import NeedRecord, SuggestedNeed
from throughline.practice.careplan.models import DeclinedOption, Goal, Lesson, PlanAction
from throughline.practice.careplan.records import Proposal
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.propose import Library, propose
from throughline.record.cases import queries as cases
from throughline.record.chart import queries as chart
from throughline.record.people import queries as people

ICD10 = "icd-10"


def whole_library() -> Library:
    """Return the content proposals are made of, a site's overlay included."""
    return Library(
        library.pathways(), library.problems(), library.cross_checks(), library.conflict_rules(),
        library.evidence_rules(),
    )


def proposal_for(viewer: Viewer, patient_id: UUID, *, chosen: Sequence[str] = ()) -> Proposal:
    """Return what the patient's conditions, needs and chosen pathways propose, in one go.

    Only current conditions coded in ICD-10-CM call for a pathway by themselves; others are chosen by hand.
    """
    found = chart.conditions(viewer, patient_id)
    codes = dict.fromkeys(f.code for f in found if f.current and ICD10 in f.code_system.lower() and f.code)
    needs = [_as_suggested(need) for need in assessment.needs_of(viewer, patient_id, only_open=True)]
    case = cases.open_case_of(viewer, patient_id)
    mode = next((e.mode for e in case.enrolments if e.until is None), "direct") if case else "direct"
    return propose(
        codes,
        library=whole_library(),
        needs=needs,
        facts=known_facts(viewer, patient_id),
        chosen=chosen,
        mode="coordinate" if mode.startswith("coord") else "direct",
    )


def known_facts(viewer: Viewer, patient_id: UUID) -> dict[str, Any]:
    """Return the facts conditional checks ask for; what is not recorded is absent, never guessed."""
    identity = people.identity(viewer, patient_id)
    known: dict[str, Any] = {}
    if identity.birth_date is not None:
        today = viewer.at.date()
        born = identity.birth_date
        known["age"] = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if identity.language:
        known["language"] = identity.language.split("-")[0]
    medicines = [m for m in chart.medicines(viewer, patient_id) if m.current]
    if medicines:
        known["active_medicines"] = len({m.code or m.display for m in medicines})
    return known


def _as_suggested(need: NeedRecord) -> SuggestedNeed:
    return SuggestedNeed(
        id=need.subject,
        text=need.text,
        domain=need.domain,
        omaha=need.omaha,
        icd10=need.icd10,
        priority=need.priority,
        horizon=need.horizon,
        evidence=tuple(sentence for sentence, _at in need.evidence),
        words=(need.words,) if need.words else (),
    )


def adopted_keys(viewer: Viewer, patient_id: UUID) -> frozenset[str]:
    """Return the keys of proposals already in the plan or declined, so that they are not offered again."""
    assessment.needs_of(viewer, patient_id)
    keys: set[str] = set(DeclinedOption.objects.filter(patient_id=patient_id).values_list("key", flat=True))
    for model in (Goal, PlanAction, Lesson):
        rows = model.objects.filter(patient_id=patient_id).exclude(status__in=["withdrawn", "given-up"])
        keys |= set(rows.values_list("key", flat=True))
    return frozenset(keys - {""})
