"""What closes an action: which content rules are its own, whether a fact satisfies one, and whether it came in time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from throughline.practice.careplan.records import EvidenceFact, EvidenceRule

WORDS = {
    "reading": "a reading",
    "instrument": "a signed instrument",
    "contact": "a call or message answered",
    "visit": "a visit",
    "task": "its task done",
    "document": "a document",
    "appointment": "an appointment kept",
}
EARLY_DAYS = 3


def rules_for(
    *, role: str, category: str, target: str, merge: str, text: str, own: Sequence[Mapping[str, Any]],
    library: Iterable[EvidenceRule],
) -> tuple[Mapping[str, Any], ...]:  # fmt: skip
    """Return what satisfies an action: its own rules, else those of every content rule that fits; none twice."""
    if own:
        return tuple(own)
    facts = {"role": role, "category": category, "target": target, "merge": merge}
    found: list[Mapping[str, Any]] = []
    for rule in library:
        if _fits(rule.when, facts, text):
            found += [one for one in rule.by if one not in found]
    return tuple(found)


def _fits(when: Mapping[str, Any], facts: Mapping[str, str], text: str) -> bool:
    plain = text.lower()
    words = when.get("words")
    if words and not any(str(word).lower() in plain for word in words):
        return False
    return bool(when) and all(facts[name] in wanted for name, wanted in when.items() if name != "words")


def satisfies(rules: Sequence[Mapping[str, Any]], fact: EvidenceFact) -> bool:
    """Whether a fact is what one of the rules asks for. A contact nobody answered is none."""
    return fact.reached and any(_meets(rule, fact) for rule in rules)


def _meets(rule: Mapping[str, Any], fact: EvidenceFact) -> bool:
    if rule["kind"] != fact.kind:
        return False
    wanted = set(rule.get("loinc", ())) | set(rule.get("instruments", ()))
    channels = rule.get("channels", ())
    said, words = fact.sentence.lower(), rule.get("words", ())
    if words and not any(str(word).lower() in said for word in words):
        return False
    return (not wanted or bool(wanted & fact.codes)) and (not channels or fact.channel in channels)


def in_time(*, happened: date, due: date, added: date, following: date | None) -> bool:
    """Whether a fact counts for what is due now: after the action was adopted, and when it repeats not long before.

    Of an action that repeats the fact must come at most half an interval, and at least three days, ahead of the day.
    """
    if happened < added:
        return False
    if following is None:
        return True
    early = max(EARLY_DAYS, (following - due).days // 2)
    return (due - happened).days <= early


def in_words(rules: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what closes an action, for the nurse to read; its task is always one way."""
    kinds = dict.fromkeys([*(str(rule["kind"]) for rule in rules), "task"])
    return tuple(WORDS.get(kind, kind) for kind in kinds)
