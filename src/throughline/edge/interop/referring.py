"""An order that asks us to take a patient up, handed to intake once."""

import hashlib
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.edge.interop.fhir.drafting import Draft
from throughline.edge.interop.fhir.elements import Refused
from throughline.edge.interop.fhir.references import Key
from throughline.edge.interop.fhir.requests import Asked
from throughline.edge.interop.fhir.resolving import Known, Resolver, summary_of
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.actor import Actor
from throughline.practice.intake import actions as intake
from throughline.practice.intake import queries as referrals
from throughline.record.chart.records.received import EncounterFact, Pointer

_LONGEST_NUMBER = 120
_LONGEST_NAME = 200
# Intake takes no day of identification further back: an order still open at its sender then was forgotten there.
_OLDEST = timedelta(days=366)
_SOURCES = {"Patient": "self", "RelatedPerson": "family", "Device": "list"}


class Referring:
    """Hands the orders of one stretch to intake."""

    def __init__(self, site_id: UUID, source: str, draft: Draft, resolver: Resolver, viewer: Viewer) -> None:
        self.site_id = site_id
        self.source = source
        self.draft = draft
        self.resolver = resolver
        self.viewer = viewer

    def refer(self, key: Key, patient_id: UUID, known: Known, *, days: int, by: Actor, at: datetime) -> str:
        """Make a referral of the order `key` when it asks for one and has made none; its dates are later by `days`.

        Return why an order that asks for one is too old to make it, "" otherwise.
        Raises Refused with intake's own sentence when it takes none.
        """
        asked = self.draft.asked.get(key)
        if asked is None:
            return ""
        day = _day(asked, days, at)
        numbers = self._numbers(asked, key)
        if referrals.has_come(self.viewer, site_id=self.site_id, external_ids=numbers):
            return ""
        if at.date() - day > _OLDEST:
            return (
                f"It asks for a referral since {day:%b %-d, %Y}, over a year ago, so none was made. Ask the sender "
                "whether it still stands, and refer her by hand if it does."
            )
        sent = intake.ReferralIn(
            patient_id=patient_id,
            source=self._source(asked, known),
            source_name=(self._name(asked.requester, known) or self.source)[:_LONGEST_NAME],
            reason=self._reason(asked, known),
            programme=asked.programme,
            identified_on=day,
            received_at=at,
            external_id=numbers[0],
            urgent=asked.urgent,
        )
        try:
            with transaction.atomic():  # one that is refused is taken back, and the stretch goes on
                intake.receive_referral(site_id=self.site_id, referral=sent, by=by, at=at)
        except Refusal as refusal:
            raise Refused("ServiceRequest", f"asks for a referral that intake refused: {refusal}") from None
        return ""

    def _numbers(self, asked: Asked, key: Key) -> list[str]:
        """Return what the order may have come by before, the sender's own number first: unique within the source."""
        said = [f"{self.source}|{number}" for number in (*asked.numbers, f"ServiceRequest/{key.resource_id}")]
        return [
            one if len(one) <= _LONGEST_NUMBER else f"sha256:{hashlib.sha256(one.encode()).hexdigest()}" for one in said
        ]

    def _source(self, asked: Asked, known: Known) -> str:
        named = self.resolver.named(asked.requester) if asked.requester.reference else None
        kind = asked.requester_type or (named.resource_type if named else "")
        if kind in _SOURCES:
            return _SOURCES[kind]
        key = self.resolver.key(asked.requester)
        if summary_of(key, self.draft, known).get("kind") == "payer":
            return "health-plan"
        return "hospital" if self._in_stay(asked) else asked.source or "physician"

    def _in_stay(self, asked: Asked) -> bool:
        key = self.resolver.key(asked.encounter) if asked.encounter.reference else None
        received = self.draft.received.get(key) if key else None
        fact = received.reading.fact if received else None
        return isinstance(fact, EncounterFact) and fact.is_stay

    def _name(self, pointer: Pointer, known: Known) -> str:
        if pointer.display or not pointer.reference:
            return pointer.display
        key = self.resolver.key(pointer)
        received = self.draft.received.get(key) if key else None
        if received is not None and received.reading.fact is not None:
            return received.reading.fact.common.display
        return str(summary_of(key, self.draft, known).get("name", ""))

    def _reason(self, asked: Asked, known: Known) -> str:
        """Return why she is referred: the coded reasons, what the order points to and its note, else what it asks."""
        pointed = [self._name(one, known) for one in asked.reasons]
        reasons = list(dict.fromkeys(one for one in (asked.reason, *pointed) if one))
        return ". ".join(one for one in ("; ".join(reasons), asked.note) if one) or asked.what


def _day(asked: Asked, days: int, at: datetime) -> date:
    """Return the day she was identified: the one the order was written on, else the day it is received."""
    if asked.authored_on is None or asked.authored_at is None:
        return at.date()
    by = timedelta(days=days)
    try:
        day, written = asked.authored_on + by, asked.authored_at + by
    except OverflowError:
        raise Refused("ServiceRequest.authoredOn", "cannot be moved") from None
    # East of here it may be tomorrow already.
    return min(day, at.date()) if written <= at else day
