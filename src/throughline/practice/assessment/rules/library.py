"""The instruments and scores of the content library, read once and frozen; a site's overlay included."""

from collections.abc import Mapping
from typing import Any

from throughline.foundation.content import library
from throughline.foundation.content.records import Item, thaw
from throughline.practice.assessment.records import Instrument
from throughline.practice.assessment.rules.reading import instrument_from
from throughline.practice.assessment.rules.scores import ScoreDefinition, score_of


class NoSuchInstrument(LookupError):
    """A key neither the library nor its overlay knows."""


def instruments() -> Mapping[str, Instrument]:
    """Every instrument by key. Raises ContentError naming the file that cannot be used."""
    return library.load("instruments", parse_instrument)


def scores() -> Mapping[str, ScoreDefinition]:
    """Every score by key. Raises ContentError naming the file that cannot be used."""
    return library.load("scores", parse_score)


def find(key: str) -> Instrument | ScoreDefinition:
    """The instrument or score with this key or one of its other names, however hyphens and case are written.

    Raises NoSuchInstrument.
    """
    wanted = _plain(key)
    everything: tuple[Instrument | ScoreDefinition, ...] = (*instruments().values(), *scores().values())
    for known in everything:
        names = {known.id, *(known.aliases if isinstance(known, ScoreDefinition) else (known.short,))}
        if wanted in {_plain(name) for name in names}:
            return known
    raise NoSuchInstrument(f"No instrument or score is called '{key}'; throughline score --list names them all")


def parse_instrument(item: Item) -> Instrument:
    """The instrument of one content item."""
    terms = {
        "terms": item.data.get("licence_terms", "unknown"),
        "text": item.licence,
        "confidence": item.data.get("licence_confidence", "unreviewed"),
        "source": item.data.get("licence_source", ""),
    }
    known = _flat(item) | {"licence": terms}
    if "questionnaire" in known:
        known["questionnaire"] = thaw(known["questionnaire"])
    return instrument_from(known)


def parse_score(item: Item) -> ScoreDefinition:
    """The score of one content item."""
    return score_of(_flat(item) | {"licence": {"text": item.licence}})


def _flat(item: Item) -> dict[str, Any]:
    return {
        **item.data,
        "id": item.key,
        "version": str(item.version),
        "citation": item.citation,
        "confidence": standing(item),
        "reviewed_by": item.reviewer,
        "examples": item.examples,
    }


def standing(item: Item) -> str:
    """How sure we are, as screens show it: `reviewed` by name, or `unreviewed` with the confidence mark."""
    return f"reviewed by {item.reviewer}" if item.reviewed else f"unreviewed ({item.confidence})"


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
