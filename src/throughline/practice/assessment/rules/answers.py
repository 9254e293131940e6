"""Makes typed answers of what was typed, picked or sent, and refuses what the item does not permit."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from throughline.practice.assessment.records import Absence, Answer, Chosen, Item, Kind, Option, Quantity, Value

DIGITS = 30  # more than any measurement has, before and after the point
ABSENT_WORDS = {absence.value: absence for absence in Absence} | {
    "asked-declined": Absence.REFUSED,
    "declined": Absence.REFUSED,
    "asked-unknown": Absence.UNABLE,
    "not asked": Absence.NOT_ASKED,
}


class UnacceptableAnswer(ValueError):
    """An answer this item does not permit, with a sentence that says what it does permit."""


def answer_of(item: Item, raw: Any) -> Answer:
    """The typed answer for one item; None and the empty string make an empty one.

    The words refused, unable and not-asked make an absence, never a number. Raises UnacceptableAnswer.
    """
    if raw is None or raw == "" or raw == []:
        return Answer()
    if isinstance(raw, Answer):
        return raw
    rows = raw if isinstance(raw, list | tuple) else [raw]
    absence = absence_of(rows[0]) if len(rows) == 1 else None
    if absence is not None and not _has_option(item, rows[0]):
        return Answer(absent=absence)
    if len(rows) > 1 and not item.repeats:
        raise UnacceptableAnswer(f"{name_of(item)} takes one answer")
    if item.limits.max_occurs is not None and len(rows) > max(1, item.limits.max_occurs):
        raise UnacceptableAnswer(f"{name_of(item)} takes at most {item.limits.max_occurs} answers")
    values = tuple(value_of(item, row) for row in rows)
    _exclusive(item, values)
    return Answer(values=values)


def absence_of(raw: Any) -> Absence | None:
    """The absence a word stands for, or None when it is an ordinary answer."""
    if isinstance(raw, Absence):
        return raw
    return ABSENT_WORDS.get(raw.strip().lower()) if isinstance(raw, str) else None


def value_of(item: Item, raw: Any) -> Value:
    """One typed value for the item. Raises UnacceptableAnswer with what would be accepted."""
    if item.options or item.kind in (Kind.CHOICE, Kind.OPEN_CHOICE):
        return _choice(item, raw)
    if item.kind in (Kind.INTEGER, Kind.DECIMAL):
        return _number(item, raw)
    if item.kind is Kind.BOOLEAN:
        return _boolean(item, raw)
    if item.kind in (Kind.DATE, Kind.DATETIME, Kind.TIME):
        return _moment(item, raw)
    if item.kind is Kind.QUANTITY:
        return _quantity(item, raw)
    return _text(item, raw)


def name_of(item: Item) -> str:
    """How a message names the item: "Item 9" or its spoken name."""
    return f"Item {item.id}" if not item.name else f"'{item.name}'"


def option_of(item: Item, key: str) -> Option | None:
    """The option with this key, or None."""
    return next((option for option in item.options if option.key == key), None)


def points_of(item: Item, value: Value) -> Decimal | None:
    """The points one value carries: the option's score, or the number itself. None when it carries none."""
    if isinstance(value, Chosen):
        option = option_of(item, value.key)
        return option.score if option else None
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, Quantity):
        return value.value
    return None


def text_of(item: Item, value: Value, language: str = "en") -> str:
    """The value as a person reads it, in the language asked for where the instrument has it."""
    if isinstance(value, Chosen):
        option = option_of(item, value.key)
        if option is None:
            return value.key
        return option.text.get(language) or option.text.get("en") or option.key
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Quantity):
        return f"{value.value} {value.unit or value.code}".strip()
    return str(value)


def digit_for(item: Item, option: Option) -> str:
    """The digit key that picks this option: its score when scores are single distinct digits, else its place."""
    scores = [o.score for o in item.options]
    if all(s is not None and s == s.to_integral_value() and 0 <= s <= 9 for s in scores) and len(set(scores)) == len(
        scores
    ):
        return str(int(option.score or 0))
    place = item.options.index(option) + 1
    return str(place) if place <= 9 else ""


def _has_option(item: Item, raw: Any) -> bool:
    return isinstance(raw, str) and any(raw.strip().lower() in _names(option) for option in item.options)


def _names(option: Option) -> set[str]:
    return {option.key.lower(), option.code.lower(), *(t.lower() for t in option.text.values())} - {""}


def _choice(item: Item, raw: Any) -> Value:
    if isinstance(raw, Chosen):
        raw = raw.key
    if isinstance(raw, Mapping):
        raw = raw.get("code") or raw.get("display") or ""
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    wanted = str(raw).strip().lower()
    for option in item.options:
        if wanted in _names(option):
            return Chosen(option.key)
    numbered = _by_number(item, wanted)
    if numbered is not None:
        return Chosen(numbered.key)
    if item.kind is Kind.OPEN_CHOICE and isinstance(raw, str) and raw.strip():
        return raw.strip()
    raise UnacceptableAnswer(f"{name_of(item)} does not take '{raw}'; it takes {_permitted(item)}")


