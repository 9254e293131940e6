"""What the resources of a stretch point to, and their facts completed with it: whose they are, names, codes, dates."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from throughline.edge.interop.fhir.drafting import Draft
from throughline.edge.interop.fhir.elements import Refused
from throughline.edge.interop.fhir.references import Key, Search, server_of, target
from throughline.record.chart.records.received import (
    NOWHERE,
    Common,
    Held,
    OutsideGoalFact,
    OutsidePlanFact,
    OutsideTeamFact,
    Pointer,
    Reading,
    ReportFact,
)
from throughline.record.people.records import PersonIn

_LINKS: dict[type[Any], tuple[str, ...]] = {
    ReportFact: ("results",),
    OutsidePlanFact: ("addresses", "goals", "teams"),
    OutsideGoalFact: ("addresses",),
}
# Facts that hold pointers of their own.
_POINTING = frozenset({*_LINKS, OutsideTeamFact})

# Facts that say something happened; plans, goals and coverage reach into the future and move no patient's last day.
EVENTS = frozenset(
    {"Encounter", "Observation", "Procedure", "Immunization", "Condition", "DiagnosticReport", "DocumentReference"}
    | {"MedicationRequest", "MedicationDispense", "MedicationAdministration"}
)


class PatientUnknown(Refused):
    """A resource of a patient nobody knows yet; a later file may bring her."""


class Resolver:
    """Leads from references, as written in one stretch, to the resources they name."""

    def __init__(self, draft: Draft) -> None:
        self._full_urls = draft.full_urls
        self._servers = {server for url in draft.full_urls if (server := server_of(url))}
        self.draft = draft
        self._targets: dict[str, Key | Search | None] = {}
        self._found: dict[Search, Key] = {}
        self._identifiers: dict[tuple[str, str], list[Key]] | None = None

    def named(self, pointer: Pointer) -> Key | Search | None:
        """Return the key, or the search still to be made, that a pointer stands for."""
        reference = pointer.reference
        if reference in self._targets:
            return self._targets[reference]
        found = target(reference, self._full_urls, self._servers) if reference else None
        if isinstance(found, Search):
            found = self._in_stretch(found) or found
        self._targets[reference] = found
        return found

    def key(self, pointer: Pointer) -> Key | None:
        """Return the key a pointer stands for, None when it stands for nothing known by key."""
        found = self.named(pointer)
        return self._found.get(found) if isinstance(found, Search) else found

    def learn(self, found: Mapping[Search, Key]) -> None:
        """Take the answers to searches."""
        self._found.update(found)

    def _in_stretch(self, search: Search) -> Key | None:
        if self._identifiers is None:
            self._identifiers = {}
            for key, received in self.draft.received.items():
                for identifier in received.reading.identifiers:
                    self._identifiers.setdefault(identifier, []).append(key)
        found = self._identifiers.get((search.system, search.value), [])
        fitting = [key for key in found if search.resource_type in ("", key.resource_type)]
        return fitting[0] if len(fitting) == 1 else None


def pointers_of(reading: Reading) -> Iterator[Pointer]:
    """Yield everything a reading points to."""
    yield reading.subject
    yield reading.encounter
    yield reading.code_from
    for _, pointer in reading.names:
        yield pointer
    fact = reading.fact
    if type(fact) not in _POINTING:
        return
    for column in _LINKS.get(type(fact), ()):
        yield from getattr(fact, column) or ()
    if isinstance(fact, OutsideTeamFact):
        for participant in fact.participants or ():
            yield participant.member


class Known(NamedTuple):
    """What is known when facts are completed: identifiers and names by key, patients by key, days to move dates by."""

    ids: Mapping[Key, UUID]
    held: Mapping[Key, Held]
    patients: Mapping[Key, UUID]
    shifts: Mapping[str, int]


def patient_of(reading: Reading, draft: Draft, resolver: Resolver, known: Known) -> tuple[Key | None, UUID | None]:
    """Return whose a resource is. Raises Refused when it names a patient nobody knows, or someone who is no patient."""
    if reading.resource_type == "Patient":
        own = Key("Patient", reading.resource_id)
        return own, known.patients[own]
    if not reading.subject.reference:
        return None, None
    key = resolver.key(reading.subject)
    found = known.patients.get(key) if key is not None and key.resource_type == "Patient" else None
    if found is not None and not reading.subject.reference.startswith("#"):
        return key, found
    path = f"{reading.resource_type}.{reading.element}.reference"
    said = f"“{reading.subject.reference[:120]}”"
    if said.startswith("“#"):
        raise Refused(path, f"points to {said}, a patient inside the resource itself, who cannot be told from others")
    if key is not None and key.resource_type != "Patient":
        raise Refused(path, f"points to {said}, which is not a patient")
    if key in draft.refused_keys:
        raise Refused(path, f"belongs to {said}, who was refused")
    raise PatientUnknown(
        path,
        f"points to {said}, who is in none of the files or was refused, and was not received before from this source",
    )


def complete(reading: Reading, patient: Key | None, draft: Draft, resolver: Resolver, known: Known) -> Any:
    """Return the reading's fact with names, codes and links filled in and dates moved; None when it has none."""
    fact: Any = reading.fact
    if fact is None:
        return None
    days = known.shifts.get(patient.resource_id, 0) if patient else 0
    if not days and not reading.names and reading.code_from is NOWHERE and type(fact) not in _POINTING:
        return fact
    for column, pointer in reading.names:
        name = summary_of(resolver.key(pointer), draft, known).get("name", "")
        if name:
            fact = _with(fact, **{column: name})
    if reading.code_from.reference and not fact.common.code:
        said = summary_of(resolver.key(reading.code_from), draft, known)
        if said:
            fact = _with(
                fact,
                code_system=said.get("system", ""),
                code=said.get("code", ""),
                display=fact.common.display or said.get("name", ""),
            )
    fact = _linked(fact, resolver, known)
    return moved(fact, days) if days else fact


