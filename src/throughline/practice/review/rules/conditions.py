"""Conditions of the checks, made into functions once: what holds, since when, by which facts, and until when it stays.

Three outcomes: True, False, and None when a value the condition asks for is not on record. Every boundary of time at
which the outcome could change by itself is told to the Look, so that nobody has to look before.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from throughline.practice.review.records import CaseFacts, Fact
from throughline.practice.review.rules.numbers import NUMBERS

DAY = timedelta(days=1)
TIMED = frozenset({"condition", "medicine", "coverage", "person"})  # facts that hold until they end


@dataclass(slots=True)
class Look:
    """One look at one case at an instant, and the earliest boundary of time ahead of it."""

    at: datetime
    next_at: datetime | None = None

    def boundary(self, at: datetime) -> None:
        """Note an instant at which something changes by itself."""
        if at > self.at and (self.next_at is None or at < self.next_at):
            self.next_at = at


@dataclass(frozen=True, slots=True)
class Told:
    """Whether a condition holds, since when, and by which facts. `since` None: since ever. `lapsed`: when what does not
    hold stopped holding, None when it never did."""

    holds: bool | None
    since: datetime | None = None
    facts: tuple[Fact, ...] = ()
    lapsed: datetime | None = None


Test = Callable[[CaseFacts, Look, datetime | None], Told]
FALSE, UNKNOWN, TRUE = Told(False), Told(None), Told(True)


@dataclass(frozen=True)
class Condition:
    """A condition ready to be asked. `needs` are sets of which one at least must be there for it not to be False;
    None when it may hold without any. `sets` are all it names."""

    test: Test
    needs: frozenset[str] | None
    sets: frozenset[str] = field(default_factory=frozenset)


def compiled(raw: Mapping[str, Any], known: Iterable[str]) -> Condition:
    """The condition of a content file. Raises ValueError for a set or number nobody knows, or a stray field."""
    if raw.get("always") is True:
        return Condition(lambda case, look, anchor: TRUE, None)
    for word, joined in (("all", _all), ("any", _any)):
        if word in raw:
            return joined([compiled(part, known) for part in raw[word]])
    if "not" in raw:
        return _not(compiled(raw["not"], known))
    if "set" in raw:
        return _set(raw, known)
    if "value" in raw:
        return _value(raw, known)
    if "number" in raw:
        return _number(raw)
    raise ValueError(f"a condition that asks nothing: {dict(raw)}")


def _all(parts: list[Condition]) -> Condition:
    tests = [part.test for part in parts]

    def test(case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
        since: datetime | None = None
        facts: list[Fact] = []
        unknown = False
        for place, ask in enumerate(tests):
            told = ask(case, look, anchor)
            if told.holds is False:
                return _missing(told, tests[place + 1 :], case, look, anchor)
            unknown = unknown or told.holds is None
            facts += told.facts
            since = told.since if since is None or (told.since and told.since > since) else since
        return Told(None if unknown else True, since, tuple(facts))

    needed = [part.needs for part in parts if part.needs is not None]
    needs = min(needed, key=len) if needed else None
    return Condition(test, needs, frozenset().union(*(part.sets for part in parts)))


def _missing(first: Told, others: list[Test], case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
    """Of several that must hold together, missing since the first of them was: never, when one never held."""
    lapsed = first.lapsed
    for ask in others:
        if lapsed is None:
            break
        told = ask(case, look, anchor)
        if told.holds is False:
            lapsed = None if told.lapsed is None else min(lapsed, told.lapsed)
    return FALSE if lapsed is None else Told(False, lapsed=lapsed)


def _any(parts: list[Condition]) -> Condition:
    tests = [part.test for part in parts]

    def test(case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
        unknown, lapsed = False, None
        for ask in tests:
            told = ask(case, look, anchor)
            if told.holds:
                return told
            unknown = unknown or told.holds is None
            lapsed = max(filter(None, (lapsed, told.lapsed)), default=None)
        return UNKNOWN if unknown else Told(False, lapsed=lapsed)

    needs = None if any(p.needs is None for p in parts) else frozenset().union(*(p.needs or () for p in parts))
    return Condition(test, needs, frozenset().union(*(part.sets for part in parts)))


def _not(inner: Condition) -> Condition:
    def test(case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
        told = inner.test(case, look, anchor)
        return UNKNOWN if told.holds is None else Told(not told.holds)  # what is absent has no facts and no date

    return Condition(test, None, inner.sets)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a `set` condition asks of the facts of its set."""

    key: str
    within: timedelta | None
    older_than: timedelta | None
    at_least: int
    ever: bool
    newest: bool
    ended: bool
    after: str


_SET_FIELDS = frozenset({"set", "within", "older_than", "at_least", "ever", "newest", "ended", "after"})


