"""Writes of the care plan: adopt, add, move, teach, decline, agree. Nothing clinical is active before it is adopted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor, system
from throughline.practice.assessment.actions import raise_need
from throughline.practice.assessment.queries import need_of_action
from throughline.practice.assessment.records import NeedRecord, SuggestedNeed
from throughline.practice.careplan import events
from throughline.practice.careplan.models import DeclinedOption, Goal, Lesson, PlanAction
from throughline.practice.careplan.records import Proposal, ProposedAction, ProposedGoal, ProposedNeed, Reason
from throughline.practice.careplan.records.roles import ROLE_WORDS
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.evidence import rules_for
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient
from throughline.record.tasks.actions import TaskIn, add_task, cancel_tasks_for

TASK_ROLE = "CM"
GOAL_STATES = ("met", "partly met", "not met", "given-up")
LESSON_STATES = ("taught", "understood", "re-teach", "withdrawn")


class UnableToPlan(Refusal):
    """The plan cannot be changed this way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalIn:
    """A goal by hand: its words, how it is told, by when, the patient's wording and how much it matters to her."""

    text: str
    target: str = ""
    by_date: date
    words: str = ""
    importance: int | None = None
    loinc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionIn:
    """An action by hand: what, by which role, first due when, how often; `owner_id` where a colleague takes it."""

    text: str
    role: str = TASK_ROLE
    category: str = "CM"
    frequency: str = ""
    due_on: date
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which proposals are adopted, by key. A goal whose pathways differ takes its target from `targets`."""

    goals: Sequence[str] = ()
    actions: Sequence[str] = ()
    lessons: Sequence[str] = ()
    targets: dict[str, str] | None = None


def place_of(model: Any, what: str) -> Any:
    """Return what finds the place of a row of the plan. What it returns raises NotFound for one that is not there."""

    def find(key: UUID) -> Place:
        found = model.objects.filter(pk=key).values_list("site_id", "patient_id").first()
        if found is None:
            raise NotFound(f"This {what} does not exist, or you may not see it.")
        return Place(site_id=found[0], patient_id=found[1])

    return find


locator("goal_id")(place_of(Goal, "goal"))
locator("plan_action_id")(place_of(PlanAction, "action"))
locator("lesson_id")(place_of(Lesson, "topic"))


@action("careplan.adopt", needs=Permission.PLAN_CARE, on="patient_id")
def adopt(*, patient_id: UUID, proposal: Proposal, chosen: Chosen, by: Actor, at: datetime) -> int:
    """Make the chosen proposals part of the plan and return how many rows were added; what stands is not doubled.

    Their needs are raised (evidence joins those that stand). The case manager's own actions become tasks of the case
    owner; others become tasks without an owner, a gap until somebody takes them. Raises UnableToPlan when nothing is
    chosen.
    """
    standing = _standing(patient_id)
    goals = [g for g in proposal.goals if g.key in chosen.goals and g.key not in standing]
    actions = [a for a in proposal.actions if a.key in chosen.actions and a.key not in standing]
    lessons = [x for x in proposal.education if x.topic in chosen.lessons and x.topic not in standing]
    if not (goals or actions or lessons):
        raise UnableToPlan("Tick what belongs in her plan. What is in it already is not added twice.")
    wanted = {g.need for g in goals} | {a.need for a in actions}
    needs = {n.key: _need_row(patient_id, n, by, at) for n in proposal.needs if n.key in wanted}
    words = {n.key: n.text for n in proposal.needs}
    base = base_of(patient_id, by, at)
    for goal in goals:
        _add_goal(goal, (chosen.targets or {}).get(goal.key, goal.target), needs[goal.need], base, at)
    for one in actions:
        _add_action(one, (needs[one.need], words[one.need]), base, by, at)
    Lesson.objects.bulk_create(
        [Lesson(**base, key=x.topic, topic=x.topic, sources=_sources(x.reasons), status="to-teach") for x in lessons]
    )
    event = events.PlanAdopted(**about_of(base), goals=len(goals), actions=len(actions), lessons=len(lessons))
    publish(event, by=by, at=at)
    return len(goals) + len(actions) + len(lessons)


def _standing(patient_id: UUID) -> set[str]:
    Patient.objects.select_for_update(no_key=True).get(
        pk=patient_id
    )  # so that two who adopt at once do not double anything
    found: set[str] = set()
    for model in (Goal, PlanAction, Lesson):
        rows = model.objects.filter(patient_id=patient_id).exclude(status__in=["withdrawn", "given-up"])
        found |= set(rows.values_list("key", flat=True))
    return found


def base_of(patient_id: UUID, by: Actor, at: datetime) -> dict[str, Any]:
    """Return what every row of the plan has: whose, in which case, since when, by whom."""
    patient = Patient.objects.get(pk=patient_id)
    case = Case.objects.filter(patient_id=patient_id).exclude(state="closed").values_list("pk", flat=True).first()
    return {
        "site_id": patient.site_id, "patient_id": patient_id, "case_id": case, "added_at": at,
        "added_by_id": by.user_id, "added_by_name": by.name,
    }  # fmt: skip


def about_of(base: dict[str, Any]) -> dict[str, Any]:
    """Return what every event of the plan says: site, patient, case."""
    return {name: base[name] for name in ("site_id", "patient_id", "case_id")}


def _sources(reasons: Sequence[Reason]) -> list[str]:
    return [f"{r.source} ({r.because}): {r.citation}, {r.standing}".strip(": ,") for r in reasons]


def _need_row(patient_id: UUID, need: ProposedNeed, by: Actor, at: datetime) -> UUID:
    suggested = SuggestedNeed(
        need.key, need.text, need.domain, need.omaha, need.icd10, need.priority, need.horizon,
        need.evidence or (f"Pathway {need.text}, chosen by {by.name}",), need.words,
    )  # fmt: skip
    return raise_need(patient_id=patient_id, need=suggested, kind="condition", by=by, at=at)


def _add_goal(goal: ProposedGoal, target: str, need_id: UUID, base: dict[str, Any], at: datetime) -> None:
    measure = goal.measure if target == goal.target else None
    Goal.objects.create(
        **base, key=goal.key, need_id=need_id, text=goal.text[:300], target=target, loinc=goal.loinc,
        comparator=measure.comparator if measure else "", value=measure.value if measure else None,
        second_value=measure.second if measure else None, unit=measure.unit if measure else "", term=goal.term,
        by_date=at.date() + timedelta(days=goal.by_days), sources=_sources(goal.reasons),
    )  # fmt: skip


def _add_action(one: ProposedAction, need: tuple[UUID, str], base: dict[str, Any], by: Actor, at: datetime) -> None:
    due = at.date() + timedelta(days=one.first_due_days)
    made = PlanAction.objects.create(
        **base, key=one.key, need_id=need[0], text=one.text, role=one.role, delegated=one.owner == "delegate",
        category=one.category, target=one.target, frequency=one.frequency, due_on=due, first_due_on=due,
        sources=_sources(one.reasons), evidence_rules=[dict(rule) for rule in one.evidence],
    )  # fmt: skip
    own = one.role == TASK_ROLE and not made.delegated
    made.task_id = task_for(made, need[1], owner_of_case(base["case_id"], by) if own else None, by, at)
    made.save(update_fields=["task"])


def owner_of_case(case_id: UUID | None, by: Actor) -> UUID | None:
    """Return who owns the case, else the one who acts."""
    if case_id is None:
        return by.user_id
    owner = Case.objects.filter(pk=case_id).values_list("owner_id", flat=True).first()
    return owner or by.user_id


def task_for(made: PlanAction, need: str, owner_id: UUID | None, by: Actor, at: datetime) -> UUID:
    """Make the task that carries an action the next time, and return its id."""
    task = TaskIn(
        patient_id=made.patient_id,
        case_id=made.case_id,
        verb=ROLE_WORDS.get(made.role, made.role) if made.role != TASK_ROLE else "Plan",
        title=made.text[:300],
        kind="plan",
        why=f"Care plan: {need}",
        tier=5,
        owner_id=owner_id,
        due_at=at.replace(hour=23, minute=0) + timedelta(days=(made.due_on - at.date()).days),
        subject=f"plan-action:{made.id}",
    )
    return add_task(patient_id=made.patient_id, task=task, by=by, at=at)


@action("careplan.add-goal", needs=Permission.PLAN_CARE, on="need_id")
def add_goal(*, need_id: UUID, goal: GoalIn, by: Actor, at: datetime) -> UUID:
    """Add a goal by hand to a need and return its id. Raises UnableToPlan without words or with a date that is past."""
    need = _open_need(need_id)
    if not goal.text.strip() or goal.by_date < at.date():
        raise UnableToPlan("Say what is to be reached, and by a date to come.")
    term = "short" if (goal.by_date - at.date()).days <= 30 else "long"
    made = Goal.objects.create(
        **base_of(need.patient_id, by, at), need_id=need.id, text=goal.text.strip()[:300], target=goal.target.strip(),
        by_date=goal.by_date, words=goal.words.strip(), importance=goal.importance, term=term, loinc=goal.loinc,
    )  # fmt: skip
    about: dict[str, Any] = {"site_id": made.site_id, "patient_id": made.patient_id, "case_id": made.case_id}
    publish(events.GoalAdded(**about, goal_id=made.id, text=made.text), by=by, at=at)
    return made.id


@action("careplan.add-action", needs=Permission.PLAN_CARE, on="need_id")
def add_action(*, need_id: UUID, planned: ActionIn, by: Actor, at: datetime) -> UUID:
    """Add an action by hand, with its task, and return its id. Raises UnableToPlan without words or for a past date."""
    need = _open_need(need_id)
    if not planned.text.strip() or planned.due_on < at.date() or planned.role not in ROLE_WORDS:
        raise UnableToPlan("Say what is to be done, by whom, and by a date to come.")
    made = PlanAction.objects.create(
        **base_of(need.patient_id, by, at), need_id=need.id, text=planned.text.strip(), role=planned.role,
        category=planned.category, frequency=planned.frequency.strip(), due_on=planned.due_on,
        first_due_on=planned.due_on, evidence_rules=_closed_by(planned),
    )  # fmt: skip
    own = planned.owner_id or (owner_of_case(made.case_id, by) if planned.role == TASK_ROLE else None)
    made.task_id = task_for(made, need.text, own, by, at)
    made.save(update_fields=["task"])
    return made.id


def _closed_by(planned: ActionIn) -> list[Any]:
    found = rules_for(
        role=planned.role, category=planned.category, target="", merge="", text=planned.text, own=(),
        library=tuple(library.evidence_rules().values()),
    )  # fmt: skip
    return [dict(rule) for rule in found]


def _open_need(need_id: UUID) -> NeedRecord:
    need = need_of_action(need_id)
    if need.status != "open":
        raise UnableToPlan(f"This need is {need.status}. Raise it again first.")
    return need


def _move(row: Any, status: str, reason: str, by: Actor, at: datetime) -> None:
    row.status, row.status_reason, row.moved_at, row.moved_by_name = status, reason.strip(), at, by.name
    row.version += 1
    row.save()


@action("careplan.move-goal", needs=Permission.PLAN_CARE, on="goal_id")
def move_goal(*, goal_id: UUID, status: str, reason: str = "", by: Actor, at: datetime) -> None:
    """Say that a goal is met, partly met, not met or given up; all but met ask for the reason. Raises UnableToPlan."""
    goal = Goal.objects.select_for_update(no_key=True).get(pk=goal_id)
    if goal.status != "active" or status not in GOAL_STATES or (status != "met" and not reason.strip()):
        raise UnableToPlan("Say how the goal ended, and why when it was not met.")
    _move(goal, status, reason, by, at)
    about: dict[str, Any] = {"site_id": goal.site_id, "patient_id": goal.patient_id, "case_id": goal.case_id}
    publish(
        events.GoalMoved(**about, goal_id=goal.id, text=goal.text, status=status, reason=goal.status_reason),
        by=by,
        at=at,
    )


@action("careplan.withdraw-action", needs=Permission.PLAN_CARE, on="plan_action_id")
def withdraw_action(*, plan_action_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Take an action out of the plan with a reason; its open task ends with it. Raises UnableToPlan without one."""
    row = PlanAction.objects.select_for_update(no_key=True).get(pk=plan_action_id)
    if row.status != "active" or not reason.strip():
        raise UnableToPlan("Write why the action is taken out of the plan.")
    _move(row, "withdrawn", reason, by, at)
    ended = f"Taken out of the plan: {reason.strip()}"
    cancel_tasks_for(
        patient_id=row.patient_id, subject=f"plan-action:{row.id}", reason=ended, by=system("care plan"), at=at
    )
    about: dict[str, Any] = {"site_id": row.site_id, "patient_id": row.patient_id, "case_id": row.case_id}
    publish(
        events.ActionMoved(**about, action_id=row.id, text=row.text, status="withdrawn", reason=row.status_reason),
        by=by,
        at=at,
    )


