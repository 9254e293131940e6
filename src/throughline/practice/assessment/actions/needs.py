"""Needs adopted from an assessment, raised by hand or from the chart, and closed. One open need a problem."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.practice.assessment import events, queries
from throughline.practice.assessment.models import (
    Assessment,
    Need,
    NeedEvidence,
)
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.assessment.rules.scoring import suggested_needs
from throughline.record.people.models import Patient

STATUSES = ("met", "declined", "withdrawn")
PRIORITIES = ("high", "medium", "low")
HORIZONS = ("immediate", "long-term")


class UnableToKeepNeed(Refusal):
    """The need lacks what makes it one, or is closed already."""


@locator("need_id")
def _place_of_need(need_id: UUID) -> Place:
    found = Need.objects.filter(pk=need_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This need does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("assessment.adopt-needs", needs=Permission.ASSESS, on="assessment_id")
def adopt_needs(*, assessment_id: UUID, chosen: Sequence[str], by: Actor, at: datetime) -> tuple[UUID, ...]:
    """Raise the needs with these names that a signed assessment points to; return their ids.

    A need that stands already gets the new evidence instead of a twin. Raises UnableToKeepNeed before the signature.
    """
    found = Assessment.objects.get(pk=assessment_id)
    if found.signed_at is None:
        raise UnableToKeepNeed("Sign the assessment first; then its needs can be adopted.")
    instrument = queries.instrument_of_edition(found.edition_id)
    pointed = suggested_needs(instrument, queries.answers_of(found, instrument), found.context)
    return tuple(_raise_need(found, need, "assessment", found.id, by, at) for need in pointed if need.id in set(chosen))


def _raise_need(
    about: Assessment, need: SuggestedNeed, kind: str, source_id: UUID | None, by: Actor, at: datetime
) -> UUID:
    subject = f"omaha-{need.omaha}" if need.omaha is not None else need.id
    words = " / ".join(need.words)
    Patient.objects.select_for_update(no_key=True).get(
        pk=about.patient_id
    )  # one need per problem, whoever raises it at once
    kept = Need.objects.filter(patient_id=about.patient_id, subject=subject, status="open").first()
    joined = kept is not None
    if kept is not None:
        _join(kept, need, words)
    else:
        kept = Need.objects.create(
            patient_id=about.patient_id, subject=subject, site_id=about.site_id, case_id=about.case_id, text=need.text,
            domain=need.domain, omaha=need.omaha, icd10=list(need.icd10), priority=need.priority, horizon=need.horizon,
            words=words, raised_at=at, raised_by_id=by.user_id, raised_by_name=by.name,
        )  # fmt: skip
    known = set(kept.evidence.values_list("sentence", flat=True)) if joined else set()
    fresh = [sentence for sentence in need.evidence if sentence not in known]
    if joined and not fresh:
        return kept.id
    for sentence in fresh:
        NeedEvidence.objects.create(
            need=kept, kind=kind, source_id=source_id, sentence=sentence, at=at, by_id=by.user_id, by_name=by.name
        )
    event = events.NeedRaised(
        site_id=kept.site_id, patient_id=kept.patient_id, case_id=kept.case_id, need_id=kept.id, text=kept.text,
        joined=joined,
    )  # fmt: skip
    publish(event, by=by, at=at)
    return kept.id


def _join(kept: Need, need: SuggestedNeed, words: str) -> None:
    """New evidence joins the open need; the more pressing priority wins, words are added, nothing is lost."""
    kept.priority = min(kept.priority, need.priority, key=PRIORITIES.index)
    kept.icd10 = list(dict.fromkeys([*kept.icd10, *need.icd10]))
    if need.text not in kept.text:
        kept.text = f"{kept.text}, {need.text}"[:300]
    if words and words not in kept.words:
        kept.words = f"{kept.words} / {words}".strip(" /")
    kept.version += 1
    kept.save()


@action("assessment.raise-need", needs=Permission.ASSESS, on="patient_id")
def raise_need(
    *, patient_id: UUID, need: SuggestedNeed, kind: str = "hand", source_id: UUID | None = None, by: Actor, at: datetime
) -> UUID:
    """Raise a need by hand or from a fact of the chart, and return its id; evidence joins one that stands already.

    Raises UnableToKeepNeed without words for it or without evidence.
    """
    if not need.text.strip() or not need.evidence:
        raise UnableToKeepNeed("Say what the need is, and what speaks for it.")
    patient = Patient.objects.get(pk=patient_id)
    about = Assessment(site_id=patient.site_id, patient_id=patient_id, case_id=queries.open_case_id(patient_id))
    return _raise_need(about, need, kind, source_id, by, at)


@action("assessment.add-evidence", needs=Permission.ASSESS, on="need_id")
def add_evidence(*, need_id: UUID, kind: str, source_id: UUID, sentence: str, by: Actor, at: datetime) -> None:
    """Let a fact of the record, such as a document, speak for a need that stands; the same one counts once.

    Raises UnableToKeepNeed when the need is closed or nothing is said.
    """
    kept = Need.objects.select_for_update(no_key=True).get(pk=need_id)
    if kept.status != "open" or not sentence.strip():
        raise UnableToKeepNeed("Choose what speaks for a need that stands.")
    if kept.evidence.filter(kind=kind, source_id=source_id).exists():
        return
    NeedEvidence.objects.create(
        need=kept, kind=kind, source_id=source_id, sentence=sentence.strip(), at=at, by_id=by.user_id, by_name=by.name
    )
    event = events.NeedRaised(
        site_id=kept.site_id, patient_id=kept.patient_id, case_id=kept.case_id, need_id=kept.id, text=kept.text,
        joined=True,
    )  # fmt: skip
    publish(event, by=by, at=at)


@action("assessment.close-need", needs=Permission.ASSESS, on="need_id")
def close_need(*, need_id: UUID, status: str, reason: str, by: Actor, at: datetime) -> None:
    """Close a need as met, declined by the patient, or withdrawn. Declined and withdrawn need a reason.

    Raises UnableToKeepNeed when it is closed already or the reason is missing.
    """
    kept = Need.objects.select_for_update(no_key=True).get(pk=need_id)
    if kept.status != "open":
        raise UnableToKeepNeed(f"This need is {kept.status} already.")
    if status not in STATUSES or (status != "met" and not reason.strip()):
        raise UnableToKeepNeed("Say whether it is met, declined or withdrawn, and why.")
    kept.status, kept.status_reason, kept.closed_at, kept.version = status, reason.strip(), at, kept.version + 1
    kept.save()
    event = events.NeedClosed(
        site_id=kept.site_id, patient_id=kept.patient_id, case_id=kept.case_id, need_id=kept.id, text=kept.text,
        status=status, reason=kept.status_reason,
    )  # fmt: skip
    publish(event, by=by, at=at)


@action("assessment.change-need", needs=Permission.ASSESS, on="need_id")
def change_need(*, need_id: UUID, changes: Mapping[str, Any], was: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Change a need's words, priority, time or the patient's own words; what speaks for it stays.

    `was` is what each field held when it was read. Raises UnableToKeepNeed for a closed or an empty one,
    ChangedMeanwhile when a field changed between.
    """
    kept = Need.objects.select_for_update(no_key=True).get(pk=need_id)
    wanted = differing(kept, changes, was)
    if kept.status != "open":
        raise UnableToKeepNeed(f"This need is {kept.status} already.")
    if not wanted.get("text", kept.text).strip():
        raise UnableToKeepNeed("Say what the need is.")
    if wanted.get("priority", kept.priority) not in PRIORITIES or wanted.get("horizon", kept.horizon) not in HORIZONS:
        raise UnableToKeepNeed("Choose priority and time from the lists.")
    if not wanted:
        return
    for name, value in wanted.items():
        setattr(kept, name, value)
    kept.version += 1
    kept.save()
    event = events.NeedChanged(
        site_id=kept.site_id, patient_id=kept.patient_id, case_id=kept.case_id, need_id=kept.id, text=kept.text,
        fields=tuple(wanted),
    )  # fmt: skip
    publish(event, by=by, at=at)
