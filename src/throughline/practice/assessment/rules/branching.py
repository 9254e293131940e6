"""Which questions are asked at all: `enableWhen` with its behaviour, over groups that repeat.

A place is where an answer sits: the item's id, or `group#0/item` within the first instance of a repeating group.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from throughline.practice.assessment.records import Answer, Answers, Branch, Chosen, Instrument, Item, Kind, Quantity
from throughline.practice.assessment.rules.answers import option_of
from throughline.practice.assessment.rules.definition import item_by_id
from throughline.practice.assessment.rules.repeating import instances, least

NOTHING = Answer()
REMEMBERED = 6
_lately = threading.local()


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the walk: the item, where its answer sits, whether it is asked, and the section it is in.

    `repetition` names the innermost repetition it lies in (`med#1`). What is required in a repetition is required only
    when the repetition must stand or holds an answer.
    """

    key: str
    item: Item
    enabled: bool
    section: str
    depth: int
    required: bool = False
    repetition: str = ""


def walk(instrument: Instrument, answers: Answers) -> Iterator[Place]:
    """Every place of the instrument in the order it is asked, enabled or not, repeating groups spread out.

    The answer of a question that is not asked opens no other: a chain of branches closes as a whole.
    """
    yield from _looked_through(instrument, answers)[1]


def due(instrument: Instrument, answers: Answers) -> tuple[Place, ...]:
    """The places of the walk where a question is due: asked, visible, not computed, its wording at hand."""
    return _looked_through(instrument, answers)[2]


_Looked = tuple[Answers, tuple[Place, ...], tuple[Place, ...]]


def _looked_through(instrument: Instrument, answers: Answers) -> _Looked:
    """The answers that count, every place and those that are due, for one page that asks them a dozen times worked out
    once.

    Compared by what the answers are, never by time: the same answers always give the same.
    """
    lately: list[tuple[Instrument, Answers, _Looked]] = getattr(_lately, "found", [])
    for known, said, found in lately:
        if known is instrument and said == answers:
            return found
    counted = _counting(instrument, answers)
    every = tuple(_places(instrument, counted, answers))
    found = (counted, every, tuple(place for place in every if place.enabled and _is_due(place.item)))
    _lately.found = [(instrument, dict(answers), found), *lately[: REMEMBERED - 1]]
    return found


def _is_due(item: Item) -> bool:
    return item.asks and not (item.hidden or item.read_only or item.calculated or item.entry_only)


def _places(instrument: Instrument, counted: Answers, answers: Answers) -> Iterator[Place]:
    """The walk with branches decided by `counted`; `answers` say how often a group stands."""
    yield from _walk(instrument, instrument.items, (counted, answers), _Within())


@dataclass(frozen=True, slots=True)
class _Within:
    """Where the walk is: the path before an answer, whether it is asked at all, the section, and the repetition."""

    prefix: str = ""
    enabled: bool = True
    section: str = ""
    depth: int = 0
    needed: bool = True

    @property
    def repetition(self) -> str:
        return self.prefix.rstrip("/")


def _walk(
    instrument: Instrument, items: tuple[Item, ...], given: tuple[Answers, Answers], within: _Within
) -> Iterator[Place]:
    for item in items:
        on = within.enabled and is_asked(instrument, item, given[0], within.prefix)
        here = within.section or (item.id if item.kind is Kind.GROUP else "")
        key, needed = within.prefix + item.id, item.required and within.needed
        yield Place(key, item, on, here, within.depth, needed, within.repetition)
        below = replace(within, enabled=on, section=here, depth=within.depth + 1)
        if item.kind is not Kind.GROUP or not item.repeats:
            yield from _walk(instrument, item.items, given, below)
            continue
        for number in range(instances(given[1], key, item)):
            one = f"{key}#{number}"
            stands = number < least(item) or any(said.startswith(f"{one}/") for said in given[1])
            yield Place(one, item, on, here, within.depth, False, one)
            inner = replace(below, prefix=f"{one}/", needed=within.needed and stands)
            yield from _walk(instrument, item.items, given, inner)


def is_asked(instrument: Instrument, item: Item, answers: Answers, prefix: str = "") -> bool:
    """Whether the branches of this item, taken together, let it be asked."""
    if not item.branches:
        return True
    outcomes = [_branch_holds(instrument, branch, answers, prefix) for branch in item.branches]
    return any(outcomes) if item.any_branch else all(outcomes)


def _branch_holds(instrument: Instrument, branch: Branch, answers: Answers, prefix: str) -> bool:
    answer = _nearest(branch.question, answers, prefix)
    if branch.operator == "exists":
        return answer.given is _truth(branch.answer)
    question = item_by_id(instrument, branch.question)
    if question is None or not answer.given:
        return False
    if branch.operator == "!=":
        return not any(_equal(question, value, branch.answer) for value in answer.values)
    if branch.operator == "=":
        return any(_equal(question, value, branch.answer) for value in answer.values)
    return any(_ordered(branch.operator, value, branch.answer) for value in answer.values)


def _nearest(question: str, answers: Answers, prefix: str) -> Answer:
    """The answer in the same instance of the repeating group, else the one outside it."""
    while prefix:
        if prefix + question in answers:
            return answers[prefix + question]
        prefix = prefix[: prefix.rstrip("/").rfind("/") + 1]
    return answers.get(question, NOTHING)


def _truth(raw: Any) -> bool:
    return raw is True or str(raw).lower() in ("true", "yes")


def _equal(question: Item, value: Any, wanted: Any) -> bool:
    if isinstance(value, Chosen):
        option = option_of(question, value.key)
        names = {value.key}
        if option is not None:
            names |= {option.code, f"{option.system}|{option.code}", *option.text.values()}
            if option.score is not None:
                names.add(str(option.score))
        return str(wanted) in names - {"", "|"}
    if isinstance(value, bool):
        return value is _truth(wanted)
    if isinstance(value, Quantity):
        value = value.value
    left, right = _number(value), _number(wanted)
    return left == right if left is not None and right is not None else str(value) == str(wanted)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}


def _ordered(operator: str, value: Any, wanted: Any) -> bool:
    if operator not in _ORDER:
        return False
    if isinstance(value, Quantity):
        value = value.value
    left, right = _number(value), _number(wanted)
    if left is None or right is None:
        return _ORDER[operator](str(value), str(wanted))
    return _ORDER[operator](left, right)


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    try:
        return Decimal(str(raw))
    except InvalidOperation:
        return None


def counting(instrument: Instrument, answers: Answers) -> dict[str, Answer]:
    """The answers that count: those of questions now asked. Others are kept by the caller but excluded here."""
    return dict(_looked_through(instrument, answers)[0])


def _counting(instrument: Instrument, answers: Answers) -> dict[str, Answer]:
    """The same, worked out: repeated until nothing changes, because closing one branch may close the next.

    A form whose branches chase each other in a circle ends after as many rounds as it has items.
    """
    counted = dict(answers)
    for _round in range(len(answers) + 1):
        asked = {place.key for place in _places(instrument, counted, answers) if place.enabled}
        kept = {key: answer for key, answer in answers.items() if key in asked}
        if kept == counted:
            break
        counted = kept
    return counted


def kept_aside(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    """Places answered whose question is no longer asked: kept, excluded, and said so on the page."""
    counted = counting(instrument, answers)
    return tuple(key for key, answer in answers.items() if answer.settled and key not in counted)