def _by_number(item: Item, wanted: str) -> Option | None:
    """By score where the options carry one, else by place counted from 1."""
    try:
        number = Decimal(wanted)
    except InvalidOperation:
        return None
    scored = [option for option in item.options if option.score is not None]
    if scored:
        return next((option for option in scored if option.score == number), None)
    if number == number.to_integral_value() and 1 <= number <= len(item.options):
        return item.options[int(number) - 1]
    return None


def _permitted(item: Item) -> str:
    return ", ".join(
        f"{int(o.score) if o.score == o.score.to_integral_value() else o.score} ({o.text.get('en', o.key)})"
        if o.score is not None
        else o.text.get("en", o.key)
        for o in item.options
    )


def too_long(number: Decimal) -> bool:
    """Whether a number has more digits than anything measured: written out, 1e999999999 alone fills the memory."""
    _sign, digits, exponent = number.as_tuple()
    return len(digits) > DIGITS or abs(int(exponent)) > DIGITS


def _read_number(item: Item, raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise UnacceptableAnswer(f"{name_of(item)} takes a number, not {raw!r}")
    try:
        number = Decimal(str(raw).strip())
    except InvalidOperation as wrong:
        raise UnacceptableAnswer(f"{name_of(item)} takes a number, not '{raw}'") from wrong
    if not number.is_finite():
        raise UnacceptableAnswer(f"{name_of(item)} takes a number, not '{raw}'")
    if too_long(number):
        raise UnacceptableAnswer(f"{name_of(item)} takes a number of at most {DIGITS} digits")
    return number


def _number(item: Item, raw: Any) -> Value:
    number = _read_number(item, raw)
    limits = item.limits
    if limits.allowed and number not in limits.allowed:
        raise UnacceptableAnswer(f"{name_of(item)} must be {_or(limits.allowed)}")
    if (limits.minimum is not None and number < limits.minimum) or (
        limits.maximum is not None and number > limits.maximum
    ):
        raise UnacceptableAnswer(f"{name_of(item)} must be {_span(limits.minimum, limits.maximum)}")
    if item.kind is Kind.INTEGER:
        if number != number.to_integral_value():
            raise UnacceptableAnswer(f"{name_of(item)} takes a whole number, not {raw}")
        return int(number)
    return number


def _or(allowed: tuple[Decimal, ...]) -> str:
    words = [f"{value.normalize():f}" for value in allowed]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _span(lowest: Any, highest: Any) -> str:
    if lowest is None:
        return f"at most {highest}"
    return f"at least {lowest}" if highest is None else f"from {lowest} to {highest}"


def _boolean(item: Item, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in ("yes", "y", "true", "1", "on"):
        return True
    if word in ("no", "n", "false", "0"):
        return False
    raise UnacceptableAnswer(f"{name_of(item)} takes yes or no, not '{raw}'")


def _moment(item: Item, raw: Any) -> Value:
    made = raw if isinstance(raw, date | time) else _parsed_moment(item, raw)
    for limit, wrong in ((item.limits.minimum, str.__lt__), (item.limits.maximum, str.__gt__)):
        if limit is not None and wrong(made.isoformat()[: len(str(limit))], str(limit)):
            raise UnacceptableAnswer(f"{name_of(item)} must be {_span(item.limits.minimum, item.limits.maximum)}")
    return made


def _parsed_moment(item: Item, raw: Any) -> date | time:
    reader = {Kind.DATE: date, Kind.DATETIME: datetime, Kind.TIME: time}[item.kind]
    try:
        made: date | time = reader.fromisoformat(str(raw).strip())  # type: ignore[attr-defined]
    except ValueError as wrong:
        raise UnacceptableAnswer(f"{name_of(item)} takes a date such as 2026-03-09, not '{raw}'") from wrong
    return made


def _quantity(item: Item, raw: Any) -> Quantity:
    if isinstance(raw, Quantity):
        return raw
    if isinstance(raw, Mapping):
        number = _number(Item(id=item.id, kind=Kind.DECIMAL, name=item.name), raw.get("value"))
        unit = str(raw.get("unit", ""))
        return Quantity(Decimal(str(number)), unit, str(raw.get("system", "")), str(raw.get("code", "")) or unit)
    number = _number(Item(id=item.id, kind=Kind.DECIMAL, name=item.name, limits=item.limits), raw)
    return Quantity(Decimal(str(number)), item.unit)


def _text(item: Item, raw: Any) -> str:
    text = str(raw).strip()
    limits = item.limits
    if limits.max_length is not None and len(text) > limits.max_length:
        raise UnacceptableAnswer(f"{name_of(item)} holds at most {limits.max_length} characters")
    if limits.min_length is not None and len(text) < limits.min_length:
        raise UnacceptableAnswer(f"{name_of(item)} needs at least {limits.min_length} characters")
    if limits.pattern and not re.fullmatch(limits.pattern, text):
        raise UnacceptableAnswer(f"{name_of(item)} must look like {limits.entry_format or limits.pattern}")
    return text


def _exclusive(item: Item, values: tuple[Value, ...]) -> None:
    chosen = [option_of(item, v.key) for v in values if isinstance(v, Chosen)]
    alone = next((o for o in chosen if o and "exclusive" in o.marks), None)
    if alone is not None and len(values) > 1:
        raise UnacceptableAnswer(f"{name_of(item)}: '{alone.text.get('en', alone.key)}' stands alone")
