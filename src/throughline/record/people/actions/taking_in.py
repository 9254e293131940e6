"""Taking in what another system says of people: the same words twice change nothing, edits made here are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from throughline.foundation.access.array_text import array
from throughline.foundation.access.bulk import insert_rows
from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish, publish_many
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.actions.assembly import (
    FACTS,
    Origin,
    Rows,
    core_columns,
    digest_of,
    entries_of,
    facts_of,
    plain,
    refresh,
    rows_of,
    save_rows,
    together,
)
from throughline.record.people.actions.flagging import weigh_later
from throughline.record.people.actions.linking import link_named
from throughline.record.people.events import ParticularsChanged, PatientDied, PatientRegistered
from throughline.record.people.models import (
    Address,
    ContactPerson,
    ContactPoint,
    NamedProvider,
    Patient,
    PatientIdentifier,
    PatientName,
    PatientSource,
)
from throughline.record.people.records import PersonIn, TakenIn


class UnableToTakeIn(Refusal):
    """What the other system says cannot be kept; the sentence names the record and what is wrong."""


# One look into the index a key: asked for any of many ids at once, PostgreSQL reads the table from end to end, the more
# so as it does not see that none of them is blank, which the index leaves out.
_KNOWN = """
select known.* from unnest(%s::text[]) as stated(source_id) cross join lateral (
  select * from people_patientsource
  where site_id = %s and source = %s and source_id = stated.source_id and not source_id = '' limit 1
) known
"""


@dataclass(slots=True)
class _New:
    person: PersonIn
    digest: str
    said: dict[str, Any]
    patient: Patient
    rows: Rows


@action("people.take-in-patient", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_patient(*, site_id: UUID, source: str, person: PersonIn, by: Actor, at: datetime) -> TakenIn:
    """Keep what system `source` says of one patient and say whether that was new, changed or unchanged.

    Raises UnableToTakeIn when the statement has no source id.
    """
    return _take_in(site_id, source, [person], by, at)[0]


@action("people.take-in-patients", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_patients(
    *, site_id: UUID, source: str, people: Sequence[PersonIn], by: Actor, at: datetime
) -> tuple[TakenIn, ...]:
    """Keep what system `source` says of many patients, in the order given, in a fixed number of statements a kind.

    A source id stated twice keeps the last statement. Raises UnableToTakeIn when one has no source id; then
    nothing of the call is kept.
    """
    return _take_in(site_id, source, people, by, at)


def _take_in(site_id: UUID, source: str, people: Sequence[PersonIn], by: Actor, at: datetime) -> tuple[TakenIn, ...]:
    stated = {person.source_id: person for person in people}
    if not source or "" in stated:
        raise UnableToTakeIn("A patient from another system needs that system's key and her id there.")
    _hold([f"{site_id}/{source}/{key}" for key in stated])
    known = {link.source_id: link for link in PatientSource.objects.raw(_KNOWN, [array(list(stated)), site_id, source])}
    result: dict[str, TakenIn] = {}
    new: list[_New] = []
    for key, person in stated.items():
        if key not in known:
            new.append(_new_patient(site_id, source, person, at))
            result[key] = TakenIn(key, new[-1].patient.id, "new")
        elif known[key].digest == digest_of(person):
            result[key] = TakenIn(key, known[key].patient_id, "unchanged")
        else:
            _take_change(known[key], person, by, at)
            result[key] = TakenIn(key, known[key].patient_id, "changed")
    _store_new(new, source, by, at)
    if any(person.providers for person in stated.values()):
        link_named(site_id, source, patient_ids=[one.patient_id for one in result.values()])
    return tuple(result[key] for key in stated)


def _hold(keys: list[str]) -> None:
    """Make another taking-in of the same patients wait, in one order everywhere so that none waits in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(n) FROM "
            "(SELECT hashtextextended(k, 0) AS n FROM unnest(%s::text[]) AS k ORDER BY 1) AS held",
            [array(keys)],
        )


def _digest(person: PersonIn) -> str:
    return digest_of(person)


def _new_patient(site_id: UUID, source: str, person: PersonIn, at: datetime) -> _New:
    origin = Origin(site_id, new_id(), source, person.source_id, person.recorded_at or at)
    rows, facts = rows_of(person, origin), facts_of(person)
    patient = unsaved(
        Patient,
        id=origin.patient_id,
        site_id=site_id,
        created_at=at,
        updated_at=at,
        **facts,
        **core_columns(rows),
    )
    return _New(person, digest_of(person), plain(facts), patient, rows)


