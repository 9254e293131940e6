"""What is proposed for a patient, of which facts, and what is not offered again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from throughline.record.cases.records import CaseRecord
from throughline.record.chart import queries as chart
from throughline.record.chart.records.shown import ChartFact
from throughline.record.people import queries as people
from throughline.record.people.records import Identity

ICD10, SNOMED = "icd-10", "snomed"
KINDS = ("condition", "medication", "encounter", "outsideplan", "outsidegoal")


def whole_library() -> Library:
    """Return the content proposals are made of, a site's overlay included."""
    return Library(
        library.pathways(),
        library.problems(),
        library.cross_checks(),
        library.conflict_rules(),
        library.evidence_rules(),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What a page has read of the patient already, so that it is not read twice."""

    needs: Sequence[NeedRecord]
    case: CaseRecord | None
    identity: Identity
    facts: Mapping[str, Sequence[ChartFact]]


def known_of(viewer: Viewer, patient_id: UUID) -> Known:
    """Return needs, open case, identity and facts of a patient. Raises NotFound for one the viewer may not see."""
    return Known(
        assessment.needs_of(viewer, patient_id),
        cases.open_case_of(viewer, patient_id),
        people.identity(viewer, patient_id),
        chart.facts(viewer, patient_id, kinds=KINDS),
    )


def proposal_for(
    viewer: Viewer, patient_id: UUID, *, chosen: Sequence[str] = (), known: Known | None = None
) -> Proposal:
    """Return what the patient's conditions, needs and chosen pathways propose, in one go.

    Current conditions coded in ICD-10-CM or SNOMED CT call for a pathway by themselves; others are chosen by hand.
    """
    known = known or known_of(viewer, patient_id)
    current = [f for f in known.facts.get("condition", ()) if f.current and f.code and _matches(f.code_system)]
    case = known.case
    mode = next((e.mode for e in case.enrolments if e.until is None), "direct") if case else "direct"
    return propose(
        {fact.code: fact.display for fact in current},
        library=whole_library(),
        needs=[_as_suggested(need) for need in known.needs if need.status == "open"],
        facts=_facts(viewer, known.identity, known.facts.get("medication", ())),
        chosen=chosen,
        mode="coordinate" if mode.startswith("coord") else "direct",
    )


def _matches(system: str) -> bool:
    return any(name in system.lower() for name in (ICD10, SNOMED))


def known_facts(viewer: Viewer, patient_id: UUID) -> dict[str, Any]:
    """Return the facts conditional checks ask for; what is not recorded is absent, never guessed."""
    return _facts(viewer, people.identity(viewer, patient_id), chart.medicines(viewer, patient_id))


def _facts(viewer: Viewer, identity: Identity, medicines: Sequence[ChartFact]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if identity.birth_date is not None:
        today = viewer.at.date()
        born = identity.birth_date
        known["age"] = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if identity.language:
        known["language"] = identity.language.split("-")[0]
    current = [m for m in medicines if m.current]
    if current:
        known["active_medicines"] = len({m.code or m.display for m in current})
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
    return keys_of(patient_id)


def keys_of(patient_id: UUID) -> frozenset[str]:
    """Return the same for a patient already found to be visible, in one statement."""
    declined = DeclinedOption.objects.filter(patient_id=patient_id).values_list("key", flat=True)
    live = [
        model.objects.filter(patient_id=patient_id)
        .exclude(status__in=["withdrawn", "given-up"])
        .values_list("key", flat=True)
        for model in (Goal, PlanAction, Lesson)
    ]
    return frozenset(declined.union(*live)) - {""}
