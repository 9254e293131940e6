"""Referrals by list: each line finds or registers its patient, and a line sent twice is taken once."""

from dataclasses import dataclass
from datetime import datetime
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


def take_list(*, site_id: UUID, text: str, by: Actor, at: datetime) -> Taken:
    """Take in a comma-separated list of referrals; return what became of it.

    Every line is an act of its own: a refused one leaves no trace and stops no other. Raises UnreadableList for a list
    whose columns cannot be told.
    """
    lines, refused = rules.read_list(text, frozenset(programmes()))
    taken = known = 0
    for line in lines:
        try:
            if line.external_id and _stands(site_id, line.external_id):
                known += 1
                continue
            _take(site_id, line, by=by, at=at)
            taken += 1
        except Refusal as refusal:
            refused.append(f"Line {line.number}: {refusal}")
    return Taken(taken, known, tuple(refused))


def _stands(site_id: UUID, external_id: str) -> bool:
    return Referral.objects.filter(site_id=site_id, source="list", external_id=external_id).exists()


def _take(site_id: UUID, line: rules.ListLine, *, by: Actor, at: datetime) -> UUID:
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
        "identified_on": at.date(),
    }
    likely = people.likely_matches(site_id, person)
    if likely and likely[0].weighed.likely:
        sent = actions.ReferralIn(patient_id=likely[0].patient_id, received_at=at, **particulars)  # type: ignore[arg-type]
        return actions.receive_referral(site_id=site_id, referral=sent, by=by, at=at)
    return actions.refer_new_patient(site_id=site_id, person=person, particulars=particulars, by=by, at=at)
