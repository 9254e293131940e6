"""One door for content: an instrument described in our own words, or any FHIR R4 Questionnaire a site lays in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from throughline.practice.assessment.records import Instrument
from throughline.practice.assessment.rules.definition import DefinitionProblem, instrument_of, licence_of
from throughline.practice.assessment.rules.fhir_questionnaire import from_questionnaire


def instrument_from(content: Mapping[str, Any]) -> Instrument:
    """The instrument of a content item, which describes its items or holds a `questionnaire` resource as published.

    Key, version, citation, licence and standing are those of the item. Raises DefinitionProblem when it holds both.
    """
    source = content.get("questionnaire")
    if source is None:
        return instrument_of(content)
    if content.get("items"):
        raise DefinitionProblem(f"{content.get('id')}: either items or a questionnaire, not both")
    made = from_questionnaire(source)
    return replace(
        made,
        id=str(content["id"]),
        version=str(content["version"]),
        title=str(content.get("title") or made.title),
        short=str(content.get("short", "")),
        domain=str(content.get("domain", "")),
        citation=str(content.get("citation") or made.citation),
        confidence=str(content.get("confidence", "unreviewed")),
        licence=licence_of(content),
        reviewed_by=str(content.get("reviewed_by") or ""),
        examples=tuple(content.get("examples", ())),
    )
