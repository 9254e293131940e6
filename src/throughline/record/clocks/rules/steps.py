"""The steps a rule may be written in: each takes a moment and gives the next one, with its sentence.

A step is a table with one operation, such as `{business_days = 2}`, and what belongs to it. A number may be
the name of one of the rule's values or inputs, so that an overlay or a fact can change it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from throughline.record.clocks.records import ClockError, ClockRule, Holidays, Moment, Step
from throughline.record.clocks.rules import calendars, conditions, moments

Found = tuple[Moment, str]
MODIFIERS = frozenset({"when", "words", "calendar", "observed", "end", "shown_by", "from_end_of_day"})


@dataclass(frozen=True)
class Counting:
    """What a step may look at: the rule, the facts (the start among them), the zone."""

    rule: ClockRule
    facts: Mapping[str, Any]
    zone: tzinfo

    def value(self, asked: Any) -> Any:
        """A number or word as written, or what the fact or the rule's value of that name is."""
        if not isinstance(asked, str):
            return asked
        given = self.facts.get(asked)
        return self.rule.values.get(asked, asked) if given is None else given

    def calendar(self, step: Mapping[str, Any]) -> Holidays:
        """The calendar a step counts by; the federal one when it names none."""
        name = str(self.value(step.get("calendar", "federal")))
        if name not in self.rule.calendars:
            there = ", ".join(sorted(self.rule.calendars)) or "none"
            raise ClockError(f"There is no calendar '{name}'; there are: {there}.")
        return self.rule.calendars[name]


class Missing(ClockError):
    """A fact a step needs was not given."""


def run(counting: Counting, steps: Sequence[Mapping[str, Any]], at: Moment) -> tuple[Moment, list[Step]]:
    """The moment the steps lead to from `at`, and each step taken. Raises Missing for a fact not given."""
    taken: list[Step] = []
    for step in steps:
        if not conditions.holds(step.get("when", {}), counting.facts, counting.zone):
            continue
        name = operation_of(step)
        after, words = OPERATIONS[name](counting, step, at)
        amount = step[name]
        kept = counting.value(amount) if isinstance(amount, str) and name != "from" else amount
        taken.append(Step(_with(words, step), name, at, kept, after))
        at = after
    return at, taken


def operation_of(step: Mapping[str, Any]) -> str:
    """The name of a step's one operation. Raises ClockError when it has none, two, or an unknown word."""
    names = [name for name in step if name not in MODIFIERS]
    if len(names) != 1 or names[0] not in OPERATIONS:
        raise ClockError(f"a step must have one operation of {sorted(OPERATIONS)}, not {sorted(names)}")
    return names[0]


def _with(words: str, step: Mapping[str, Any]) -> str:
    return f"{words} {step['words']}" if "words" in step else words