def _set(raw: Mapping[str, Any], known: Iterable[str]) -> Condition:
    key, stray = str(raw["set"]), set(raw) - _SET_FIELDS
    if key not in known or stray or raw.get("after", "trigger") not in ("trigger", "opening"):
        raise ValueError(f"no code set {key}, or no field {sorted(stray)}")
    asked = _Asked(
        key,
        timedelta(days=int(raw["within"])) if "within" in raw else None,
        timedelta(days=int(raw["older_than"])) if "older_than" in raw else None,
        int(raw.get("at_least", 1)),
        bool(raw.get("ever", False)),
        bool(raw.get("newest", False)),
        bool(raw.get("ended", False)),
        str(raw.get("after", "")),
    )

    def test(case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
        facts = case.facts.get(key)
        return FALSE if not facts else _told(asked, facts, case, look, anchor)

    return Condition(test, frozenset({key}), frozenset({key}))


def _told(asked: _Asked, facts: tuple[Fact, ...], case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
    floor = None
    if asked.after == "trigger" and anchor is not None:
        floor = anchor - DAY  # what is known to the day only stands at its midnight
    elif asked.after == "opening":
        floor = case.opened_at - DAY
    kept = [fact for fact in facts if _counts(asked, fact, look, floor)]
    if len(kept) < asked.at_least or (asked.at_least > 1 and len({_same(f) for f in kept}) < asked.at_least):
        return Told(False, lapsed=_lapsed(asked, facts, look, floor)) if asked.within else FALSE
    when = [_when(asked, fact) for fact in kept]
    since = max(when) if asked.newest else sorted(when)[asked.at_least - 1]
    shown = tuple(kept[: asked.at_least]) if asked.newest or asked.at_least > 1 else (kept[-1],)
    return Told(True, since, shown)


def _lapsed(asked: _Asked, facts: tuple[Fact, ...], look: Look, floor: datetime | None) -> datetime | None:
    """When the last fact that would have counted ran out of its time."""
    assert asked.within is not None
    old = [_when(asked, f) for f in facts if _when(asked, f) <= look.at and (floor is None or _when(asked, f) >= floor)]
    ran_out = max(old, default=None)
    return None if ran_out is None or ran_out + asked.within > look.at else ran_out + asked.within


def _when(asked: _Asked, fact: Fact) -> datetime:
    return (fact.until or fact.at) if asked.ended else fact.at


def _counts(asked: _Asked, fact: Fact, look: Look, floor: datetime | None) -> bool:
    if asked.ended and fact.until is None:
        return False
    when = _when(asked, fact)
    if when > look.at:
        look.boundary(when)
        return False
    if not asked.ever and fact.kind in TIMED and not _holds_now(fact, look):
        return False
    if floor is not None and when < floor:
        return False
    if asked.older_than is not None:
        look.boundary(when + asked.older_than)
        if when + asked.older_than > look.at:
            return False
    if asked.within is None:
        return True
    look.boundary(when + asked.within)
    return when + asked.within > look.at


def _holds_now(fact: Fact, look: Look) -> bool:
    if not fact.held:
        return False
    if fact.until is None:
        return True
    look.boundary(fact.until)
    return fact.until > look.at


def _same(fact: Fact) -> str:
    """What makes two facts one when they are counted: a medicine's name whatever its strength, else the fact."""
    if fact.kind != "medicine":
        return fact.id or fact.at.isoformat()
    names = [word for word in fact.words.casefold().split() if len(word) > 4 and word.isalpha()]
    return names[0] if names else fact.id or fact.at.isoformat()


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "at_least": lambda a, b: a >= b,
    "at_most": lambda a, b: a <= b,
    "above": lambda a, b: a > b,
    "below": lambda a, b: a < b,
}


def _comparisons(raw: Mapping[str, Any]) -> list[tuple[Callable[[float, float], bool], float]]:
    found = [(_COMPARISONS[word], float(raw[word])) for word in _COMPARISONS if word in raw]
    if not found:
        raise ValueError(f"a condition that compares nothing: {dict(raw)}")
    return found


def _value(raw: Mapping[str, Any], known: Iterable[str]) -> Condition:
    """The latest value of a set against limits; without a value it is not known, or False when `quiet`."""
    key, compare = str(raw["value"]), _comparisons(raw)
    if key not in known:
        raise ValueError(f"no code set {key}")
    within = timedelta(days=int(raw["within"])) if "within" in raw else None
    missing = FALSE if raw.get("quiet") else UNKNOWN

    def test(case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
        for fact in case.facts.get(key, ()):
            if fact.value is None:
                continue
            if fact.at > look.at:
                look.boundary(fact.at)
                continue
            if within is not None:
                look.boundary(fact.at + within)
                if fact.at + within <= look.at:
                    return missing
            value = fact.value
            return Told(True, fact.at, (fact,)) if all(c(value, limit) for c, limit in compare) else FALSE
        return missing

    return Condition(test, frozenset({key}) if raw.get("quiet") else None, frozenset({key}))


def _number(raw: Mapping[str, Any]) -> Condition:
    name, compare = str(raw["number"]), _comparisons(raw)
    if name not in NUMBERS:
        raise ValueError(f"no number {name}")
    count = NUMBERS[name]

    def test(case: CaseFacts, look: Look, anchor: datetime | None) -> Told:
        value, facts = count(case, look)
        if value is None:
            return UNKNOWN
        return Told(True, None, facts) if all(c(value, limit) for c, limit in compare) else FALSE

    return Condition(test, None)