def _with(fact: Any, **columns: Any) -> Any:
    """Return the fact with columns set, wherever they stand."""
    common = {name: value for name, value in columns.items() if name in Common._fields}
    own = {name: value for name, value in columns.items() if name not in Common._fields}
    return fact._replace(common=fact.common._replace(**common), **own) if common else fact._replace(**own)


def summary_of(key: Key | None, draft: Draft, known: Known) -> Mapping[str, Any]:
    """Return what was kept of the words of a resource that others point to, nothing when it is not known."""
    if key is None:
        return {}
    received = draft.received.get(key)
    if received is not None:
        return received.reading.summary or {}
    held = known.held.get(key)
    return (held.summary if held else None) or {}


def _linked(fact: Any, resolver: Resolver, known: Known) -> Any:
    """Return the fact with plain JSON in place of its lists of pointers."""
    for column in _LINKS.get(type(fact), ()):
        listed = getattr(fact, column)
        if listed:
            fact = fact._replace(**{column: [_link(pointer, resolver, known) for pointer in listed]})
    if type(fact) is OutsideTeamFact and fact.participants:
        members: Any = [{**_link(one.member, resolver, known), "role": one.role} for one in fact.participants]
        fact = fact._replace(participants=members)
    return fact


def _link(pointer: Pointer, resolver: Resolver, known: Known) -> dict[str, Any]:
    key = resolver.key(pointer)
    name = pointer.display or summary_of(key, resolver.draft, known).get("name", "")
    return {"id": known.ids.get(key) if key else None, "text": name}


# --- moving dates -------------------------------------------------------------------------------------------------


def last_event(fact: Any) -> datetime | None:
    """Return the last moment at which a fact says something happened."""
    common: Common = fact.common
    return max((at for at in (common.effective_at, common.effective_until) if at is not None), default=None)


def moved(fact: Any, days: int) -> Any:
    """Return the fact with every date later by `days`. Raises Refused when that leaves the calendar."""
    common: Common = fact.common
    by = timedelta(days=days)
    try:
        common = common._replace(
            recorded_at=common.recorded_at and common.recorded_at + by,
            effective_at=common.effective_at and common.effective_at + by,
            effective_until=common.effective_until and common.effective_until + by,
        )
    except OverflowError:
        raise Refused("", "has a date that cannot be moved") from None
    return fact._replace(common=common)


def moved_person(person: PersonIn, days: int) -> PersonIn:
    """Return what is said of a person with birth and death moved by `days`, so that her ages stay what they were."""
    by = timedelta(days=days)
    try:
        return replace(
            person,
            birth_date=person.birth_date and person.birth_date + by,
            deceased_at=person.deceased_at and person.deceased_at + by,
        )
    except OverflowError:
        raise Refused("Patient.birthDate", "cannot be moved") from None
