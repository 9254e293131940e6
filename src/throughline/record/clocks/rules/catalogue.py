"""The clocks and calendars of the content library, by key or id, as they hold on a day and for a payer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from throughline.foundation.content import library
from throughline.foundation.content.records import Item
from throughline.record.clocks.records import ClockError, ClockRule, Holidays
from throughline.record.clocks.rules import definitions


@dataclass(frozen=True)
class Ruling:
    """A rule and what overlays make of it under their conditions, in the order they win."""

    rule: ClockRule
    variants: tuple[tuple[Item, ClockRule], ...]


def calendars() -> Mapping[str, Holidays]:
    """Every calendar of closed days by key. Raises ContentError for one that cannot be read."""
    return library.load("calendars", _calendar)


def rules() -> Mapping[str, ClockRule]:
    """Every clock by its key, as it holds with no overlay's condition met, in the order of the ids."""
    found = {key: ruling.rule for key, ruling in library.load("clocks", _ruling).items()}
    return MappingProxyType(dict(sorted(found.items(), key=lambda pair: (_number(pair[1].id), pair[0]))))


def rule(key: str, *, on: date | None = None, facts: Mapping[str, Any] = MappingProxyType({})) -> ClockRule:
    """The rule of a key or id (`C-23`), as it holds on a day for these facts.

    The day is that of the trigger: a rule that changes later does not change a clock that runs. Raises
    ClockError for a key there is not.
    """
    ruling = _find(key)
    if on is not None:
        for variant, made in reversed(ruling.variants):
            if variant.holds_on(on) and library.applies(variant, facts):
                return made
    return ruling.rule


def _find(key: str) -> Ruling:
    rulings = library.load("clocks", _ruling)
    plain = key.strip()
    if plain in rulings:
        return rulings[plain]
    for ruling in rulings.values():
        if ruling.rule.id.lower() == plain.lower() or ruling.rule.key == plain.lower():
            return ruling
    raise ClockError(f"There is no clock '{key}'; `throughline clock list` shows the keys and ids.")


def _number(identity: str) -> tuple[int, str]:
    digits = identity.removeprefix("C-")
    return (int(digits), identity) if digits.isdigit() else (10_000, identity)


def _ruling(item: Item) -> Ruling:
    there = calendars()
    variants = tuple((variant, definitions.rule_from(variant, there)) for variant in item.variants)
    return Ruling(definitions.rule_from(item, there), variants)


def _calendar(item: Item) -> Holidays:
    # The days of a calendar carry their own dates, so an overlay's calendar holds whatever its effective date.
    item = next((one for one in reversed(item.variants) if not one.applies_to), item)
    return Holidays(
        key=item.key,
        title=item.data["title"],
        weekend=frozenset(item.data.get("weekend", ())),
        federal=bool(item.data.get("federal", False)),
        closed={one["date"]: one["words"] for one in item.data.get("closed", ())},
        citation=item.citation,
    )