@action("careplan.teach", needs=Permission.WORK_CASE, on="lesson_id")
def teach(*, lesson_id: UUID, status: str, by: Actor, at: datetime) -> None:
    """Record teaching and teach-back: taught, understood, re-teach, withdrawn. Raises UnableToPlan otherwise."""
    if status not in LESSON_STATES:
        raise UnableToPlan("Say whether it was taught, understood, or is to be taught again.")
    row = Lesson.objects.select_for_update(no_key=True).get(pk=lesson_id)
    _move(row, status, "", by, at)
    about: dict[str, Any] = {"site_id": row.site_id, "patient_id": row.patient_id, "case_id": row.case_id}
    publish(events.Taught(**about, lesson_id=row.id, topic=row.topic, status=status), by=by, at=at)


@action("careplan.decline", needs=Permission.PLAN_CARE, on="patient_id")
def decline(
    *, patient_id: UUID, key: str, text: str, reason: str, need_id: UUID | None = None, by: Actor, at: datetime
) -> None:
    """Record that the patient declined an option, with her reason; it is not offered again. Raises UnableToPlan."""
    if not reason.strip() or not text.strip():
        raise UnableToPlan("Write what was declined and why, in her words where you can.")
    base = base_of(patient_id, by, at)
    DeclinedOption.objects.create(
        site_id=base["site_id"], patient_id=patient_id, need_id=need_id, key=key, text=text.strip(),
        reason=reason.strip(), at=at, by_id=by.user_id, by_name=by.name,
    )  # fmt: skip
    publish(events.OptionDeclined(**about_of(base), text=text.strip(), reason=reason.strip()), by=by, at=at)
