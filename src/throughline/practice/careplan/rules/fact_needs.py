"""Needs that facts of the chart and plans of others point to. Nothing is raised here: a nurse adopts or sets aside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from throughline.foundation.ui.formats import day, number
from throughline.practice.assessment.records import NeedRecord, SuggestedNeed
from throughline.practice.careplan.records import FactNeed, PointedNeed
from throughline.record.chart.records.shown import ChartFact
from throughline.record.chart.records.trends import Trend


def codes_wanted(rules: Iterable[FactNeed]) -> frozenset[str]:
    """Return the LOINC codes the rules look at."""
    return frozenset(str(rule.when["loinc"]) for rule in rules if "loinc" in rule.when)


def pointed(
    rules: Iterable[FactNeed], facts: Mapping[str, Sequence[ChartFact]], trends: Mapping[str, Trend], at: datetime
) -> tuple[PointedNeed, ...]:
    """Return the needs that conditions, readings, stays and current plans of others point to, with evidence."""
    found = []
    for rule in rules:
        kind, source, evidence = _evidence(rule.when, facts, trends, at)
        if evidence:
            need = SuggestedNeed(
                rule.key, rule.text, rule.domain, rule.omaha, rule.icd10, rule.priority, rule.horizon, evidence
            )
            found.append(PointedNeed(f"need:{rule.key}", need, kind, source, rule.standing))
    return (*found, *_of_others(facts))


def _evidence(
    when: Mapping[str, Any], facts: Mapping[str, Sequence[ChartFact]], trends: Mapping[str, Trend], at: datetime
) -> tuple[str, UUID | None, tuple[str, ...]]:
    if "loinc" in when:
        return "observation", None, _reading(when, trends.get(str(when["loinc"])), at)
    if "stays" in when:
        return "utilisation", None, _stays(when, facts.get("encounter", ()), at)
    hits = [fact for fact in facts.get("condition", ()) if fact.current and _is(fact, when)]
    words = tuple(f"{condition_words(fact.code, fact.display)}, {_since(fact)}" for fact in hits)
    return "condition", hits[0].id if hits else None, words


def condition_words(code: str, name: str) -> str:
    """Return a condition as evidence says it: by its name, with the code where people read it (ICD-10-CM)."""
    if not name:
        return f"Condition {code}"
    return f"Condition: {name}" if code.isdigit() or not code else f"Condition: {name} ({code})"


def _is(fact: ChartFact, when: Mapping[str, Any]) -> bool:
    plain = fact.code.replace(".", "").upper()
    prefixes = tuple(code.replace(".", "") for code in when.get("icd10_prefix", ()))
    return bool(fact.code) and ((bool(prefixes) and plain.startswith(prefixes)) or fact.code in when.get("snomed", ()))


def _since(fact: ChartFact) -> str:
    return f"since {day(fact.since.date())}, {fact.source or 'recorded here'}"


def _reading(when: Mapping[str, Any], trend: Trend | None, at: datetime) -> tuple[str, ...]:
    if trend is None or not trend.points:
        return ()
    last = trend.points[-1]
    if last.at < at - timedelta(days=int(when["within_days"])) or last.value < float(when["at_least"]):
        return ()
    limit = number(float(when["at_least"]))
    return (f"{trend.scale.title} {last.words} on {day(last.at.date())} ({limit} or more)",)


def _stays(when: Mapping[str, Any], encounters: Sequence[ChartFact], at: datetime) -> tuple[str, ...]:
    since = at - timedelta(days=int(when["within_days"]))
    wanted = [
        one for one in encounters
        if one.effective_at and since <= one.effective_at <= at
        and (one.more.get("is_stay") or one.more.get("class_code") in when["stays"])
    ]  # fmt: skip
    if len(wanted) < int(when["at_least"]):
        return ()
    return tuple(f"{one.display or 'Stay'}, {day(one.since.date())}" for one in wanted)


def _of_others(facts: Mapping[str, Sequence[ChartFact]]) -> tuple[PointedNeed, ...]:
    goals = {str(goal.id): goal.display for goal in facts.get("outsidegoal", ())}
    found = []
    for plan in facts.get("outsideplan", ()):
        if not plan.current:
            continue
        said = [goals.get(str(link.get("id")), "") for link in plan.more.get("goals") or ()]
        said += [str(one.get("text", "")) for one in plan.more.get("activities") or ()]
        title = plan.display or "Plan of others"
        evidence = (f"{title}, {plan.source or 'received'}: {'; '.join(filter(None, said)) or 'no details'}",)
        need = SuggestedNeed(
            f"outside-{plan.id}", f"As others plan: {title}"[:300], "physical", None, (), "medium", "long-term",
            evidence,
        )  # fmt: skip
        found.append(PointedNeed(f"need:outside-{plan.id}", need, "outside-plan", plan.id, "as received"))
    return tuple(found)


def not_known(
    found: Iterable[PointedNeed], needs: Sequence[NeedRecord], set_aside: frozenset[str]
) -> tuple[PointedNeed, ...]:
    """Return what is neither set aside nor already evidence of an open need; what would join one says which."""
    kept = []
    for one in found:
        subject = f"omaha-{one.need.omaha}" if one.need.omaha is not None else one.need.id
        standing = next((n for n in needs if n.status == "open" and n.subject == subject), None)
        known = {sentence for sentence, _at in standing.evidence} if standing else set()
        if one.key in set_aside or set(one.need.evidence) <= known:
            continue
        kept.append(
            PointedNeed(one.key, one.need, one.kind, one.source_id, one.standing, standing.text if standing else "")
        )
    return tuple(kept)