def _store_new(new: list[_New], source: str, by: Actor, at: datetime) -> None:
    if not new:
        return
    links = [
        unsaved(
            PatientSource,
            site_id=each.patient.site_id,
            patient_id=each.patient.id,
            source=source,
            source_id=each.person.source_id,
            digest=each.digest,
            said=each.said,
            taken_in_at=at,
        )
        for each in new
    ]
    entries = entries_of((each.patient, each.rows) for each in new)
    insert_rows([*(each.patient for each in new), *together(each.rows for each in new), *links, entries])
    site_id = new[0].patient.site_id
    publish_many(
        [PatientRegistered(site_id=site_id, patient_id=each.patient.id, source=source) for each in new], by=by, at=at
    )
    weigh_later([each.patient.id for each in new], site_id=site_id, by=by, at=at)


def _said(person: PersonIn) -> dict[str, Any]:
    said: dict[str, Any] = plain(facts_of(person))
    return said


def _take_change(link: PatientSource, person: PersonIn, by: Actor, at: datetime) -> None:
    """Replace what the same source said before; a fact changed here since, or stated by none, is not overwritten."""
    patient = Patient.objects.select_for_update().get(pk=link.patient_id)
    was_deceased = patient.deceased
    changed = _overwrite_facts(patient, link.said, facts_of(person))
    origin = Origin(patient.site_id, patient.id, link.source, link.source_id, person.recorded_at or at)
    changed += _replace_rows(rows_of(person, origin), origin)
    refresh(patient)
    patient.updated_at = at
    patient.version += 1
    patient.save()
    link.digest, link.said, link.taken_in_at = digest_of(person), _said(person), at
    link.save(update_fields=["digest", "said", "taken_in_at"])
    place = {"site_id": patient.site_id, "patient_id": patient.id}
    if changed:
        publish(ParticularsChanged(**place, what=tuple(changed), source=link.source), by=by, at=at)
    if patient.deceased and not was_deceased:
        when = f"{patient.deceased_at:%m/%d/%Y}" if patient.deceased_at else ""
        publish(PatientDied(**place, when=when), by=by, at=at)


def _overwrite_facts(patient: Patient, before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    changed = []
    for name in FACTS:
        held = getattr(patient, name)
        ours = plain(held) != before.get(name, plain(held)) and held not in ("", None, [], False)
        if not ours and plain(held) != plain(now[name]):
            setattr(patient, name, now[name])
            changed.append(name.replace("_", " "))
    return changed


def _replace_rows(rows: Rows, origin: Origin) -> list[str]:
    """Put the rows a source states in place of those it stated before; return the kinds that differ."""
    changed = []
    kinds: tuple[tuple[Any, list[Any], str], ...] = (
        (PatientName, rows.names, "names"),
        (PatientIdentifier, rows.identifiers, "identifiers"),
        (ContactPoint, rows.points, "phones and e-mail"),
        (Address, rows.addresses, "addresses"),
        (ContactPerson, rows.persons, "contact persons"),
        (NamedProvider, rows.providers, "who is named as caring for her"),
    )
    theirs = {"patient_id": origin.patient_id, "source": origin.source, "source_id": origin.source_id}
    kept, stale = Rows(), []
    for model, stated, words in kinds:
        stored = list(model.objects.filter(**theirs))
        if _content(stored) != _content(stated):
            changed.append(words)
            stale.append(model)
    if ContactPerson in stale and ContactPoint not in stale:
        stale.append(ContactPoint)
    elif ContactPoint in stale and ContactPerson not in stale:
        stale.append(ContactPerson)
    for model in stale:
        model.objects.filter(**theirs).delete()
    for part, (model, stated, _) in zip(fields(Rows), kinds, strict=True):
        setattr(kept, part.name, stated if model in stale else [])
    save_rows([kept])
    return changed


def _content(rows: Sequence[Any]) -> list[str]:
    """Return what rows say, without their keys and the moment they were recorded, in an order of their own."""
    left_out = {"id", "recorded_at", "person_id", "practitioner_id", "organization_id"}
    return sorted(
        str([(f.attname, str(getattr(row, f.attname))) for f in row._meta.concrete_fields if f.attname not in left_out])
        for row in rows
    )
