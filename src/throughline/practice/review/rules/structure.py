"""The structure of a case: where a thread breaks, whoever the patient is, and since when."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from throughline.practice.careplan.records import ConflictRule, Pathway
from throughline.practice.careplan.rules import library as careplan
from throughline.practice.review.records import ActionFact, CaseFacts, Evidence, Fact, GoalFact
from throughline.practice.review.rules.conditions import Look

DAY = timedelta(days=1)
SEEN = timedelta(days=180)  # a clinician seen three times within this time belongs in the team
REFERRAL_DAYS = {"accepted": 7, "scheduled": 30, "attended": 14}  # to be scheduled, to be seen, to have the report


@dataclass(frozen=True, slots=True)
class Broken:
    """One place where a thread is broken: what about, since when, in words, and where it shows."""

    subject: str
    began: datetime
    words: str
    evidence: tuple[Evidence, ...]


Rule = Callable[[CaseFacts, Look], Iterable[Broken]]


def _midnight(day: date, case: CaseFacts) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(case.time_zone)).astimezone(UTC)


def _need_without_goal(case: CaseFacts, look: Look) -> Iterable[Broken]:
    aimed = {goal.need_id for goal in case.plan.goals}
    for need in case.plan.needs:
        if need.id not in aimed:
            shown = Evidence("need", need.id, need.text, need.raised_at)
            yield Broken(need.id, need.raised_at, f"Need: {need.text}", (shown,))


def _goal_without_action(case: CaseFacts, look: Look) -> Iterable[Broken]:
    acted = {action.need_id for action in case.plan.actions}
    first: dict[str, GoalFact] = {}
    for goal in sorted(case.plan.goals, key=lambda g: (g.added_at, g.id)):
        if not goal.outside:
            first.setdefault(goal.need_id, goal)
    for goal in first.values():
        if goal.need_id not in acted:
            yield Broken(goal.id, goal.added_at, f"Goal: {goal.text}", (_goal_shown(goal),))


def _goal_shown(goal: GoalFact) -> Evidence:
    said = f"{goal.text}: {goal.target}" if goal.target else goal.text
    return Evidence("outsidegoal" if goal.outside else "goal", goal.id, said, goal.added_at)


def _action_unowned(case: CaseFacts, look: Look) -> Iterable[Broken]:
    for action in case.plan.actions:
        if not action.owner:
            yield Broken(action.id, action.added_at, f"{action.role}: {action.text}", (_action_shown(action),))


def _action_overdue(case: CaseFacts, look: Look) -> Iterable[Broken]:
    for action in case.plan.actions:
        late_from = _midnight(action.due_on + DAY, case)
        look.boundary(late_from)
        if action.owner and late_from <= look.at:
            words = f"{action.text}, due {action.due_on:%b %-d}, {action.owner}"
            yield Broken(action.id, late_from, words, (_action_shown(action),))


def _action_shown(action: ActionFact) -> Evidence:
    return Evidence("action", action.id, action.text, action.added_at)


def _no_contact(case: CaseFacts, look: Look) -> Iterable[Broken]:
    if case.plan.every_days is None:
        return
    heard = case.plan.last_reached_at
    since = (heard or case.opened_at) + timedelta(days=case.plan.every_days)
    look.boundary(since)
    if since <= look.at:
        words = f"Last talk {heard:%b %-d}" if heard else "Never reached since the case was opened"
        shown = Evidence("contact", "", f"{words}; every {case.plan.every_days} days promised", heard)
        yield Broken("", since, shown.words, (shown,))


def _specialist_outside_team(case: CaseFacts, look: Look) -> Iterable[Broken]:
    seen: dict[str, list[Fact]] = defaultdict(list)
    for fact in case.of("visit"):
        look.boundary(fact.at if fact.at > look.at else fact.at + SEEN)
        if fact.by and fact.at <= look.at < fact.at + SEEN:
            seen[fact.by].append(fact)
    known = {name.casefold() for name in (*case.plan.team, case.plan.primary_care) if name}
    for name, facts in sorted(seen.items()):
        if len(facts) >= 3 and not any(name.casefold() in one or one in name.casefold() for one in known):
            third = sorted(fact.at for fact in facts)[2]
            words = f"{name} saw the patient {len(facts)} times"
            yield Broken(name.casefold(), third, words, tuple(evidence_of(f) for f in facts[:3]))


def evidence_of(fact: Fact) -> Evidence:
    """A fact as a sentence shows it: its words, with its value where that was what counted."""
    words = fact.words or fact.kind
    if fact.value is not None and fact.kind in ("observation", "assessment"):
        words = f"{words}: {fact.value:g}"
    return Evidence(fact.kind, fact.id, words, fact.at)


def _service_twice(case: CaseFacts, look: Look) -> Iterable[Broken]:
    by_words: dict[tuple[str, str], list[ActionFact]] = defaultdict(list)
    for action in case.plan.actions:
        by_words[_plain(action.text), action.role].append(action)
    for (text, role), twice in sorted(by_words.items()):
        if len(twice) > 1:
            later = sorted(one.added_at for one in twice)[1]
            words = f"{twice[0].text} stands {len(twice)} times"
            yield Broken(f"{role}/{text}"[:120], later, words, tuple(_action_shown(one) for one in twice))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace(".", " ").replace(",", " ").split())


def _plan_expired(case: CaseFacts, look: Look) -> Iterable[Broken]:
    if case.plan.review_on is None:
        return
    passed = _midnight(case.plan.review_on + DAY, case)
    look.boundary(passed)
    if passed <= look.at:
        words = f"The plan was to be looked at on {case.plan.review_on:%b %-d, %Y}"
        yield Broken("", passed, words, (Evidence("plan", "", words, passed),))


def _appointment_without_outcome(case: CaseFacts, look: Look) -> Iterable[Broken]:
    for appointment in case.plan.appointments:
        look.boundary(appointment.at)
        if not appointment.outcome and appointment.at <= look.at:
            shown = Evidence("appointment", appointment.id, appointment.words, appointment.at)
            yield Broken(appointment.id, appointment.at, appointment.words, (shown,))


def _referral_silent(case: CaseFacts, look: Look) -> Iterable[Broken]:
    for referral in case.plan.referrals:
        if referral.state == "sent":
            shown = Evidence("referral", referral.id, referral.words, referral.since)
            yield Broken(referral.id, referral.since, f"{referral.words}, sent {referral.since:%b %-d}", (shown,))


def _referral_loop(case: CaseFacts, look: Look) -> Iterable[Broken]:
    for referral in case.plan.referrals:
        days = REFERRAL_DAYS.get(referral.state)
        if days is None:
            continue
        late = referral.since + timedelta(days=days)
        look.boundary(late)
        if late <= look.at:
            words = f"{referral.words}, {referral.state} {referral.since:%b %-d} and no further"
            shown = Evidence("referral", referral.id, referral.words, referral.since)
            yield Broken(referral.id, late, words, (shown,))


def _conflicting_instructions(case: CaseFacts, look: Look) -> Iterable[Broken]:
    yield from _different_targets(case)
    yield from _clashing_tags(case, careplan.pathways(), careplan.conflict_rules())


def _different_targets(case: CaseFacts) -> Iterable[Broken]:
    by_code: dict[str, list[GoalFact]] = defaultdict(list)
    for goal in case.plan.goals:
        if goal.loinc and goal.target:
            by_code[goal.loinc].append(goal)
    for code, goals in sorted(by_code.items()):
        targets = sorted({_plain(goal.target) for goal in goals})
        if len(targets) > 1:
            words = "Different targets for one measurement: " + " against ".join(
                dict.fromkeys(f"{goal.target} ({'elsewhere' if goal.outside else 'our plan'})" for goal in goals)
            )
            later = sorted(goal.added_at for goal in goals)[1]
            yield Broken(f"target-{code}", later, words, tuple(_goal_shown(goal) for goal in goals))


def _clashing_tags(
    case: CaseFacts, pathways: Mapping[str, Pathway], rules: Mapping[str, ConflictRule]
) -> Iterable[Broken]:
    """Goals and actions adopted from pathways whose tags a conflict rule sets against each other."""
    rows: list[GoalFact | ActionFact] = [*case.plan.goals, *case.plan.actions]
    carried = [(row, _tags(row, pathways)) for row in rows if row.key]
    for rule in rules.values():
        left = [row for row, tags in carried if tags & rule.left]
        right = [row for row, tags in carried if tags & rule.right and row not in left]
        if left and right:
            both = (left[0], right[0])
            shown = tuple(_goal_shown(r) if isinstance(r, GoalFact) else _action_shown(r) for r in both)
            words = f"{rule.sentence}: {both[0].text} against {both[1].text}. {rule.ask}"
            yield Broken(f"rule-{rule.id}", max(row.added_at for row in both), words, shown)


def _tags(row: GoalFact | ActionFact, pathways: Mapping[str, Pathway]) -> frozenset[str]:
    found: set[str] = set()
    for pathway in pathways.values():
        for goal in pathway.goals:
            if goal.text == row.text:
                found |= goal.tags
        for action in pathway.actions:
            if action.text in row.text:
                found |= action.tags
    return frozenset(found)


def _no_primary_care(case: CaseFacts, look: Look) -> Iterable[Broken]:
    if not case.plan.primary_care:
        yield Broken("", case.opened_at, "Nobody is recorded as primary care", ())


RULES: Mapping[str, Rule] = {
    "need-without-goal": _need_without_goal,
    "goal-without-action": _goal_without_action,
    "action-unowned": _action_unowned,
    "action-overdue": _action_overdue,
    "no-contact": _no_contact,
    "specialist-outside-team": _specialist_outside_team,
    "service-twice": _service_twice,
    "plan-expired": _plan_expired,
    "appointment-without-outcome": _appointment_without_outcome,
    "referral-silent": _referral_silent,
    "referral-loop": _referral_loop,
    "conflicting-instructions": _conflicting_instructions,
    "no-primary-care": _no_primary_care,
}
