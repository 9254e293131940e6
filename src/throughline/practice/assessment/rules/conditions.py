"""Structured conditions of content rules, with three outcomes: holds, does not hold, cannot be known yet.

A refusal or an open question makes a condition unknown, never false and never zero. Forms a condition may take:

    {item: "9", at_least: 1}          {total: score, at_least: 10}      {context: sex, equals: male}
    {any_item: ["1", "2"], at_least: 7}   {any_item: all, marked: need}   {answered: "3"}
    {all: [...]}   {any: [...]}   {not: {...}}
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from throughline.practice.assessment.records import Answer, Answers, Instrument, Item
from throughline.practice.assessment.rules.answers import option_of, points_of, text_of
from throughline.practice.assessment.rules.definition import every_item, item_by_id
from throughline.practice.assessment.rules.repeating import answers_at

COMPARISONS = ("at_least", "at_most", "above", "below", "equals", "in", "marked", "includes")


class Known:
    """What a condition may look at: answers, totals and the context of the patient (sex, age)."""

    def __init__(
        self,
        instrument: Instrument,
        answers: Answers,
        totals: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        self.instrument = instrument
        self.answers = answers
        self.totals = totals or {}
        self.context = context or {}


def holds(condition: Mapping[str, Any], known: Known) -> bool | None:
    """True, False, or None while what it needs is open, refused or not entered."""
    for word, decide in _FORMS.items():
        if word in condition:
            return decide(condition, known)
    raise ValueError(f"a condition that says nothing: {dict(condition)}")


def _all(condition: Mapping[str, Any], known: Known) -> bool | None:
    outcomes = [holds(part, known) for part in condition["all"]]
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _any(condition: Mapping[str, Any], known: Known) -> bool | None:
    return _either([holds(part, known) for part in condition["any"]])


def _either(outcomes: Sequence[bool | None]) -> bool | None:
    if True in outcomes:
        return True
    return None if None in outcomes or not outcomes else False


def _not(condition: Mapping[str, Any], known: Known) -> bool | None:
    inner = holds(condition["not"], known)
    return None if inner is None else not inner


def _item(condition: Mapping[str, Any], known: Known) -> bool | None:
    item = item_by_id(known.instrument, str(condition["item"]))
    return _answer_compares(item, condition, known) if item else None


def _any_item(condition: Mapping[str, Any], known: Known) -> bool | None:
    named = condition["any_item"]
    asked = [i for i in every_item(known.instrument.items) if i.asks and not i.hidden]
    if named == "all":
        chosen = [i for i in asked if not (i.entry_only and i.id not in known.answers)]
    else:
        wanted = {str(n) for n in named}
        chosen = [i for i in asked if i.id in wanted]
    return _either([_answer_compares(item, condition, known) for item in chosen])


def _answer_compares(item: Item, condition: Mapping[str, Any], known: Known) -> bool | None:
    """Whether an answer to the item compares so, in whichever repetition of its group."""
    places = list(answers_at(known.answers, item.id))
    return _either([_one_compares(item, known.answers[place], condition) for place in places])


def _one_compares(item: Item, answer: Answer, condition: Mapping[str, Any]) -> bool | None:
    if not answer.given:
        return None
    if "marked" in condition:
        chosen = [option_of(item, getattr(v, "key", "")) for v in answer.values]
        return any(o is not None and condition["marked"] in o.marks for o in chosen)
    if "includes" in condition:
        words = {str(condition["includes"]).lower()}
        return any(words & {str(getattr(v, "key", v)).lower(), text_of(item, v).lower()} for v in answer.values)
    first = answer.values[0]
    number = points_of(item, first)
    return _compare(condition, number, [getattr(first, "key", first), text_of(item, first)])


def _total(condition: Mapping[str, Any], known: Known) -> bool | None:
    value = known.totals.get(str(condition["total"]))
    if value is None:
        return None
    number = value if isinstance(value, Decimal) else _decimal(value)
    return _compare(condition, number, [value])


def _context(condition: Mapping[str, Any], known: Known) -> bool | None:
    value = known.context.get(str(condition["context"]))
    if value is None:
        return condition.get("unknown_as") if "unknown_as" in condition else None
    return _compare(condition, _decimal(value), [value])


def _answered(condition: Mapping[str, Any], known: Known) -> bool | None:
    return any(known.answers[place].given for place in answers_at(known.answers, str(condition["answered"])))


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _compare(condition: Mapping[str, Any], number: Decimal | None, words: Sequence[Any]) -> bool | None:
    if "equals" in condition:
        return _same(condition["equals"], number, words)
    if "in" in condition:
        return any(_same(wanted, number, words) for wanted in condition["in"])
    if number is None:
        return None
    checks: dict[str, Callable[[Decimal, Decimal], bool]] = {
        "at_least": lambda a, b: a >= b,
        "at_most": lambda a, b: a <= b,
        "above": lambda a, b: a > b,
        "below": lambda a, b: a < b,
    }
    named = [word for word in checks if word in condition]
    if not named:
        raise ValueError(f"a condition that compares nothing: {dict(condition)}")
    return all(checks[word](number, Decimal(str(condition[word]))) for word in named)


def _same(wanted: Any, number: Decimal | None, words: Sequence[Any]) -> bool:
    if isinstance(wanted, bool):
        return any(w is wanted for w in words) or (number is not None and bool(number) is wanted)
    if isinstance(wanted, int | float) and number is not None:
        return number == Decimal(str(wanted))
    return any(str(w).lower() == str(wanted).lower() for w in words)


_FORMS: dict[str, Callable[[Mapping[str, Any], Known], bool | None]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "item": _item,
    "any_item": _any_item,
    "total": _total,
    "context": _context,
    "answered": _answered,
}
