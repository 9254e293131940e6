"""The notices: their forms, the ways they may be delivered and what must be on file for each; by content."""

from collections.abc import Mapping
from dataclasses import dataclass

from throughline.foundation.content import library
from throughline.foundation.content.records import Item
from throughline.record.clocks.records import ClockError

FIELDS: Mapping[str, str] = {
    "signer": "Name of who signed or was told",
    "relation": "Relation to the patient",
    "witness": "Name of the witness",
    "number": "Telephone number called",
}


@dataclass(frozen=True)
class Delivery:
    """One way to deliver a notice and the facts it needs on file."""

    key: str
    title: str
    needs: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Notice:
    """A notice a clock asks for."""

    key: str
    title: str
    form: str
    blanks: tuple[str, ...]
    deliveries: tuple[Delivery, ...]
    citation: str
    confidence: str


def notices() -> Mapping[str, Notice]:
    """Every notice by its key. Raises ContentError for one that cannot be read."""
    return library.load("notices", _notice)


def delivered(notice: Notice, way: str, given: Mapping[str, str]) -> dict[str, str]:
    """What is kept of a delivery. Raises ClockError naming what the way chosen still needs."""
    chosen = next((one for one in notice.deliveries if one.key == way), None)
    if chosen is None:
        raise ClockError("Choose how the notice was delivered.")
    missing = [FIELDS[name] for name in chosen.needs if not given.get(name, "").strip()]
    if missing:
        raise ClockError(f"{chosen.title}: give {' and '.join(missing).lower()}.")
    kept = {name: given[name].strip() for name in chosen.needs}
    return {"way": chosen.key, "title": chosen.title, "words": chosen.words, **kept}


def _notice(item: Item) -> Notice:
    ways = tuple(
        Delivery(key, one["title"], tuple(one["needs"]), one["words"]) for key, one in item.data["deliveries"].items()
    )
    for way in ways:
        if strange := set(way.needs) - set(FIELDS):
            raise ValueError(f"delivery '{way.key}' needs {sorted(strange)}, which is unknown")
    blanks = tuple(item.data["blanks"])
    return Notice(item.key, item.data["title"], item.data["form"], blanks, ways, item.citation, item.confidence)
