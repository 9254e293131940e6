"""Beginning, answering, signing, adding beside and giving up an assessment; safety flags interrupt at the answer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.content import library as content
from throughline.foundation.content.records import thaw
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.practice.assessment import events, queries
from throughline.practice.assessment.actions.keeping import (
    UnableToAssess,
    as_it_stands,
    locked,
    marked_answered,
    store,
    take_away,
)
from throughline.practice.assessment.models import (
    Addendum,
    AnswerRow,
    Assessment,
    InstrumentEdition,
    RaisedFlag,
)
from throughline.practice.assessment.records import (
    Absence,
    Answer,
    Answers,
    AssessmentRecord,
    Flag,
    Instrument,
    Scored,
    SuggestedNeed,
)
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.answering import as_json
from throughline.practice.assessment.rules.answers import UnacceptableAnswer, answer_of
from throughline.practice.assessment.rules.conclusions import unwritten
from throughline.practice.assessment.rules.definition import item_by_id
from throughline.practice.assessment.rules.flow import progress
from throughline.practice.assessment.rules.repeating import NoSuchRepetition, place_of, without
from throughline.practice.assessment.rules.scoring import flags_of, score, suggested_needs
from throughline.record.cases.models import Case
from throughline.record.chart.actions import record_score
from throughline.record.people.models import Patient
from throughline.record.tasks.actions import TaskIn, add_task

LONGEST = AnswerRow._meta.get_field("place").max_length or 0
MODES = {
    "interview": "face to face", "telephone": "by telephone", "self": "filled in by the patient",
    "proxy": "answered by somebody else", "observation": "observed", "paper": "taken over from paper",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """How it is asked: the mode, the language, who answers, and what cut points depend on (sex, age)."""

    mode: str = "interview"
    language: str = "en"
    respondent: str = ""
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was answered at one place: a raw value or an absence, and the patient's words with their language."""

    value: Any = None
    absent: str = ""
    words: str = ""
    words_language: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What stands after answers were saved: all answers, all flags, and the flags these answers raised."""

    answers: Answers
    flags: tuple[Flag, ...]
    raised: tuple[Flag, ...]


@locator("assessment_id", table=Assessment._meta.db_table)
def _place_of_assessment(assessment_id: UUID) -> Place:
    found = Assessment.objects.filter(pk=assessment_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This assessment does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("assessment.start", needs=Permission.ASSESS, on="patient_id")
def start_assessment(*, patient_id: UUID, instrument: str, sitting: Sitting, by: Actor, at: datetime) -> UUID:
    """Begin an instrument and return the assessment's id; one already open is returned, to be gone on with.

    Raises UnableToAssess for an instrument the library does not have, an unknown mode, or a proxy without a name.
    """
    known = library.instruments().get(instrument)
    if known is None:
        raise UnableToAssess("Choose an instrument from the list.")
    if sitting.mode not in MODES:
        raise UnableToAssess("Choose how the questions are asked.")
    if sitting.mode == "proxy" and not sitting.respondent.strip():
        raise UnableToAssess("Write who answers for the patient, and how they are related.")
    # So that two devices begin one, not two. The key stays free: the job that looks over her case writes rows about the
    # patient while this act waits for its mark, and must not wait for us.
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
    standing = Assessment.objects.filter(
        patient_id=patient_id, instrument=instrument, signed_at__isnull=True, abandoned_at__isnull=True
    ).first()
    if standing is not None:
        return standing.id
    made = Assessment.objects.create(
        site_id=patient.site_id,
        patient_id=patient_id,
        case_id=queries.open_case_id(patient_id),
        edition=_edition(known, at),
        instrument=instrument,
        title=known.short_title,
        mode=sitting.mode,
        language=sitting.language,
        respondent=sitting.respondent.strip(),
        context=dict(sitting.context or {}),
        started_at=at,
        started_by_id=by.user_id,
        started_by_name=by.name,
    )
    publish(events.AssessmentStarted(**_about(made), mode=MODES[sitting.mode]), by=by, at=at)
    return made.id


def _edition(known: Instrument, at: datetime) -> InstrumentEdition:
    """The edition of this very content, kept once."""
    item = content.item("instruments", known.id)
    kept = thaw(item.data) | {
        "id": item.key, "version": str(item.version), "citation": item.citation, "confidence": known.confidence,
        "licence": {"terms": known.licence.terms, "text": known.licence.text, "confidence": known.licence.confidence},
        "reviewed_by": item.reviewer,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()
    edition, _made = InstrumentEdition.objects.get_or_create(
        digest=digest,
        defaults={"key": item.key, "version": str(item.version), "content": json.loads(json.dumps(kept, default=str)),
                  "kept_at": at},
    )  # fmt: skip
    return edition


def _about(found: Assessment) -> dict[str, Any]:
    return {
        "site_id": found.site_id, "patient_id": found.patient_id, "case_id": found.case_id,
        "assessment_id": found.id, "instrument": found.instrument, "title": found.title,
    }  # fmt: skip


@action("assessment.answer", needs=Permission.ASSESS, on="assessment_id")
def save_answers(
    *, assessment_id: UUID, said: Mapping[str, Said], by: Actor, at: datetime, seen: AssessmentRecord | None = None
) -> Saved:
    """Keep the answers at these places and return what stands now, with the safety flags first raised by them.

    A flag fires here and now, whatever the total: its line goes into the story and a task leads Today. An empty Said
    takes the answer back. All or nothing: raises UnableToAssess for a place that is not asked or a value the item does
    not take, and then keeps none of them. `seen` is the assessment as the caller has just read it: what it holds is not
    read again unless somebody answered in between.
    """
    found = marked_answered(assessment_id, at)
    instrument = queries.instrument_of_edition(found.edition_id)
    answers, standing = as_it_stands(found, seen)
    changed: dict[str, Answer] = {}
    for place, one in said.items():
        item = place_of(instrument.items, place, answers)
        if item is None or not item.asks or item.calculated:
            raise UnableToAssess("This question is not part of the assessment.")
        if len(place) > LONGEST:
            raise UnableToAssess(f"The form names this question by more than {LONGEST} characters: shorten its linkId.")
        answer = _typed(item, one, by, at)
        if not _same(answers.get(place, Answer()), answer):
            answers[place] = changed[place] = answer
    store(found, changed, at)
    raised = _raise_flags(found, instrument, answers, {flag.id for flag in standing}, tuple(said), by, at)
    return Saved(answers, (*standing, *raised), raised)


@action("assessment.remove-repetition", needs=Permission.ASSESS, on="assessment_id")
def remove_repetition(*, assessment_id: UUID, repetition: str, by: Actor, at: datetime) -> Saved:
    """Take one repetition of a group (`med#1`) away, those after it moving up, and return what stands now.

    A flag it raised stays. Raises UnableToAssess when it is not there, or as few stand as must.
    """
    found = marked_answered(assessment_id, at)
    instrument = queries.instrument_of_edition(found.edition_id)
    answers, standing = queries.said_so_far(assessment_id)
    group = item_by_id(instrument, repetition.rpartition("/")[2].partition("#")[0])
    try:
        left = without(answers, repetition, group) if group else None
    except NoSuchRepetition as wrong:
        raise UnableToAssess(str(wrong)) from wrong
    if left is None:
        raise UnableToAssess("There is nothing to take away here.")
    moved = {place: answer for place, answer in left.items() if answers.get(place) is not answer}
    take_away(found, [*moved, *(place for place in answers if place not in left)])
    store(found, moved, at)
    return Saved(left, standing, ())


def _same(before: Answer, after: Answer) -> bool:
    """Whether nothing was said that is not kept already: its author and date then stay as they are."""
    return (before.values, before.absent, before.words) == (after.values, after.absent, after.words)


def _typed(item: Any, one: Said, by: Actor, at: datetime) -> Answer:
    try:
        answer = answer_of(item, one.value) if not one.absent else Answer(absent=Absence(one.absent))
    except (UnacceptableAnswer, ValueError) as wrong:
        raise UnableToAssess(f"{wrong}.") from wrong
    return Answer(
        answer.values, answer.absent, words=one.words.strip(), words_language=one.words_language, by=by.name, at=at
    )


def _raise_flags(
    found: Assessment,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    standing: set[str],
    places: Sequence[str],
    by: Actor,
    at: datetime,
) -> tuple[Flag, ...]:
    raised = tuple(flag for flag in flags_of(instrument, answers) if flag.id not in standing)
    for flag in raised:
        RaisedFlag.objects.create(
            assessment=found, flag=flag.id, severity=flag.severity, text=flag.text, steps=list(flag.steps),
            place=flag.item or (places[-1] if places else ""), raised_at=at, raised_by_id=by.user_id,
            raised_by_name=by.name,
        )  # fmt: skip
        about = _about(found)
        publish(events.SafetyFlagRaised(**about, flag=flag.id, severity=flag.severity, text=flag.text), by=by, at=at)
        _safety_task(found, flag, by, at)
    return raised


def _safety_task(found: Assessment, flag: Flag, by: Actor, at: datetime) -> None:
    owner = None
    if found.case_id is not None:
        owner = Case.objects.filter(pk=found.case_id).values_list("owner_id", flat=True).first()
    task = TaskIn(
        patient_id=found.patient_id,
        case_id=found.case_id,
        verb="Safety",
        title=f"{found.title}: {flag.text}"[:300],
        kind="safety",
        why="; ".join(flag.steps),
        tier=0,
        owner_id=owner or by.user_id,
        due_at=at,
        due_has_time=True,
        subject=f"assessment-flag:{found.id}:{flag.id}"[:200],
    )
    add_task(patient_id=found.patient_id, task=task, by=by, at=at)


@action("assessment.sign", needs=Permission.ASSESS, on="assessment_id")
def sign_assessment(*, assessment_id: UUID, by: Actor, at: datetime) -> tuple[SuggestedNeed, ...]:
    """Sign: the outcome is computed, kept, and nothing changes any more. Returns the needs the answers point to.

    Raises UnableToAssess while a required question is neither answered nor refused, or a domain has no conclusion.
    """
    found = locked(assessment_id)
    instrument = queries.instrument_of_edition(found.edition_id)
    answers = queries.answers_of(found, instrument)
    still = progress(instrument, answers).required_open
    if still:
        blank = unwritten(instrument, answers)
        what = f"Write a conclusion for: {', '.join(blank[:5])}" if blank else f"{len(still)} questions are open"
        raise UnableToAssess(f"{what}. Refused, unable and not asked count as answers; a blank does not.")
    outcome = score(instrument, answers, found.context)
    found.score = "" if outcome.score is None else str(outcome.score)
    found.band, found.positive = outcome.band or "", outcome.positive
    found.outcome = json.loads(json.dumps(as_json(outcome), default=str))
    found.signed_at, found.signed_by_id, found.signed_by_name = at, by.user_id, by.name
    found.version += 1
    found.save()
    _chart_scores(found, instrument, outcome, by, at)
    publish(
        events.AssessmentSigned(**_about(found), score=found.score, band=found.band, positive=found.positive),
        by=by,
        at=at,
    )
    return suggested_needs(instrument, answers, found.context)


def _chart_scores(found: Assessment, instrument: Instrument, outcome: Scored, by: Actor, at: datetime) -> None:
    """Put each total that exists and has a LOINC code on the chart; a refused item makes no total, hence no value."""
    for total in instrument.totals:
        value = outcome.score if total.main else outcome.results.get(total.id)
        if total.code and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            name = instrument.short_title if total.main else f"{instrument.short_title}, {total.id}"
            record_score(
                patient_id=found.patient_id, code=total.code, name=f"{name} score", score=float(value),
                band=(outcome.band or "") if total.main else "", by=by, at=at,
            )  # fmt: skip


@action("assessment.add-beside", needs=Permission.ASSESS, on="assessment_id")
def write_addendum(*, assessment_id: UUID, text: str, place: str = "", by: Actor, at: datetime) -> UUID:
    """Write a correction beside a signed assessment and return its id. The answers themselves stay as signed.

    Raises UnableToAssess while it is not signed, or for an empty text.
    """
    found = Assessment.objects.get(pk=assessment_id)
    if found.signed_at is None:
        raise UnableToAssess("This assessment is still open: change the answer itself.")
    if not text.strip():
        raise UnableToAssess("Write what is wrong and what is right.")
    made = Addendum.objects.create(
        assessment=found, place=place, text=text.strip(), at=at, by_id=by.user_id, by_name=by.name
    )
    publish(events.AddendumWritten(**_about(found), text=made.text), by=by, at=at)
    return made.id


@action("assessment.give-up", needs=Permission.ASSESS, on="assessment_id")
def give_up(*, assessment_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Give up an open assessment with a reason; its answers and flags are kept. Raises UnableToAssess without one."""
    if not reason.strip():
        raise UnableToAssess("Write why it is given up.")
    found = locked(assessment_id)
    found.abandoned_at, found.abandoned_reason, found.version = at, reason.strip(), found.version + 1
    found.save(update_fields=["abandoned_at", "abandoned_reason", "version"])
