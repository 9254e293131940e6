"""The blank form: every question with boxes to tick, and when it is to be asked."""

from collections.abc import Iterator
from typing import Any

from throughline.practice.assessment.records import Branch, Instrument, Item, Kind
from throughline.practice.assessment.rules.answers import option_of
from throughline.practice.assessment.rules.definition import item_by_id

COPIES = 2  # how often the questions of a repeating group stand on a blank form


def blank_lines(instrument: Instrument, language: str = "en") -> list[dict[str, Any]]:
    """Return the lines of the blank form in order, in a language it has; questions without wording are left out.

    A group that repeats stands twice (once where no more may), each time under its number.
    """
    return [
        {
            "heading": not item.asks,
            "number": item.id if item.id.isdigit() else "",
            "text": _titled(item, number, language),
            "options": [
                (o.text.get(language) or o.text.get("en", o.key), "" if o.score is None else f"{o.score:f}")
                for o in item.options
            ],
            "when": "; ".join(_when(instrument, branch) for branch in item.branches),
            "lines": 4 if item.kind is Kind.TEXT else 1,
            "scale": _scale(item),
        }
        for item, number in _spread(instrument.items)
        if item.text and not item.hidden and not item.calculated
    ]


def _spread(items: tuple[Item, ...]) -> Iterator[tuple[Item, int]]:
    """Yield every item in order, and the number of the repetition a group begins (0: it does not repeat)."""
    for item in items:
        if item.kind is not Kind.GROUP or not item.repeats:
            yield item, 0
            yield from _spread(item.items)
            continue
        for number in range(1, min(COPIES, item.limits.max_occurs or COPIES) + 1):
            yield item, number
            yield from _spread(item.items)


def _titled(item: Item, number: int, language: str) -> str:
    text = item.text.get(language) or item.text.get("en", "")
    return f"{text} {number}" if number else text


def _scale(item: Item) -> list[int]:
    lowest, highest = item.limits.minimum, item.limits.maximum
    if item.kind is Kind.INTEGER and lowest is not None and highest is not None and highest - lowest <= 10:
        return list(range(int(lowest), int(highest) + 1))
    return []


def _when(instrument: Instrument, branch: Branch) -> str:
    """Return when the question is asked, in words: "only if 1 is more than 0"."""
    question = item_by_id(instrument, branch.question)
    option = option_of(question, str(branch.answer)) if question else None
    answer = (option.text.get("en") if option else "") or str(branch.answer)
    words = {"=": "is", "!=": "is not", ">": "is more than", ">=": "is at least", "<": "is less than", "exists": "is"}
    return f"only if {branch.question} {words.get(branch.operator, branch.operator)} {answer}"
