"""The engine: the facts of one case against the checks. The same for one case and for a population, because a
population is cases one after the other; `chosen_for` only leaves out checks that cannot apply."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from throughline.practice.review.records import (
    CaseFacts,
    Checked,
    Evidence,
    Examination,
    Fact,
    Finding,
    Planned,
    Reason,
    Untold,
)
from throughline.practice.review.rules.conditions import Look, Told
from throughline.practice.review.rules.library import Check
from throughline.practice.review.rules.structure import RULES, Broken, evidence_of

RENEWED = timedelta(days=365)  # a remedy carried out by a task counts that long for what the record itself cannot show


def examine(case: CaseFacts, checks: Iterable[Check], *, at: datetime) -> Examination:
    """Return what is missing, what is in order and what the record cannot tell, and when to look again by time alone.

    Facts later than `at` do not count yet. The outcome is the same for every instant from `at` until `next_look_at`.
    """
    findings: dict[str, Finding] = {}
    checked: list[Checked] = []
    untold: list[Untold] = []
    look = Look(at)
    for check in checks:
        if check.structural:
            outcome: Iterable[Finding | Checked | Untold] = _structural(check, case, look)
        else:
            outcome = _conditional(check, case, look)
        for one in outcome:
            if isinstance(one, Finding):
                known = findings.get(one.key)
                findings[one.key] = _joined(known, one) if known else one
            elif isinstance(one, Checked):
                checked.append(one)
            else:
                untold.append(one)
    ordered = sorted(findings.values(), key=lambda f: (f.since, f.key))
    return Examination(tuple(ordered), tuple(checked), tuple(untold), look.next_at)


def chosen_for(case: CaseFacts, checks: Sequence[Check]) -> list[Check]:
    """The checks that may apply to a case by the code sets it has; the others could find nothing."""
    there = case.facts.keys()
    return [c for c in checks if c.when is None or c.when.needs is None or not there.isdisjoint(c.when.needs)]


def _conditional(check: Check, case: CaseFacts, look: Look) -> Iterable[Finding | Checked | Untold]:
    assert check.when is not None
    told = check.when.test(case, look, None)
    if told.holds is False:
        return
    if told.holds is None:
        if check.ask:
            yield Untold(check.key, check.title, check.ask)
        return
    settled, lapsed = _settled(check, case, look, told)
    if settled is not None:
        yield settled
        return
    due = max(case.opened_at, told.since or case.opened_at) + timedelta(days=check.due_days)
    if lapsed is not None and lapsed > due:
        due = lapsed  # it was given and has run out: missing since that day
    if due > look.at:
        look.boundary(due)
        yield Checked(check.key, check.title, "coming", "due", due, _shown(told.facts))
        return
    if arranged := _arranged(check, case, look):
        yield arranged
        return
    yield _finding(check, check.gap_key, check.says, due, _shown(told.facts))


def _settled(check: Check, case: CaseFacts, look: Look, told: Told) -> tuple[Checked | None, datetime | None]:
    """How the check is answered already, or None and when an earlier answer ran out."""
    lapsed: datetime | None = None
    if check.unless is not None:
        spared = check.unless.test(case, look, told.since)
        if spared.holds:
            return Checked(check.key, check.title, "not-needed", "", None, _shown(spared.facts)), None
    if check.met is not None:
        met = check.met.test(case, look, told.since)
        if met.holds:
            return Checked(check.key, check.title, "in-order", "", None, _shown(met.facts)), None
        lapsed = met.lapsed
    for key in (check.gap_key, check.key):
        if key in case.declined:
            when, reason = case.declined[key]
            shown = Evidence("declined", "", reason, when)
            return Checked(check.key, check.title, "declined", reason, None, (shown,)), None
        done, ran_out = _done(key, case, look, told.since)
        if done is not None:
            return Checked(check.key, check.title, "in-order", "", None, _shown([done])), None
        lapsed = max(filter(None, (lapsed, ran_out)), default=None)
    return None, lapsed


def _done(key: str, case: CaseFacts, look: Look, since: datetime | None) -> tuple[Fact | None, datetime | None]:
    """The remedy of a gap that was carried out after the reason for it arose, while it counts; else when it ran out."""
    ran_out: datetime | None = None
    for fact in case.of(f"done:{key}"):
        if fact.at > look.at or (since is not None and fact.at < since):
            continue
        look.boundary(fact.at + RENEWED)
        if fact.at + RENEWED > look.at:
            return fact, None
        ran_out = max(ran_out, fact.at + RENEWED) if ran_out else fact.at + RENEWED
    return None, ran_out


def _arranged(check: Check, case: CaseFacts, look: Look) -> Checked | None:
    """What is on its way with an owner and a day that has not passed; a promise that is late is a gap again."""
    keys = [f"done:{check.gap_key}", f"done:{check.key}", *sorted(check.met.sets if check.met else ())]
    for planned in (p for key in keys for p in case.planned.get(key, ())):
        if planned.due is None or not planned.owner:
            continue
        look.boundary(planned.due)
        if planned.due > look.at:
            return Checked(
                check.key,
                check.title,
                "under-way",
                f"{planned.words}, {planned.owner}",
                planned.due,
                (_promise(planned),),
            )
    return None


def _promise(planned: Planned) -> Evidence:
    return Evidence(planned.kind, planned.id, planned.words, planned.due)


def _structural(check: Check, case: CaseFacts, look: Look) -> Iterable[Finding | Checked]:
    found = coming = False
    for broken in RULES[check.structural](case, look):
        key = f"{check.key}:{broken.subject}" if broken.subject else check.key
        due = broken.began + timedelta(days=check.due_days)
        if _done(key, case, look, broken.began)[0] is not None:
            continue
        if due > look.at:
            look.boundary(due)
            coming = True
            yield Checked(check.key, check.title, "coming", broken.words, due, broken.evidence)
            continue
        found = True
        yield _finding(check, key, _sentence(check, broken), due, broken.evidence)
    if not found and not coming and _looked(check, case):
        yield Checked(check.key, check.title, "in-order", "", None, ())


def _looked(check: Check, case: CaseFacts) -> bool:
    """Whether there was anything to look at: an empty plan is not in order, it is empty."""
    plan = case.plan
    there: Mapping[str, object] = {
        "need-without-goal": plan.needs, "goal-without-action": plan.goals, "action-unowned": plan.actions,
        "action-overdue": plan.actions, "service-twice": plan.actions, "plan-expired": plan.review_on,
        "appointment-without-outcome": plan.appointments, "referral-silent": plan.referrals,
        "referral-loop": plan.referrals, "conflicting-instructions": plan.goals, "no-contact": plan.every_days,
        "specialist-outside-team": case.of("visit"),
    }  # fmt: skip
    return bool(there.get(check.structural, True))


def _sentence(check: Check, broken: Broken) -> str:
    return f"{check.says}. {broken.words}"


def _finding(check: Check, key: str, says: str, since: datetime, evidence: tuple[Evidence, ...]) -> Finding:
    reason = Reason(check.key, says, check.citation, check.standing, check.version, evidence)
    return Finding(key, check.title, says, since, check.owner, check.remedy, (reason,), check.on_today)


def _joined(one: Finding, other: Finding) -> Finding:
    """Two checks that ask for the same service are one gap with both reasons, missing since the earlier day."""
    return replace(
        one,
        since=min(one.since, other.since),
        reasons=(*one.reasons, *other.reasons),
        on_today=one.on_today or other.on_today,
    )


def _shown(facts: Iterable[Fact]) -> tuple[Evidence, ...]:
    seen: dict[tuple[str, str], Evidence] = {}
    for fact in facts:
        shown = evidence_of(fact)
        seen.setdefault((shown.kind, shown.id or shown.words), shown)
    return tuple(seen.values())[:6]