def _from(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    names = step["from"] if isinstance(step["from"], tuple | list) else (step["from"],)
    for name in names:
        found = counting.facts.get(name)
        if found is not None:
            label = _label(counting, name)
            return found, f"{label}: {moments.say(found, counting.zone)}."
    wanted = " or ".join(names)
    label = _label(counting, names[0])
    raise Missing(f"{counting.rule.id} needs {wanted}: give --set {names[0]}=DATE ({label}).")


def _label(counting: Counting, name: str) -> str:
    if name == "start":
        return counting.rule.start_label
    asked = counting.rule.inputs.get(name)
    return asked.words if asked else name.replace("_", " ")


def _instant(counting: Counting, step: Mapping[str, Any], at: Moment) -> datetime:
    if isinstance(at, datetime):
        return at
    if step.get("from_end_of_day"):
        return moments.last_instant(at, counting.zone)
    # Not Missing: a branch that cannot be counted for want of a time of day is not one that does not apply.
    raise ClockError(
        f"{counting.rule.id} counts hours and needs the time of day beside the date {at.isoformat()}, "
        f"as in {at.isoformat()}T14:10."
    )


def _hours(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    hours = counting.value(step["hours"])
    start = _instant(counting, step, at)
    after = moments.add_hours(start, hours, counting.zone)
    wall = after.replace(tzinfo=None) - start.astimezone(counting.zone).replace(tzinfo=None)
    changed = wall - timedelta(hours=hours)
    note = ""
    if changed:
        way = "forward" if changed > timedelta(0) else "back"
        note = f" The clocks go {way} between; the hours are elapsed hours, not hours on the wall."
    count = f"{_count(hours, 'hour')} {'on' if hours >= 0 else 'back'}, every hour counted"
    return after, f"{count}: {moments.say(after, counting.zone)}.{note}"


def _count(number: float, word: str) -> str:
    return f"{abs(number):g} {word}{'' if abs(number) == 1 else 's'}"


def _days(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    days = int(counting.value(step["days"]))
    day = moments.day_of(at, counting.zone)
    after = moments.add_days(day, days)
    zero = f"{moments.say_day(day)} is day 0"
    way = f"{_count(days, 'calendar day')} {'on' if days >= 0 else 'back'}"
    return after, f"{zero}; {way}: {moments.say_day(after)}."


def _open_days(word: str, name: str) -> Callable[[Counting, Mapping[str, Any], Moment], Found]:
    def count(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
        days = int(counting.value(step[name]))
        calendar = counting.calendar(step)
        observed = step.get("observed") == "closed"
        after, passed = calendars.count_open_days(moments.day_of(at, counting.zone), days, calendar, observed=observed)
        listed = "; ".join(
            f"{day:%a} {day.day} {day:%b} {'is day ' + why if why.isdigit() else 'is out (' + why + ')'}"
            for day, why in passed[-12:]
        )
        return after, f"{_count(days, word + ' day')} ({calendar.title}): {listed}. {moments.say_day(after)}."

    return count


def _at(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    day = moments.day_of(at, counting.zone)
    asked = step["at"]
    if asked == "end-of-day":
        return day, f"Until 11:59:59 PM of {moments.say_day(day)}."
    named = {"noon": "12:00", "close-of-business": counting.value("closing"), "start-of-day": "00:00"}
    hour = named.get(asked, asked)
    after = moments.at_local(day, time.fromisoformat(str(hour)), counting.zone)
    return after, f"{str(asked).replace('-', ' ').capitalize()}: {moments.say(after, counting.zone)}."


def _months(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    months = int(counting.value(step["months"]))
    return _by_months(counting, step, at, months, _count(months, "calendar month"))


def _years(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    years = int(counting.value(step["years"]))
    return _by_months(counting, step, at, 12 * years, _count(years, "year"))


def _by_months(counting: Counting, step: Mapping[str, Any], at: Moment, months: int, words: str) -> Found:
    day = moments.day_of(at, counting.zone)
    end = str(step.get("end", "clamp"))
    after = moments.add_months(day, months, end=end)
    note = ""
    if after.day != day.day:
        note = (
            f" That month has no {day.day}.; the first day of the month after is taken."
            if end == "first-of-next"
            else f" That month has no {day.day}.; its last day is taken."
        )
    return after, f"{words} {'on' if months >= 0 else 'back'}: {moments.say_day(after)}.{note}"


def _roll(name: str, *, forward: bool) -> Callable[[Counting, Mapping[str, Any], Moment], Found]:
    def roll(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
        calendar = counting.calendar({"calendar": step[name]})
        day = moments.day_of(at, counting.zone)
        after, why = calendars.roll(day, calendar, forward=forward, observed=step.get("observed") == "closed")
        if after == day:
            return day, f"{moments.say_day(day)} is a plain business day, so it stands."
        way = "moves on to" if forward else "goes back to"
        return after, f"Not a business day ({'; '.join(why)}): {way} {moments.say_day(after)}."

    return roll


def _next_open(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    closed = set(counting.facts.get(step["next_open"]) or ())
    day = first = moments.day_of(at, counting.zone)
    while day in closed:
        day = moments.add_days(day, 1)
    if day == first:
        return at, "No closed day is known, so it stands."
    after: Moment = day
    if isinstance(at, datetime):
        after = moments.at_local(day, at.astimezone(counting.zone).time(), counting.zone)
    return after, f"Closed until then, so the next open day: {moments.say(after, counting.zone)}."


def _branches(name: str, *, later: bool) -> Callable[[Counting, Mapping[str, Any], Moment], Found]:
    def choose(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
        ends: list[tuple[datetime, Moment, str]] = []
        lacking: Missing | None = None
        for branch in step[name]:
            try:
                end, taken = run(counting, branch, at)
            except Missing as error:
                lacking = error
                continue
            last = moments.last_instant(end, counting.zone).astimezone(UTC)
            ends.append((last, end, " ".join(one.words for one in taken)))
        if not ends:
            raise lacking or ClockError(f"{counting.rule.id}: nothing to choose from.")
        chosen = max(ends, key=lambda one: one[0]) if later else min(ends, key=lambda one: one[0])
        if len(ends) == 1:
            return chosen[1], chosen[2]
        which = "later" if later else "earlier"
        told = " / ".join(f"({number}) {words}" for number, (_, _, words) in enumerate(ends, 1))
        return chosen[1], f"The {which} of: {told} That is {moments.say(chosen[1], counting.zone)}."

    return choose


def _presumed(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    shown = counting.facts.get(str(step.get("shown_by", "received")))
    if shown is not None:
        day = moments.day_of(shown, counting.zone)
        return day, f"Receipt on {moments.say_day(day)} is shown by evidence, which replaces the presumption."
    days = int(counting.value(step["presumed_receipt"]))
    day = moments.add_days(moments.day_of(at, counting.zone), days)
    return day, f"Receipt is presumed {days} days after the date of the notice: {moments.say_day(day)}."


def _year_end(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    day = date(moments.day_of(at, counting.zone).year, 12, 31)
    return day, f"The calendar year ends on {moments.say_day(day)}."


def _fixed(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    day = counting.value(step["fixed"])
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return day, f"The rule itself names {moments.say_day(day)}."


def _anniversary(counting: Counting, step: Mapping[str, Any], at: Moment) -> Found:
    day = moments.day_of(at, counting.zone)
    month, of_month = (int(part) for part in str(counting.value(step["anniversary"])).split("-"))
    after = date(day.year, month, of_month)
    after = after if after >= day else date(day.year + 1, month, of_month)
    return after, f"The next {after:%B} {after.day}: {moments.say_day(after)}."


OPERATIONS: Mapping[str, Callable[[Counting, Mapping[str, Any], Moment], Found]] = {
    "from": _from,
    "hours": _hours,
    "days": _days,
    "business_days": _open_days("business", "business_days"),
    "working_days": _open_days("working", "working_days"),
    "at": _at,
    "months": _months,
    "years": _years,
    "roll_forward": _roll("roll_forward", forward=True),
    "roll_back": _roll("roll_back", forward=False),
    "next_open": _next_open,
    "later_of": _branches("later_of", later=True),
    "sooner_of": _branches("sooner_of", later=False),
    "presumed_receipt": _presumed,
    "year_end": _year_end,
    "fixed": _fixed,
    "anniversary": _anniversary,
}
