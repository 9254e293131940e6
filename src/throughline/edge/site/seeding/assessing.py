"""Plays a patient's assessments: asked, answered, signed at their time; the needs they point to are adopted."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from throughline.edge.site.seeding.stage import Act, Stage
from throughline.practice.assessment import actions
from throughline.practice.assessment.actions import Said, Sitting
from throughline.practice.assessment.rules import library

MODES = {"phone": "telephone", "phone with interpreter": "telephone", "in person": "interview", "paper": "paper"}
BEGINNING = timedelta(minutes=14)  # between the first question and the signature


def course(stage: Stage, case: Mapping[str, Any]) -> list[Act]:
    """Return every assessment of the case as one act at the time of its signature; an open one as begun."""
    return [(stage.at(line["at"]), lambda line=line: _assess(stage, line)) for line in case.get("assessments", [])]


def _assess(stage: Stage, line: Mapping[str, Any]) -> None:
    signed, by = stage.at(line["at"]), stage.actor(line["by"])
    begun = signed - BEGINNING
    sitting = Sitting(
        mode="proxy" if line.get("from") else MODES[line.get("how", "phone")],
        language=line.get("language", "en"),
        respondent=line.get("from", ""),
    )
    assessment_id = actions.start_assessment(
        patient_id=stage.patient_id, instrument=line["what"], sitting=sitting, by=by, at=begun
    )
    actions.save_answers(assessment_id=assessment_id, said=_said(line), by=by, at=begun + timedelta(minutes=9))
    if line.get("open"):
        return
    pointed = actions.sign_assessment(assessment_id=assessment_id, by=by, at=signed)
    if line.get("adopt", True) and pointed:
        chosen = [need.id for need in pointed]
        actions.adopt_needs(assessment_id=assessment_id, chosen=chosen, by=by, at=signed + timedelta(minutes=2))


def _said(line: Mapping[str, Any]) -> dict[str, Said]:
    """The answers of the story by place: a list in the order of the questions, a mapping by number, or both."""
    instrument, answers = library.instruments()[line["what"]], line["answers"]
    if isinstance(answers, list):
        answers = {item.id: value for item, value in zip(instrument.items, answers, strict=False)}
    words = line.get("words", {})
    language = line.get("language", "en")
    said = {
        str(place): Said(value=value) if value != "refused" else Said(absent="refused")
        for place, value in answers.items()
    }
    if line.get("conclusions"):
        said |= _concluded(line["what"], line["conclusions"])
    for place, text in words.items():
        said[str(place)] = Said(value=said[str(place)].value, words=text, words_language=language)
    return said


def _concluded(key: str, written: Mapping[str, str]) -> dict[str, Said]:
    """Every domain's conclusion: what the story says of it, else that nothing was found."""
    domains = [item.id for item in library.instruments()[key].items if item.items]
    return {f"{domain}.conclusion": Said(value=written.get(domain, "none-identified")) for domain in domains}
