"""Answers that come as a FHIR QuestionnaireResponse: checked whole, kept as answers, left to a person to sign."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment import queries
from throughline.practice.assessment.actions.asking import Said, Sitting, save_answers, start_assessment
from throughline.practice.assessment.actions.keeping import UnableToAssess
from throughline.practice.assessment.records import Answer, Instrument
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.answers import UnacceptableAnswer
from throughline.practice.assessment.rules.canonical import meant, misfit, named_by
from throughline.practice.assessment.rules.fhir_response import from_response
from throughline.practice.assessment.rules.repeating import place_of
from throughline.practice.assessment.rules.response_check import check_answers


@action("assessment.take-in-response", needs=Permission.ASSESS, on="patient_id")
def take_in_response(
    *, patient_id: UUID, instrument: str, response: Mapping[str, Any], by: Actor, at: datetime
) -> UUID:
    """Keep the answers of a QuestionnaireResponse as an open assessment and return its id; nobody has signed it yet.

    `instrument` is its key, or "" for the one whose canonical URL the response names. Safety flags rise as with any
    answer. Raises UnableToAssess with what is wrong, and then keeps nothing: also when the response names another
    questionnaire or another version of it, and while an assessment of this kind is half done.
    """
    known = _answered(response, instrument)
    try:
        wrong = [issue.text for issue in check_answers(known, response) if issue.severity == "error"]
        answers = {} if wrong else from_response(known, response)
    except (UnacceptableAnswer, AttributeError, TypeError, ValueError) as fault:
        raise UnableToAssess(f"The response cannot be read: {fault}.") from fault
    if wrong or not answers:
        raise UnableToAssess("; ".join(wrong[:3]) + "." if wrong else "The response answers nothing.")
    sitting = Sitting(mode="paper", language=str(response.get("language") or known.languages[0]))
    made = start_assessment(patient_id=patient_id, instrument=known.id, sitting=sitting, by=by, at=at)
    if queries.said_so_far(made)[0]:
        raise UnableToAssess(f"{known.short_title} is half done for this patient: sign it or give it up first.")
    said = {place: _said(answer) for place, answer in answers.items() if not _calculated(known.items, place, answers)}
    save_answers(assessment_id=made, said=said, by=by, at=at)
    return made


def _answered(response: Mapping[str, Any], chosen: str) -> Instrument:
    """Return the instrument the response answers. Raises UnableToAssess when it is none here or not the one chosen."""
    if response.get("resourceType") != "QuestionnaireResponse":
        raise UnableToAssess("Choose the instrument, and a file that holds one FHIR QuestionnaireResponse.")
    every = library.instruments()
    known = every.get(chosen) if chosen else meant(response, every.values())
    if known is None:
        named = named_by(response)[0]
        which = f"Nothing here is called {named}" if named else "The response does not say what it answers"
        raise UnableToAssess(f"{which}: choose the instrument from the list.")
    if wrong := misfit(response, known):
        raise UnableToAssess(f"{wrong}.")
    return known


def _calculated(items: Any, place: str, answers: Mapping[str, Answer]) -> bool:
    """Whether the product works this one out itself, so that what was sent is only compared, never kept."""
    item = place_of(items, place, answers)
    return item is not None and bool(item.calculated)


def _said(answer: Answer) -> Said:
    values = list(answer.values)
    return Said(value=values[0] if len(values) == 1 else values or None, absent=answer.absent or "")
