"""Reads of the care plan: the threads with their gaps, what is proposed, and the agreed versions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.charts import Band
from throughline.practice.assessment import queries as assessment
from throughline.practice.assessment.records import NeedRecord, SuggestedNeed
from throughline.practice.careplan.models import DeclinedOption, Goal, Lesson, PlanAction, PlanVersion
from throughline.practice.careplan.records import (
    ActionRecord,
    GoalRecord,
    LessonRecord,
    Plan,
    Proposal,
    Thread,
    VersionRecord,
)
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.propose import Library, propose
from throughline.practice.careplan.rules.targets import band_of
from throughline.practice.careplan.rules.threads import differences, gaps, sentences
from throughline.record.cases import queries as cases
from throughline.record.chart import queries as chart
from throughline.record.people import queries as people

ICD10 = "icd-10"


def plan_of(viewer: Viewer, patient_id: UUID) -> Plan:
    """Return the plan of a patient. Raises NotFound for one the viewer may not see."""
    needs = assessment.needs_of(viewer, patient_id)
    goals = list(Goal.objects.filter(patient_id=patient_id).order_by("by_date", "id"))
    actions = list(
        PlanAction.objects.filter(patient_id=patient_id)
        .select_related("task__owner", "task__team")
        .order_by("due_on", "id")
    )
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    used = {g.need_id for g in goals} | {a.need_id for a in actions}
    threads = tuple(_thread(need, goals, actions, today) for need in needs if need.status == "open" or need.id in used)
    lessons = Lesson.objects.filter(patient_id=patient_id).exclude(status="withdrawn").order_by("added_at", "id")
    versions = _versions(patient_id)
    shown = tuple(LessonRecord(r.id, r.topic, r.status, r.moved_at, r.moved_by_name) for r in lessons)
    now = sentences(threads, [lesson.topic for lesson in shown])
    declined = DeclinedOption.objects.filter(patient_id=patient_id).order_by("-at")
    return Plan(
        patient_id=patient_id,
        threads=threads,
        lessons=shown,
        declined=tuple((row.text, row.reason, row.at) for row in declined),
        versions=versions,
        changed=differences(versions[0].sentences, now) if versions else (),
    )


def _thread(need: NeedRecord, goals: Sequence[Goal], actions: Sequence[PlanAction], today: Any) -> Thread:
    own_goals = tuple(_goal(row) for row in goals if row.need_id == need.id)
    own_actions = tuple(_action(row) for row in actions if row.need_id == need.id)
    return Thread(
        need_id=need.id,
        text=need.text,
        words=need.words,
        domain=need.domain,
        priority=need.priority,
        omaha=need.omaha,
        evidence=tuple(sentence for sentence, _at in need.evidence),
        goals=own_goals,
        actions=own_actions,
        gaps=gaps(own_goals, own_actions, today) if need.status == "open" else (),
    )


def _goal(row: Goal) -> GoalRecord:
    return GoalRecord(
        id=row.id,
        key=row.key,
        text=row.text,
        target=row.target,
        term=row.term,
        by_date=row.by_date,
        loinc=row.loinc,
        words=row.words,
        importance=row.importance,
        status=row.status,
        status_reason=row.status_reason,
        sources=tuple(row.sources),
        version=row.version,
    )


def _action(row: PlanAction) -> ActionRecord:
    holder = (row.task.owner or row.task.team) if row.task else None
    return ActionRecord(
        id=row.id,
        key=row.key,
        text=row.text,
        role=row.role,
        owner=str(holder) if holder else "",
        delegated=row.delegated,
        category=row.category,
        frequency=row.frequency,
        due_on=row.due_on,
        status="done" if row.status == "active" and row.task and row.task.state == "done" else row.status,
        status_reason=row.status_reason,
        task_id=row.task_id,
        sources=tuple(row.sources),
        version=row.version,
    )


def _versions(patient_id: UUID) -> tuple[VersionRecord, ...]:
    rows = list(PlanVersion.objects.filter(patient_id=patient_id).order_by("-number"))
    made = []
    for place, row in enumerate(rows):
        before = rows[place + 1].sentences if place + 1 < len(rows) else []
        made.append(
            VersionRecord(
                number=row.number,
                at=row.at,
                by=row.by_name,
                agreed_how=row.agreed_how,
                agreed_by=row.agreed_by,
                review_on=row.review_on,
                sentences=tuple(row.sentences),
                changes=differences(before, row.sentences),
            )
        )
    return tuple(made)


def whole_library() -> Library:
    """Return the content proposals are made of, a site's overlay included."""
    return Library(library.pathways(), library.problems(), library.cross_checks(), library.conflict_rules())


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


def targets(viewer: Viewer, patient_id: UUID) -> dict[str, Band]:
    """Return the bands of a patient's active goals by LOINC code, the nearest goal's where two have one measure."""
    found: dict[str, Band] = {}
    goals = Goal.objects.filter(patient_id=patient_id, site_id__in=viewer.site_ids, status="active").exclude(loinc="")
    units = {choice.code: choice.units[0] for choice in chart.choices()}
    for goal in goals.order_by("by_date", "id"):
        band = band_of(goal.comparator, goal.value, goal.second_value, goal.unit, units.get(goal.loinc, ""))
        if band is not None:
            found.setdefault(goal.loinc, band)
    return found


def goals_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the active goals of many patients in one statement, as plain rows: for looking over whole caseloads."""
    found = Goal.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids, status="active")
    return list(found.values("id", "patient_id", "need_id", "text", "target", "loinc", "added_at", "key"))


def actions_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the active actions of many patients with their task's state and holder, in one statement."""
    found = PlanAction.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids, status="active")
    return list(
        found.values(
            "id", "patient_id", "need_id", "text", "role", "due_on", "added_at", "key", "task__state", "task__done_at",
            "task__owner__full_name", "task__team__name",
        )
    )  # fmt: skip


def taught_to_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[tuple[UUID, UUID, str, Any]]:
    """Return (id, patient, topic, when) of what was taught to many patients, in one statement."""
    found = Lesson.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids, moved_at__isnull=False)
    taught = found.filter(status__in=["taught", "understood"])
    return list(taught.values_list("id", "patient_id", "topic", "moved_at"))


def declined_by_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[tuple[UUID, str, str, Any]]:
    """Return (patient, key, reason, when) of what many patients declined, oldest first, in one statement."""
    found = DeclinedOption.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids).exclude(key="")
    return list(found.order_by("at").values_list("patient_id", "key", "reason", "at"))


def review_days_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Return by patient the day on which her latest agreed plan is to be looked at again, in one statement."""
    found = PlanVersion.objects.filter(patient_id__in=patient_ids, site_id__in=viewer.site_ids)
    return dict(found.order_by("patient_id", "-number").distinct("patient_id").values_list("patient_id", "review_on"))
