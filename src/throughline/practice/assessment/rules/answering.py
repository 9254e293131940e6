"""One door for `score KEY with these answers`, whether KEY is an instrument or a score of named inputs."""

from collections.abc import Iterator, Mapping
from typing import Any

from throughline.practice.assessment.records import Instrument, Scored
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.entry import read
from throughline.practice.assessment.rules.scores import ScoreDefinition, UnacceptableInput, compute
from throughline.practice.assessment.rules.scoring import score


def score_by_key(key: str, raw: Any) -> Scored:
    """The outcome for the instrument or score of this key.

    Raises NoSuchInstrument, UnacceptableAnswer or UnacceptableInput, each with one sentence.
    """
    return score_with(library.find(key), raw)


def score_with(known: Instrument | ScoreDefinition, raw: Any) -> Scored:
    """The outcome for a definition at hand. Raises UnacceptableAnswer or UnacceptableInput."""
    if isinstance(known, ScoreDefinition):
        if not isinstance(raw, Mapping):
            raise UnacceptableInput(f"{known.title} takes an object of named inputs")
        return compute(known, raw)
    answers, context = read(known, raw)
    return score(known, answers, context)


def as_json(outcome: Scored) -> dict[str, Any]:
    """The outcome as the command prints it: the eight agreed names first, then what explains them."""
    return {
        "key": outcome.key,
        "version": outcome.version,
        "score": outcome.score,
        "band": outcome.band,
        "components": dict(outcome.components),
        "flags": [flag.id for flag in outcome.flags],
        "complete": outcome.complete,
        "missing": list(outcome.missing),
        "absent": dict(outcome.absent),
        "positive": outcome.positive,
        "results": dict(outcome.results),
        "alerts": [{"id": f.id, "severity": f.severity, "text": f.text, "steps": list(f.steps)} for f in outcome.flags],
        "actions": list(outcome.actions),
        "notes": list(outcome.notes),
        "confidence": outcome.confidence,
        "citation": outcome.citation,
        "population": outcome.population,
        "statement": outcome.statement,
    }


def catalogue() -> Iterator[dict[str, Any]]:
    """Every instrument and score with what it takes, instruments first, for the list."""
    for instrument in library.instruments().values():
        yield {
            "key": instrument.id,
            "kind": "instrument",
            "title": instrument.title,
            "version": instrument.version,
            "wording": instrument.wording,
            "licence": instrument.licence.text,
            "licence_terms": instrument.licence.terms,
            "confidence": instrument.confidence,
            "citation": instrument.citation,
            "available": True,
        }
    for definition in library.scores().values():
        yield {
            "key": definition.id,
            "kind": "score",
            "title": definition.title,
            "version": definition.version,
            "inputs": [i.name for i in definition.inputs],
            "versions": list(definition.variants),
            "licence": definition.licence,
            "confidence": definition.confidence,
            "citation": definition.citation,
            "available": not definition.unavailable,
            **({"reason": definition.unavailable} if definition.unavailable else {}),
        }
