"""Groups that repeat: whether a place can be answered, how many repetitions stand, one more, one less.

A place is the path of an answer: `med#1/dose` is the dose in the second repetition of the group `med`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from throughline.practice.assessment.records import Answers, Item, Kind

_STEP = re.compile(r"^(?P<group>.+)#(?P<number>\d{1,4})$")
Kept = TypeVar("Kept")


class NoSuchRepetition(ValueError):
    """A place names a repetition that cannot stand, or one that may not be taken away."""


def standing(answers: Mapping[str, object], group: str) -> int:
    """How many repetitions of the group at this place hold anything."""
    start = f"{group}#"
    found = [int(key[len(start) :].split("/", 1)[0]) for key in answers if key.startswith(start)]
    return max(found) + 1 if found else 0


def least(item: Item) -> int:
    """How many repetitions a group must have: what it says itself, else one when it is required."""
    if item.limits.min_occurs is not None:
        return item.limits.min_occurs
    return 1 if item.required else 0


def instances(answers: Mapping[str, object], group: str, item: Item | None = None) -> int:
    """How many repetitions are shown: those that hold anything, as many as must be, and one at least."""
    return max(standing(answers, group), least(item) if item else 0, 1)


def place_of(items: tuple[Item, ...], place: str, answers: Mapping[str, object]) -> Item | None:
    """The item at a place, or None when no answer can sit there: a stranger, or a repetition out of its turn."""
    *steps, last = place.split("/")
    prefix = ""
    known = _by_id(items)
    for step in steps:
        found = _STEP.match(step)
        item = known.get(found["group"]) if found else None
        if found is None or item is None or not item.repeats or item.kind is not Kind.GROUP:
            return None
        number = int(found["number"])
        most = item.limits.max_occurs
        if number > instances(answers, prefix + item.id, item) or (most is not None and number >= most):
            return None
        prefix, known = f"{prefix}{step}/", _by_id(item.items)
    return known.get(last)


def _by_id(items: tuple[Item, ...]) -> dict[str, Item]:
    """The items of one repetition: groups that do not repeat add nothing to a place, so theirs stand beside them."""
    found: dict[str, Item] = {}
    for item in items:
        found[item.id] = item
        if not (item.kind is Kind.GROUP and item.repeats):
            found |= _by_id(item.items)
    return found


def without(answers: Mapping[str, Kept], place: str, item: Item) -> dict[str, Kept]:
    """The answers with one repetition (`med#1`) taken away and those after it moved up.

    Raises NoSuchRepetition when it is not there or the group would have fewer than it must.
    """
    found = _STEP.match(place)
    if found is None or int(found["number"]) >= standing(answers, found["group"]):
        raise NoSuchRepetition("There is nothing to take away here.")
    group, gone = found["group"], int(found["number"])
    if standing(answers, group) <= least(item):
        raise NoSuchRepetition(f"At least {least(item)} must stand here: change the answers instead.")
    return dict(_moved_up(answers, f"{group}#", gone))


def _moved_up(answers: Mapping[str, Kept], start: str, gone: int) -> Iterator[tuple[str, Kept]]:
    for key, kept in answers.items():
        if not key.startswith(start):
            yield key, kept
            continue
        number, rest = key[len(start) :].split("/", 1)
        if int(number) != gone:
            yield f"{start}{int(number) - (int(number) > gone)}/{rest}", kept


def answers_at(answers: Answers, item: str) -> Iterator[str]:
    """The places at which an item is answered, in every repetition."""
    if item in answers:
        yield item
        return
    ending = f"/{item}"
    yield from (key for key in answers if key.endswith(ending))
