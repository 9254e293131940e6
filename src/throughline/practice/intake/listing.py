"""Referrals by list: each line finds or registers its patient, and a line sent twice is taken once."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.actor import Actor
from throughline.practice.intake import actions, rules
from throughline.practice.intake.models import Referral
from throughline.record.cases.programmes import programmes
from throughline.record.people import queries as people
from throughline.record.people.records import ContactPointIn, IdentifierIn, NameIn, PersonIn


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list: lines taken, lines known before, and a sentence for each refused."""

    taken: int
    known: int
    refused: tuple[str, ...]


def take_list(*, site_id: UUID, text: str, today: date, by: Actor, at: datetime) -> Taken:
    """Take in a list of referrals, of patients identified `today`; return what became of it.

    Every line is an act of its own: a refused one leaves no trace and stops no other. Raises UnreadableList for a list
    whose columns cannot be told.
    """
    lines, refused = rules.read_list(text, {key: one.title for key, one in programmes().items()}, today)
    taken = known = 0
    for line in lines:
        try:
            if line.external_id and _stands(site_id, line.external_id):
                known += 1
                continue
            if _take(site_id, line, today, by=by, at=at):
                taken += 1
            else:
                known += 1
        except Refusal as refusal:
            refused.append(f"Line {line.number}: {refusal}")
    return Taken(taken, known, tuple(refused))


def _stands(site_id: UUID, external_id: str) -> bool:
    return Referral.objects.filter(site_id=site_id, source="list", external_id=external_id).exists()


def _waits(site_id: UUID, patient_id: UUID, programme: str) -> bool:
    """Whether a list has named her for the programme before and nobody has decided it yet."""
    asked = Referral.objects.filter(site_id=site_id, patient_id=patient_id, programme=programme, source="list")
    return asked.filter(state__in=rules.OPEN).exists()


def _take(site_id: UUID, line: rules.ListLine, today: date, *, by: Actor, at: datetime) -> bool:
    """Take in one line; False when it says nothing new."""
    person = PersonIn(
        names=(NameIn(family=line.family, given=line.given),),
        birth_date=line.birth_date,
        contact_points=(ContactPointIn(value=line.phone),) if line.phone else (),
        identifiers=(IdentifierIn(value=line.mrn, kind="mrn"),) if line.mrn else (),
    )
    particulars = {
        "source": "list",
        "reason": line.reason,
        "programme": line.programme,
        "external_id": line.external_id,
        "identified_on": today,
    }
    likely = people.likely_matches(site_id, person)
    if likely and likely[0].weighed.likely:
        if _waits(site_id, likely[0].patient_id, line.programme):
            return False
        sent = actions.ReferralIn(patient_id=likely[0].patient_id, received_at=at, **particulars)  # type: ignore[arg-type]
        actions.receive_referral(site_id=site_id, referral=sent, by=by, at=at)
    else:
        actions.refer_new_patient(site_id=site_id, person=person, particulars=particulars, by=by, at=at)
    return True
