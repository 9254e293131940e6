"""The blank form: every question with boxes to tick, and when it is to be asked."""

from typing import Any

from throughline.practice.assessment.records import Branch, Instrument, Item, Kind
from throughline.practice.assessment.rules.answers import option_of
from throughline.practice.assessment.rules.definition import every_item, item_by_id


def blank_lines(instrument: Instrument, language: str = "en") -> list[dict[str, Any]]:
    """Return the lines of the blank form in order, in a language it has; questions without wording are left out."""
    return [
        {
            "heading": not item.asks,
            "number": item.id if item.id.isdigit() else "",
            "text": item.text.get(language) or item.text.get("en", ""),
            "options": [
                (o.text.get(language) or o.text.get("en", o.key), "" if o.score is None else f"{o.score:f}")
                for o in item.options
            ],
            "when": "; ".join(_when(instrument, branch) for branch in item.branches),
            "lines": 4 if item.kind is Kind.TEXT else 1,
            "scale": _scale(item),
        }
        for item in every_item(instrument.items)
        if item.text and not item.hidden
    ]


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
