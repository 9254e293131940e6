"""Taking in a stretch of FHIR: everything of it that can be kept, in one transaction, or nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from throughline.edge.interop.fhir.directory import NPI
from throughline.edge.interop.fhir.drafting import Draft
from throughline.edge.interop.fhir.editions import judge
from throughline.edge.interop.fhir.elements import Refused
from throughline.edge.interop.fhir.references import Key, Search
from throughline.edge.interop.fhir.resolving import (
    Known,
    PatientUnknown,
    Resolver,
    complete,
    moved_person,
    patient_of,
    pointers_of,
)
from throughline.edge.interop.publishing import Publishing
from throughline.edge.interop.records import StretchOutcome
from throughline.edge.interop.referring import Referring
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import system_viewer
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.identity import new_id
from throughline.record.chart.actions import note_receipts, take_in_received
from throughline.record.chart.queries.received import date_shifts, held, identified, seen_before
from throughline.record.chart.records.received import Arrival, Edition, Held, Pointer, Stretch, Verdict
from throughline.record.people.actions import (
    take_in_organizations,
    take_in_patients,
    take_in_practitioners,
    take_in_related,
    take_in_roles,
)
from throughline.record.people.records import RelatedIn


@action("interop.take-in-stretch", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_stretch(
    *,
    site_id: UUID,
    source: str,
    stretch: Stretch,
    draft: Draft,
    shifts: Mapping[str, int],
    tell: bool,
    beside: bool = False,
    by: Actor,
    at: datetime,
) -> StretchOutcome:
    """Store what is new or changed in a drafted stretch and say what became of every resource.

    `shifts` says by how many days to move the dates of patients received for the first time, by their id at the
    source; a patient received before keeps the days she has. The bytes are kept as they came in any case. With `tell`,
    a line goes into each patient's story; without, the caller tells it when her whole record is in. `beside` says that
    the caller keeps other imports of the source waiting while it takes in several stretches at once.
    """
    if not beside:
        _one_at_a_time(site_id, source)
    outcome = _Taking(site_id, source, draft, by, at).carry_out(stretch, shifts)
    if tell and outcome.arrived:
        note_receipts(site_id=site_id, source=source, receipts=outcome.receipts(), by=by, at=at)
    return outcome


def _one_at_a_time(site_id: UUID, source: str) -> None:
    """Let another import of the same source wait: both would find the same resource to be new."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {site_id} {source}"])


