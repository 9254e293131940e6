"""Reads the facts of a clock from words (`--set`, a form, a stored row) into what its rule counts with."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any

from throughline.record.clocks.records import Attempt, ClockError, ClockRule, Input, Moment
from throughline.record.clocks.rules import moments

YES = frozenset({"true", "yes", "y", "1", "on"})
NO = frozenset({"false", "no", "n", "0", "off", ""})


def read(rule: ClockRule, given: Mapping[str, Any], zone: tzinfo, start: Moment) -> dict[str, Any]:
    """The facts by the rule's own names, defaults filled in.

    Raises ClockError for a name the rule does not know, a value it cannot read, a required fact missing.
    """
    facts: dict[str, Any] = {}
    for word, value in given.items():
        asked = named(rule, word)
        if asked.name in facts:
            raise ClockError(f"{rule.id}: '{asked.name}' is given twice.")
        facts[asked.name] = _read(rule, asked, value, zone, start)
    for asked in rule.inputs.values():
        if asked.name in facts:
            continue
        if asked.required:
            raise ClockError(f"{rule.id} needs {asked.name}: {asked.words}; give --set {asked.name}=VALUE.")
        if asked.default is not None:
            facts[asked.name] = _read(rule, asked, asked.default, zone, start)
    return facts


def named(rule: ClockRule, word: str) -> Input:
    """The input a word means, by its name or an alias. Raises ClockError listing the inputs there are."""
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    for asked in rule.inputs.values():
        if plain == asked.name or plain in asked.aliases:
            return asked
    raise ClockError(f"{rule.id} knows no '{word}'; it knows: {', '.join(rule.inputs)}.")


def write(value: Any) -> Any:
    """A fact in words that `read` understands again, as a stored row keeps it."""
    if isinstance(value, Attempt):
        return f"{value.at.isoformat()}@{value.channel}" if value.channel else value.at.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return ",".join(str(write(one)) for one in value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else value


def _read(rule: ClockRule, asked: Input, value: Any, zone: tzinfo, start: Moment) -> Any:
    text = str(write(value)).strip()
    if asked.type == "month-day":
        return _month_day(rule, asked, text, zone, start)
    if asked.type == "choice":
        return _choice(rule, asked, text)
    try:
        return READERS[asked.type](text, zone, asked)
    except ClockError as error:
        raise ClockError(f"{rule.id}, {asked.name}: {error}") from error
    except (ValueError, OverflowError) as error:
        raise ClockError(f"{rule.id}: '{text}' cannot be read as {asked.name} ({asked.words}).") from error


def _choice(rule: ClockRule, asked: Input, text: str) -> str:
    plain = text.lower().replace("_", "-").replace(" ", "-")
    for word, meant in asked.choices.items():
        if plain in (word.lower(), str(meant).lower()):
            return str(meant)
    there = ", ".join(sorted(set(map(str, asked.choices.values()))))
    raise ClockError(f"{rule.id}: {asked.name} must be one of: {there}; not '{text}'.")


def _month_day(rule: ClockRule, asked: Input, text: str, zone: tzinfo, start: Moment) -> date:
    """A date as given, or for MM-DD the last such day not after the start."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        day = moments.day_of(start, zone)
        month, of_month = (int(part) for part in text.lstrip("-").split("-"))
        this_year = date(day.year, month, of_month)
        return this_year if this_year <= day else date(day.year - 1, month, of_month)
    except ValueError as error:
        raise ClockError(f"{rule.id}: {asked.name} must be a date or MM-DD, not '{text}'.") from error


def _number(text: str, zone: tzinfo, asked: Input) -> int:
    number = int(text)
    if (asked.least is not None and number < asked.least) or (asked.most is not None and number > asked.most):
        raise ClockError(f"must lie between {asked.least} and {asked.most}, not {number}.")
    return number


def _flag(text: str, zone: tzinfo, asked: Input) -> bool:
    plain = text.lower()
    if plain in YES or (plain.isdigit() and int(plain) > 0):
        return True
    if plain in NO:
        return False
    raise ClockError(f"must be yes or no, not '{text}'.")


def _moment(text: str, zone: tzinfo, asked: Input) -> Moment:
    return moments.read(text, zone, asked.name)


def _attempts(text: str, zone: tzinfo, asked: Input) -> tuple[Attempt, ...]:
    made: list[Attempt] = []
    for one in filter(None, (part.strip() for part in text.split(","))):
        at, _, channel = one.partition("@")
        made.append(Attempt(moments.first_instant(moments.read(at, zone, "attempt"), zone), channel.strip()))
    return tuple(made)


def _listed(reader: Callable[[str, tzinfo, Input], Any]) -> Callable[[str, tzinfo, Input], Any]:
    def read_list(text: str, zone: tzinfo, asked: Input) -> tuple[Any, ...]:
        return tuple(reader(part.strip(), zone, asked) for part in text.split(",") if part.strip())

    return read_list


def _date(text: str, zone: tzinfo, asked: Input) -> date:
    return moments.day_of(moments.read(text, zone, asked.name), zone)


READERS: Mapping[str, Callable[[str, tzinfo, Input], Any]] = {
    "moment": _moment,
    "date": _date,
    "number": _number,
    "flag": _flag,
    "text": lambda text, zone, asked: text,
    "time": lambda text, zone, asked: time.fromisoformat(text).isoformat(timespec="minutes"),
    "moments": _listed(_moment),
    "dates": _listed(_date),
    "attempts": _attempts,
}


def running_facts(facts: Mapping[str, Any]) -> tuple[Moment | None, Moment | None, tuple[Attempt, ...]]:
    """What of the facts belongs to the clock itself: when it was met, when cancelled, the attempts made."""
    return facts.get("met"), facts.get("cancelled"), facts.get("attempts", ())


def as_instant(moment: Moment, zone: tzinfo) -> datetime:
    """The instant a moment begins."""
    return moments.first_instant(moment, zone)
