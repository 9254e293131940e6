"""What a reviewer of a clock reads beside its citation: its codes in words, and its worked examples counted anew."""

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from throughline.record.clocks.records import Attempt, ClockRule, Part, RunningClock, Worked
from throughline.record.clocks.rules import engine, moments
from throughline.record.clocks.rules.asking import clock_asked

# Lines of business.
LINES: Mapping[str, str] = {
    "ALL": "every line of business",
    "OM": "Original Medicare",
    "MA": "Medicare Advantage",
    "SNP": "special needs plans",
    "PART-D": "Medicare Part D",
    "MCD-MC": "Medicaid managed care",
    "MCD-FFS": "Medicaid fee-for-service",
    "CHIP": "CHIP",
    "QHP-FFE": "plans on the federal exchange",
    "COM": "commercial, employers' and marketplace plans",
    "HOSP": "hospitals, whoever pays",
    "NF": "nursing facilities",
    "NCQA-HP": "health plans accredited by NCQA",
    "NCQA-CM": "case management accredited by NCQA",
    "PRO": "the profession",
}
OWED_BY: Mapping[str, str] = {
    "us": "us",
    "nurse": "the nurse",
    "plan": "the health plan",
    "hospital": "the hospital",
    "provider": "the provider",
    "patient": "the patient",
    "qio": "the Quality Improvement Organization",
    "agency": "the agency",
    "state": "the state",
    "reviewer": "the reviewer",
    "nobody": "nobody: it only counts",
}


def lines_in_words(rule: ClockRule) -> str:
    """Return the lines of business of a rule, "Original Medicare, Medicare Advantage"; an unknown code as it is."""
    return ", ".join(LINES.get(one, one) for one in rule.lines)


def owed_in_words(key: str) -> str:
    """Return who owes what a clock counts, "the health plan"; an unknown key as it is."""
    return OWED_BY.get(key, key)


def confidence_in_words(note: str) -> str:
    """Return how well the numbers of a rule are founded: "primary source; exceptions from memory, unreviewed".

    V1, V2 and M are the library's marks; the numbers in brackets are those of its sources' list.
    """
    text = re.sub(r"\s*\[S\w+\]", "", note).replace("V1/V2", "primary and secondary source")
    for mark, words in (("V1", "primary source"), ("V2", "secondary source"), ("M", "from memory, unreviewed")):
        text = re.sub(rf"\b{mark}\b", words, text)
    return re.sub(r"\s+(?=[;:,])", "", text).strip()


def clock_of(rule: ClockRule, example: Mapping[str, Any]) -> RunningClock:
    """Return the running clock of a worked example. Raises ClockError for one that cannot be counted."""
    zone = moments.zone_named(example["zone"])
    return clock_asked(rule.id, example["start"], zone=zone, otherwise=zone, given=example.get("set", {}))


def worked(rule: ClockRule) -> tuple[Worked, ...]:
    """Return the examples of a rule, each counted by the engine now. Raises ClockError as `clock_of` does."""
    return tuple(_worked(rule, example) for example in rule.examples)


def _worked(rule: ClockRule, example: Mapping[str, Any]) -> Worked:
    clock = clock_of(rule, example)
    explained = engine.explain(clock)
    steps = tuple(step.words for step in explained.reckoning.steps)
    return Worked(
        words=example["words"],
        start=moments.say(clock.start, clock.zone),
        zone=str(clock.zone),
        facts=facts_in_words(clock),
        outcomes=outcomes(clock),
        steps=steps,
    )


def outcomes(clock: RunningClock) -> tuple[tuple[str, str], ...]:
    """Return each part of a clock that can be counted, with its dates in words; the chosen one when none can."""
    told = []
    for one in engine.reckon_all(clock) or (engine.reckon(clock),):
        ends = [("not before", one.earliest), ("work to", one.safe), ("at the latest", one.due)]
        dates = "; ".join(f"{word} {moments.say(at, clock.zone)}" for word, at in ends if at is not None)
        told.append((one.title, dates or one.status.replace("-", " ")))
    return tuple(told)


def facts_in_words(clock: RunningClock) -> tuple[tuple[str, str], ...]:
    """Return what is known beside the start, (what, value); what was not said and has its usual value is left out."""
    known = clock.rule.inputs
    return tuple(
        (known[name].words, value_in_words(value, clock.zone))
        for name, value in clock.given.items()
        if name in known and known[name].default != value
    )


def value_in_words(value: Any, zone: tzinfo) -> str:
    """Return a fact as people read it: yes or no, a day, an instant in the clock's zone, a try with its channel."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date | datetime):
        return moments.say(value, zone)
    if isinstance(value, Attempt):
        return moments.say(value.at, zone) + (f" by {value.channel}" if value.channel else "")
    if isinstance(value, tuple | list):
        return "; ".join(value_in_words(one, zone) for one in value)
    return str(value).replace("-", " ") if isinstance(value, str) else str(value)


def part_in_words(rule: ClockRule, part: Part) -> str:
    """Return a part's title with who owes it, where that is somebody else than the rule says."""
    other = part.owed_by and part.owed_by != rule.owed_by
    return f"{part.title} (owed by {owed_in_words(part.owed_by)})" if other else part.title