class _Taking:
    """One stretch on its way in."""

    def __init__(self, site_id: UUID, source: str, draft: Draft, by: Actor, at: datetime) -> None:
        self.place: dict[str, Any] = {"site_id": site_id, "source": source}
        self.act: dict[str, Any] = {"by": by, "at": at}
        self.draft = draft
        self.viewer: Viewer = system_viewer(by, at=at, site_ids=[site_id])
        self.resolver = Resolver(draft)
        self.referring = Referring(site_id, source, draft, self.resolver, self.viewer)
        self.publishing = Publishing(site_id, source, draft, self.resolver)
        refused = [(one.resource, one.path, one.why) for one in draft.refused]
        self.outcome = StretchOutcome(refused=refused, unchanged=draft.repeated)

    def carry_out(self, stretch: Stretch, shifts: Mapping[str, int]) -> StretchOutcome:
        """Do all of it and return what became of it."""
        held_now = self._held()
        verdicts = self._verdicts(held_now)
        days, begun = self._days(verdicts, shifts)
        patients = {key: one.patient_id for key, one in held_now.items() if one.patient_id and key[0] == "Patient"}
        patients.update(self._take_in_people(verdicts, days))
        ids = {key: one.id for key, one in held_now.items()}
        ids.update({key: new_id() for key in self.draft.received if key not in ids})
        known = Known(ids, held_now, patients, days)
        arrivals = [
            arrival for key, verdict in verdicts.items() if (arrival := self._arrival(key, verdict, known)) is not None
        ]
        self._take_in_related(arrivals)
        self.outcome.schedules, self.outcome.published = self.publishing.publish(known, **self.act)
        take_in_received(**self.place, stretch=stretch, arrivals=arrivals, shifts=begun, **self.act)
        return self.outcome

    def _take_in_related(self, arrivals: Sequence[Arrival]) -> None:
        """Hand the people in the patients' lives to people, once it is known whose they are."""
        related = []
        for arrival in arrivals:
            reading = arrival.received.reading
            if reading.resource_type == "RelatedPerson" and arrival.patient_id:
                said = self.draft.who[Key("RelatedPerson", reading.resource_id)]
                related.append(RelatedIn(reading.resource_id, arrival.patient_id, said))
        if related:
            take_in_related(**self.place, related=related, **self.act)

    def _held(self) -> dict[Key, Held]:
        """Return what is held of everything the stretch brings or points to, in two statements."""
        keys: set[Key] = set(self.draft.received)
        searches: set[Search] = set()
        # The same few references stand in most resources of a stretch.
        pointed = {
            pointer.reference: pointer
            for received in self.draft.received.values()
            for pointer in pointers_of(received.reading)
        }
        for found in [self.resolver.named(pointer) for reference, pointer in pointed.items() if reference]:
            if isinstance(found, Search):
                searches.add(found)
            elif found is not None:
                keys.add(found)
        for pointer in self._named():
            if isinstance(found := self.resolver.named(pointer), Search):
                searches.add(found)
        keys.update(found for found in map(self.resolver.key, self._actors()) if found is not None)
        answers = identified(self.viewer, **self.place, searches=searches)
        found_keys = {Search(*asked): Key(*found) for asked, found in answers.items()}
        self.resolver.learn(found_keys)
        keys.update(found_keys.values())
        return {Key(*key): one for key, one in held(self.viewer, **self.place, keys=keys).items()}

    def _named(self) -> Iterator[Pointer]:
        """Yield what the patients' records point to as those who care for them."""
        for key, who in self.draft.who.items():
            if key.resource_type == "Patient":
                yield from (Pointer(one.reference) for one in who.providers if one.reference)

    def _actors(self) -> Iterator[Pointer]:
        """Yield whose times are published."""
        for said in self.draft.times.values():
            yield from getattr(said, "actors", ())

    def _verdicts(self, held_now: Mapping[Key, Held]) -> dict[Key, Verdict]:
        verdicts = dict.fromkeys(self.draft.received, Verdict.NEW)
        editions: dict[Key, Edition] = {}
        for key, before in held_now.items():
            received = self.draft.received.get(key)
            if received is not None:
                reading = received.reading
                editions[key] = Edition(reading.version, reading.updated_at, received.sha256)
                verdicts[key] = judge(editions[key], before.edition)
        doubtful = {held_now[key].id: key for key, verdict in verdicts.items() if verdict is Verdict.CHANGED}
        asked = [(one, editions[key].digest) for one, key in doubtful.items()]
        for one in seen_before(self.viewer, site_id=self.place["site_id"], editions=asked):
            key = doubtful[one]
            verdicts[key] = judge(editions[key], held_now[key].edition, seen_before=True)
        return verdicts

    def _days(
        self, verdicts: Mapping[Key, Verdict], shifts: Mapping[str, int]
    ) -> tuple[dict[str, int], dict[str, int]]:
        """Return the days to move each patient's dates by, and those of them that begin with this stretch."""
        subjects = {received.reading.subject for received in self.draft.received.values()}
        mentioned = {
            key.resource_id
            for subject in subjects
            if (key := self.resolver.key(subject)) is not None and key.resource_type == "Patient"
        }
        mentioned.update(key.resource_id for key in verdicts if key.resource_type == "Patient")
        days = date_shifts(self.viewer, **self.place, source_ids=mentioned)
        begun = {
            key.resource_id: shifts[key.resource_id]
            for key, verdict in verdicts.items()
            if key.resource_type == "Patient" and verdict is Verdict.NEW and shifts.get(key.resource_id)
        }
        return {**days, **begun}, begun

    def _take_in_people(self, verdicts: Mapping[Key, Verdict], days: Mapping[str, int]) -> dict[Key, UUID]:
        """Hand patients, organizations, practitioners and roles to people; return the patients' identifiers."""
        said: dict[str, list[Any]] = {}
        for key, who in self.draft.who.items():
            if who is not None and verdicts[key] is not Verdict.UNCHANGED:
                said.setdefault(key.resource_type, []).append(who)
        if "Organization" in said:
            take_in_organizations(**self.place, organizations=said["Organization"], **self.act)
        if "Practitioner" in said:
            take_in_practitioners(**self.place, practitioners=said["Practitioner"], **self.act)
        if "PractitionerRole" in said:
            roles = [self._role(role) for role in said["PractitionerRole"]]
            take_in_roles(**self.place, roles=roles, **self.act)
        people = [self._pointed(person) for person in self._moved(said.get("Patient", []), days)]
        if not people:
            return {}
        taken = take_in_patients(**self.place, people=people, **self.act)
        return {Key("Patient", one.source_id): one.patient_id for one in taken}

    def _moved(self, people: Sequence[Any], days: Mapping[str, int]) -> list[Any]:
        return [
            moved_person(person, days[person.source_id]) if days.get(person.source_id) else person for person in people
        ]

    def _pointed(self, person: Any) -> Any:
        """Return a person with source ids, or the NPI, in place of the references of those who care for her."""
        if not person.providers:
            return person
        return replace(person, providers=tuple(self._provider(one) for one in person.providers))

    def _provider(self, said: Any) -> Any:
        pointer = Pointer(said.reference)
        key, found = self.resolver.key(pointer), self.resolver.named(pointer)
        if key is not None:
            return replace(said, target_type=key.resource_type, target_id=key.resource_id)
        if isinstance(found, Search) and found.system == NPI:
            return replace(said, npi=found.value)
        return said

    def _role(self, role: Any) -> Any:
        """Return a role with source ids in place of its references."""
        who = self.resolver.key(Pointer(role.practitioner))
        where = self.resolver.key(Pointer(role.organization)) if role.organization else None
        return replace(
            role,
            practitioner=who.resource_id if who else "",
            organization=where.resource_id if where else "",
        )

    def _arrival(self, key: Key, verdict: Verdict, known: Known) -> Arrival | None:
        """Return one resource ready to be stored, None when it is unchanged or refused (the outcome says which)."""
        received = self.draft.received[key]
        reading = received.reading
        one = known.held.get(key)
        if verdict is Verdict.UNCHANGED:
            self.outcome.unchanged += 1
            if one is not None and one.patient_id:
                self.outcome.patients.add(one.patient_id)
            return None
        try:
            patient, patient_id = patient_of(reading, self.draft, self.resolver, known)
            fact = complete(reading, patient, self.draft, self.resolver, known)
            if key in self.draft.asked and patient is not None and patient_id is not None:
                days = known.shifts.get(patient.resource_id, 0)
                if why := self.referring.refer(key, patient_id, known, days=days, **self.act):
                    self.outcome.not_referred.append((f"{key.resource_type}/{key.resource_id}", why))
        except Refused as refusal:
            why = refusal.why if refusal.why.endswith(".") else f"{refusal.why}."
            path = refusal.path or key.resource_type
            said = (f"{key.resource_type}/{key.resource_id}", path, why)
            (self.outcome.unknown if isinstance(refusal, PatientUnknown) else self.outcome.refused).append(said)
            return None
        encounter = self.resolver.key(reading.encounter) if reading.encounter.reference else None
        self.outcome.stored += 1
        if patient_id is not None:
            arrived = self.outcome.arrived.get(patient_id)
            if arrived is None:
                self.outcome.patients.add(patient_id)
                arrived = self.outcome.arrived[patient_id] = Counter()
            arrived[key.resource_type] += 1
        return Arrival(
            known.ids[key], verdict, received, patient_id, known.ids.get(encounter) if encounter else None, fact
        )
