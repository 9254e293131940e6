"""Reads answers as somebody sends them: by number, by name, as a list, or as the items answered Yes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from throughline.practice.assessment.records import Answer, Instrument, Item, Kind
from throughline.practice.assessment.rules.answers import UnacceptableAnswer, answer_of
from throughline.practice.assessment.rules.definition import every_item

CONTEXT = ("sex", "age")
SEXES = ("male", "female", "other", "unknown")
WRAPPERS = ("answers", "factors", "items")


def read(instrument: Instrument, raw: Any) -> tuple[dict[str, Answer], dict[str, Any]]:
    """The typed answers by item id, and the context (sex, age) that cut points depend on.

    Takes `{"1": 2}`, `[2, 1]`, `{"answers": [...], "sex": "male"}`, `{"yes": [1, 4]}` and `{"all": "Yes"}`.
    Raises UnacceptableAnswer with one sentence.
    """
    context: dict[str, Any] = {}
    answers: dict[str, Answer] = {}
    for item, value in _pairs(instrument, raw, context):
        if item.id in answers:
            raise UnacceptableAnswer(f"Item {item.id} is answered twice")
        answer = answer_of(item, value)
        if answer.settled:
            answers[item.id] = answer
    return answers, context


def _pairs(instrument: Instrument, raw: Any, context: dict[str, Any]) -> Iterator[tuple[Item, Any]]:
    if isinstance(raw, list | tuple):
        yield from _in_order(instrument, raw)
        return
    if not isinstance(raw, Mapping):
        raise UnacceptableAnswer("Answers are an object of items by number, or a list")
    for key, value in raw.items():
        name = str(key)
        if name in WRAPPERS and _item(instrument, name) is None:
            yield from _pairs(instrument, value, context)
        elif name in CONTEXT and _item(instrument, name) is None:
            context[name] = _context(name, value)
        elif name in ("yes", "all") and _item(instrument, name) is None:
            yield from _shorthand(instrument, name, value)
        else:
            yield _known(instrument, name), value


def _context(name: str, value: Any) -> Any:
    if name == "sex":
        word = str(value).strip().lower()
        full = {"m": "male", "f": "female"}.get(word, word)
        if full not in SEXES:
            raise UnacceptableAnswer(f"'sex' must be one of {', '.join(SEXES)}, not '{value}'")
        return full
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 130:
        raise UnacceptableAnswer(f"'age' must be from 0 to 130, not '{value}'")
    return value


def _asked(instrument: Instrument) -> list[Item]:
    return [item for item in every_item(instrument.items) if item.asks and not item.hidden]


def _in_order(instrument: Instrument, raw: Sequence[Any]) -> Iterator[tuple[Item, Any]]:
    asked = _asked(instrument)
    if len(raw) > len(asked):
        raise UnacceptableAnswer(f"{instrument.short_title} has {len(asked)} items, not {len(raw)}")
    yield from zip(asked, raw, strict=False)


def _shorthand(instrument: Instrument, name: str, value: Any) -> Iterator[tuple[Item, Any]]:
    """`yes` names the items answered Yes, all others No; `all` gives every yes-or-no item one answer."""
    pairs = [i for i in _asked(instrument) if {o.key.lower() for o in i.options} == {"yes", "no"}]
    if not pairs:
        raise UnacceptableAnswer(f"{instrument.short_title} has no yes-or-no items, so '{name}' says nothing")
    if name == "all":
        yield from ((item, value) for item in pairs)
        return
    if not isinstance(value, list | tuple):
        raise UnacceptableAnswer("'yes' is a list of item numbers")
    wanted = {str(v) for v in value}
    strange = wanted - {item.id for item in pairs}
    if strange:
        raise UnacceptableAnswer(f"{instrument.short_title} has no yes-or-no item {sorted(strange)[0]}")
    yield from ((item, "Yes" if item.id in wanted else "No") for item in pairs)


def _known(instrument: Instrument, name: str) -> Item:
    item = _item(instrument, name)
    if item is None or not item.asks:
        names = [i.name or i.id for i in _asked(instrument)]
        raise UnacceptableAnswer(f"{instrument.short_title} has no item '{name}'; it has {', '.join(names[:16])}")
    return item


def _item(instrument: Instrument, name: str) -> Item | None:
    name = instrument.aliases.get(name, name)
    for item in every_item(instrument.items):
        if name in (item.id, item.name) or (item.code and name == item.code and item.kind is not Kind.GROUP):
            return item
    return None
