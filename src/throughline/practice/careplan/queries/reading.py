"""The plan as it stands: threads with their evidence, gaps and ratings, statements, agreed versions, targets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.charts import Band, outside
from throughline.foundation.ui.formats import number
from throughline.practice.assessment import queries as assessment
from throughline.practice.assessment.records import NeedRecord
from throughline.practice.careplan.models import Goal, PlanAction
from throughline.practice.careplan.queries.side import Row, Side, read_side
from throughline.practice.careplan.records import (
    ActionRecord,
    BarrierRecord,
    EvidenceRecord,
    GoalRecord,
    GoalStanding,
    LessonRecord,
    Plan,
    ProgressRecord,
    RatingRecord,
    StatementRecord,
    Thread,
    VersionRecord,
)
from throughline.practice.careplan.rules import frequency, library
from throughline.practice.careplan.rules.evidence import in_words
from throughline.practice.careplan.rules.targets import band_of
from throughline.practice.careplan.rules.threads import differences, gaps, plan_gaps, sentences
from throughline.record.chart import queries as chart
from throughline.record.chart.records.trends import Trend

Grouped = dict[UUID, list[Any]]


def plan_of(
    viewer: Viewer, patient_id: UUID, *, needs: Sequence[NeedRecord] | None = None, also: Collection[str] = ()
) -> Plan:
    """Return the plan of a patient. Raises NotFound for one the viewer may not see.

    `needs` are those of the patient when the caller has read them already; `also` names further readings to bring.
    """
    known = assessment.needs_of(viewer, patient_id) if needs is None else needs
    side = read_side(patient_id)
    found, trends = _threads(viewer, patient_id, known, side, also)
    lessons = side.rows["lesson"]
    versions = _versions(side.rows["version"])
    shown = tuple(LessonRecord(r["id"], r["topic"], r["status"], r["moved_at"], r["moved_by_name"]) for r in lessons)
    now = sentences(found, [lesson.topic for lesson in shown])
    return Plan(
        patient_id=patient_id,
        threads=found,
        lessons=shown,
        declined=tuple((row["text"], row["reason"], row["at"]) for row in side.rows["declined"]),
        versions=versions,
        changed=differences(versions[0].sentences, now) if versions else (),
        statements=tuple(_statement(row) for kind in ("preference", "emergency", "backup") for row in side.rows[kind]),
        broken=plan_gaps(versions, _today(viewer), has_needs=any(t.status == "open" for t in found)),
        trends=trends,
    )


def _today(viewer: Viewer) -> date:
    return viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()


def threads(viewer: Viewer, patient_id: UUID) -> tuple[Thread, ...]:
    """Return every thread of a patient: need, goals with their standing, actions with owner, due and evidence, gaps.

    In a fixed number of statements. Raises NotFound for a patient the viewer may not see.
    """
    needs = assessment.needs_of(viewer, patient_id)
    return _threads(viewer, patient_id, needs, read_side(patient_id), ())[0] if needs else ()


def _threads(
    viewer: Viewer, patient_id: UUID, needs: Sequence[NeedRecord], side: Side, also: Collection[str]
) -> tuple[tuple[Thread, ...], dict[str, Trend]]:
    goals = list(Goal.objects.filter(patient_id=patient_id).order_by("by_date", "id"))
    rows = PlanAction.objects.filter(patient_id=patient_id).select_related("task__owner", "task__team")
    actions = list(rows.order_by("due_on", "id"))
    beside = _Beside(viewer, patient_id, {g.loinc for g in goals if g.loinc} | set(also), side)
    goals_of, actions_of = _by(goals, "need_id"), _by(actions, "need_id")
    used = {*goals_of, *actions_of}
    shown = [need for need in needs if need.status == "open" or need.id in used]
    return tuple(beside.thread(need, goals_of[need.id], actions_of[need.id]) for need in shown), beside.trends


def _by(rows: Iterable[Any], name: str) -> Grouped:
    found: Grouped = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


class _Beside:
    """Everything that hangs on goals, actions and needs of one patient, read once."""

    def __init__(self, viewer: Viewer, patient_id: UUID, codes: set[str], side: Side) -> None:
        self.today = _today(viewer)
        self.side = side
        self.evidence = side.by("evidence", "action_id")
        self.progress = side.by("progress", "goal_id")
        self.barriers = side.by("barrier", "need_id")
        self.ratings = side.by("rating", "need_id")
        self.preferences = side.by("preference", "need_id")
        self.declined = side.by("declined", "need_id")
        self.trends = chart.trends(viewer, patient_id, codes, visible=True)
        self.problems, self.domains = library.problems(), library.barrier_domains()

    def thread(self, need: NeedRecord, goals: Sequence[Goal], actions: Sequence[PlanAction]) -> Thread:
        own_goals = tuple(self.goal(row) for row in goals)
        own_actions = tuple(self.action(row) for row in actions)
        problem = self.problems.get(need.omaha or 0)
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
            broken=gaps(own_goals, own_actions, self.today) if need.status == "open" else (),
            horizon=need.horizon,
            problem=problem.title if problem else "",
            icd10=need.icd10,
            status=need.status,
            status_reason=need.status_reason,
            raised_at=need.raised_at,
            barriers=tuple(self.barrier(row) for row in self.barriers[need.id]),
            ratings=tuple(
                RatingRecord(r["occasion"], r["knowledge"], r["behavior"], r["status"], r["at"], r["by_name"])
                for r in self.ratings[need.id]
            ),
            preferences=tuple(_statement(row) for row in self.preferences[need.id]),
            declined=tuple((row["text"], row["reason"], row["at"]) for row in self.declined[need.id]),
        )

    def barrier(self, row: Row) -> BarrierRecord:
        title = self.domains.get(row["domain"], row["domain"])
        return BarrierRecord(row["id"], row["domain"], title, row["text"], row["status"], row["outcome"], row["at"])

    def goal(self, row: Goal) -> GoalRecord:
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
            progress=tuple(ProgressRecord(p["level"], p["note"], p["at"], p["by_name"]) for p in self.progress[row.id]),
            standing=_standing(row, self.trends.get(row.loinc)),
            own_number=row.comparator == "near",
            unit=row.unit,
            within=number(float(row.second_value)) if row.comparator == "near" and row.second_value else "",
        )

    def action(self, row: PlanAction) -> ActionRecord:
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
            evidence=tuple(
                EvidenceRecord(e["id"], e["kind"], e["reference"], e["sentence"], e["at"], e["who"])
                for e in self.evidence[row.id]
            ),
            closed_by=in_words(row.evidence_rules),
            repeats=frequency.repeats(row.frequency),
            task_state=row.task.state if row.task else "",
        )


def _standing(row: Goal, trend: Trend | None) -> GoalStanding | None:
    if trend is None or not trend.points:
        return None
    last = trend.points[-1]
    band = _band(row, trend.scale.unit)
    return GoalStanding(last.words, last.at, None if band is None else not outside(last, band), band)


def _band(row: Goal, shown: str) -> Band | None:
    def as_shown(value: float) -> float | None:
        return chart.as_shown(row.loinc, value, row.unit)

    return band_of(row.comparator, row.value, row.second_value, row.unit, shown, as_shown)


def _statement(row: Row) -> StatementRecord:
    return StatementRecord(row["id"], row["kind"], row["text"], row["need_id"], row["at"], row["by_name"])


def _versions(rows: Sequence[Row]) -> tuple[VersionRecord, ...]:
    made = []
    for place, row in enumerate(rows):
        before = rows[place + 1]["sentences"] if place + 1 < len(rows) else []
        made.append(
            VersionRecord(
                id=row["id"],
                number=row["number"],
                at=row["at"],
                by=row["by_name"],
                agreed_how=row["agreed_how"],
                agreed_by=row["agreed_by"],
                review_on=row["review_on"],
                sentences=tuple(row["sentences"]),
                changes=differences(before, row["sentences"]),
                expires_on=row["expires_on"],
                signed_by=row["signed_by_name"],
                signed_at=row["signed_at"],
            )
        )
    return tuple(made)


def targets(viewer: Viewer, patient_id: UUID) -> dict[str, Band]:
    """Return the bands of a patient's active goals by LOINC code, the nearest goal's where two have one measure."""
    found: dict[str, Band] = {}
    goals = Goal.objects.filter(patient_id=patient_id, site_id__in=viewer.site_ids, status="active").exclude(loinc="")
    units = {choice.code: choice.units[0] for choice in chart.choices()}
    for goal in goals.order_by("by_date", "id"):
        band = _band(goal, units.get(goal.loinc, ""))
        if band is not None:
            found.setdefault(goal.loinc, band)
    return found
