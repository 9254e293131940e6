"""The care plan: a full one beside a bare page with as many rows, and a proposal for six conditions, by request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.edge.site.bench import pages
from throughline.edge.site.bench.context import Bench
from throughline.edge.site.bench.harness import Measurement, NotMeasured

NEEDS, GOALS, ACTIONS = 12, 40, 120
SIX = ("I50.22", "N18.32", "E11.9", "J44.9", "F32.1", "I10")


def at_sizes(sizes: Sequence[int]) -> list[Measurement]:
    """Return the measurements, on the smallest database: a plan does not grow with its neighbours."""
    if not sizes:
        return []
    size = min(sizes)
    words = f"plan page, {NEEDS} needs, {GOALS} goals, {ACTIONS} actions"
    return [
        Measurement(
            "plan-full", words, "ms", lambda bench: _page(bench, size, 0), "floor.page-172", "≤ 4 × floor", at_most=4
        ),
        Measurement(
            "plan-proposal", "proposal of six conditions from all pathways, one request", "ms",
            lambda bench: _page(bench, size, 1),
        ),
    ]  # fmt: skip


def _page(bench: Bench, size: int, which: int) -> list[float]:
    _server, client = pages._ours(bench, size)
    patients = _patients(bench, pages.database(bench, size))
    return client.latency([f"/p/{patients[which]}/plan/"], times=40)


def _patients(bench: Bench, name: str) -> tuple[UUID, UUID]:
    """Return the patient with the full plan and the one with six conditions, made ready the first time."""
    if f"plan.{name}" not in bench.kept:
        bench.use(name)
        bench.kept[f"plan.{name}"] = _made()
    found: tuple[UUID, UUID] = bench.kept[f"plan.{name}"]
    return found


def _made() -> tuple[UUID, UUID]:
    from throughline.foundation.access.models import PatientAccess
    from throughline.record.people.models import Patient

    held = PatientAccess.objects.filter(user__username=pages.NURSE).order_by("patient_id").values_list("patient_id")
    two = [row[0] for row in held[:2]]
    if len(two) < 2:
        raise NotMeasured("the nurse has no two patients")
    full, sick = (Patient.objects.get(pk=key) for key in two)
    _fill(full)
    _fall_ill(sick)
    return full.id, sick.id


def _fill(patient: Any) -> None:
    from throughline.practice.assessment.models import Need, NeedEvidence
    from throughline.practice.careplan.models import Goal, PlanAction

    if Goal.objects.filter(patient=patient).count() >= GOALS:
        return
    at = datetime.now(UTC)
    own = {"site_id": patient.site_id, "patient": patient}
    needs = Need.objects.bulk_create(
        Need(**own, subject=f"omaha-{place + 1}", text=f"Need {place}", domain="physical", omaha=place + 1,
             raised_at=at, raised_by_name="Bench")
        for place in range(NEEDS)
    )  # fmt: skip
    NeedEvidence.objects.bulk_create(
        NeedEvidence(need=need, kind="hand", sentence="Said so", at=at, by_name="Bench") for need in needs
    )
    due = at.date() + timedelta(days=30)
    more = {"added_at": at, "added_by_name": "Bench"}
    Goal.objects.bulk_create(
        Goal(**own, **more, need=needs[place % NEEDS], text=f"Goal {place}", target="< 130/80", loinc="85354-9",
             comparator="<", value=130, second_value=80, term="short", by_date=due)
        for place in range(GOALS)
    )  # fmt: skip
    PlanAction.objects.bulk_create(
        PlanAction(**own, **more, need=needs[place % NEEDS], text=f"Action {place}", role="CM", category="S",
                   frequency="weekly", due_on=due, first_due_on=due)
        for place in range(ACTIONS)
    )  # fmt: skip


def _fall_ill(patient: Any) -> None:
    from throughline.record.chart.models import Condition

    known = set(Condition.objects.filter(patient=patient).values_list("code", flat=True))
    at = datetime.now(UTC)
    Condition.objects.bulk_create(
        Condition(
            site_id=patient.site_id, patient=patient, received_at=at, effective_at=at, effective_precision="day",
            status="active", code_system="http://hl7.org/fhir/sid/icd-10-cm", code=code, display=code,
        )
        for code in SIX
        if code not in known
    )  # fmt: skip
