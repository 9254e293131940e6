"""Turns what is said of a person into rows, and keeps the columns and search tokens that follow from them."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson

from throughline.foundation.access.bulk import Values, insert_rows
from throughline.foundation.journal.rows import unsaved
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.models import (
    Address,
    ContactPerson,
    ContactPoint,
    MergedRow,
    NamedProvider,
    Patient,
    PatientIdentifier,
    PatientName,
    SearchEntry,
)
from throughline.record.people.records import (
    AddressIn,
    ContactPersonIn,
    ContactPointIn,
    IdentifierIn,
    NameIn,
    PersonIn,
    ProviderIn,
)
from throughline.record.people.rules.names import display_name, sort_name
from throughline.record.people.rules.phones import read_phone
from throughline.record.people.rules.tokens import Findable, NameWords, entry_of

# Columns of Patient that a person's statement sets as they are.
FACTS = (
    "birth_date", "birth_date_precision", "gender", "birth_sex", "sex", "gender_identity", "pronouns",
    "race_categories", "race_detailed", "race_text", "ethnicity_category", "ethnicity_detailed", "ethnicity_text",
    "tribal_affiliation", "marital_status", "language", "languages", "interpreter_needed", "code_status",
    "time_zone", "deceased", "deceased_at",
)  # fmt: skip
_facts = attrgetter(*FACTS)
# Each word a column may hold; asked of the choices once, because they build the list anew every time.
_NAME_USES = frozenset(PatientName.Use.values)
_NUMBER_KINDS = frozenset(PatientIdentifier.Kind.values)
_POINT_SYSTEMS = frozenset(ContactPoint.System.values)
_POINT_KINDS = frozenset(ContactPoint.Kind.values)
_ADDRESS_USES = frozenset(Address.Use.values)
_NAME_ORDER = ("official", "usual", "temp", "anonymous", "nickname", "preferred", "maiden", "old")


@dataclass(slots=True)
class Rows:
    """The rows that hang on one patient, not yet or already stored."""

    names: list[PatientName] = field(default_factory=list)
    identifiers: list[PatientIdentifier] = field(default_factory=list)
    points: list[ContactPoint] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    persons: list[ContactPerson] = field(default_factory=list)
    providers: list[NamedProvider] = field(default_factory=list)


def own(rows: Sequence[Any], merged_in: Collection[str]) -> list[Any]:
    """Return the rows that are the patient's own; those a merge brought only when there are no others."""
    if not merged_in:
        return list(rows)
    return [row for row in rows if str(row.id) not in merged_in] or list(rows)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose row it is and where it came from."""

    site_id: UUID
    patient_id: UUID
    source: str
    source_id: str
    recorded_at: datetime | None

    def columns(self) -> dict[str, Any]:
        """Return the columns every row of the patient carries."""
        return {
            "site_id": self.site_id,
            "patient_id": self.patient_id,
            "source": self.source,
            "source_id": self.source_id,
            "recorded_at": self.recorded_at,
        }


def cut(model: Any, **values: Any) -> dict[str, Any]:
    """Return values with each text cut to the length of its column: a foreign novel must not stop an import."""
    limits = _limits(model)
    for name, value in values.items():
        if value and type(value) is str and name in limits:
            values[name] = value.replace("\x00", "").strip()[: limits[name]]
    return values


@cache
def _limits(model: Any) -> dict[str, int]:
    """Return how long the texts of a model's columns may be."""
    return {field.name: field.max_length for field in model._meta.concrete_fields if field.max_length}


def rows_of(person: PersonIn, origin: Origin) -> Rows:
    """Return the unsaved rows of everything a person's statement names."""
    rows = Rows()
    rows.names = [name_row(name, origin) for name in person.names]
    rows.identifiers = [identifier_row(found, origin) for found in person.identifiers if found.value.strip()]
    rows.points = [point_row(point, origin) for point in person.contact_points if point.value.strip()]
    rows.addresses = [address_row(address, origin) for address in person.addresses]
    for rank, other in enumerate(person.contact_persons, start=1):
        one, points = person_row(other, origin, rank)
        rows.persons.append(one)
        rows.points.extend(points)
    rows.providers = [provider_row(said, origin) for said in person.providers]
    return rows


def provider_row(said: ProviderIn, origin: Origin) -> NamedProvider:
    """Return the unsaved row of one who is named as caring for the patient; it is linked to the directory after."""
    words = cut(NamedProvider, name=said.name, npi=said.npi, target_type=said.target_type, target_id=said.target_id)
    return NamedProvider(id=new_id(), **origin.columns(), **words, kind=said.kind)


def name_row(name: NameIn, origin: Origin) -> PatientName:
    """Return the unsaved row of one name."""
    known = name.use if name.use in _NAME_USES else "usual"
    said = {part: getattr(name, part) for part in ("prefix", "given", "middle", "family", "suffix")}
    return unsaved(
        PatientName,
        id=new_id(),
        **origin.columns(),
        **cut(PatientName, **said),
        use=known,
        since=name.since,
        until=name.until,
    )


def identifier_row(found: IdentifierIn, origin: Origin) -> PatientIdentifier:
    """Return the unsaved row of one number; of a Social Security number only the last four digits."""
    kind, value = found.kind, found.value
    if kind in ("ssn", "ssn4"):
        digits = "".join(letter for letter in value if letter.isdigit())
        kind, value = "ssn4", digits[-4:]
    if kind not in _NUMBER_KINDS:
        kind = "other"
    said = cut(PatientIdentifier, system=found.system, value=value, assigner=found.assigner)
    return unsaved(
        PatientIdentifier, id=new_id(), **origin.columns(), **said, kind=kind, since=found.since, until=found.until
    )


def point_row(point: ContactPointIn, origin: Origin, person_id: UUID | None = None) -> ContactPoint:
    """Return the unsaved row of one phone, e-mail or fax; a phone that can be read as one is kept as E.164."""
    value, extension = point.value.strip(), ""
    system = point.system if point.system in _POINT_SYSTEMS else "other"
    if system in ("phone", "fax"):
        number, extension = read_phone(value)
        value = number or value
    return unsaved(
        ContactPoint,
        id=new_id(),
        **origin.columns(),
        **cut(ContactPoint, value=value, extension=extension, best_times=point.best_times),
        person_id=person_id,
        system=system,
        kind=point.kind if point.kind in _POINT_KINDS else "other",
        rank=point.rank,
        ok_to_voicemail=point.ok_to_voicemail,
        ok_to_text=point.ok_to_text,
        since=point.since,
        until=point.until,
    )


def address_row(address: AddressIn, origin: Origin) -> Address:
    """Return the unsaved row of one address."""
    said = {part: getattr(address, part) for part in ("city", "district", "state", "postal_code", "country")}
    return unsaved(
        Address,
        id=new_id(),
        **origin.columns(),
        **cut(Address, **said),
        use=address.use if address.use in _ADDRESS_USES else "home",
        lines=[line[:200] for line in address.lines],
        latitude=address.latitude,
        longitude=address.longitude,
        since=address.since,
        until=address.until,
    )


def person_row(other: ContactPersonIn, origin: Origin, rank: int) -> tuple[ContactPerson, list[ContactPoint]]:
    """Return the unsaved rows of one contact person and of her phones."""
    said = cut(
        ContactPerson,
        name=other.name or "Name not recorded",
        relationship=other.relationship,
        relationship_code=other.relationship_code,
        authority_document=other.authority_document,
        note=other.note,
        language=other.language,
    )
    row = unsaved(
        ContactPerson,
        id=new_id(),
        **origin.columns(),
        **said,
        authority=other.authority if other.authority in ContactPerson.Authority.values else "none",
        emergency=other.emergency,
        caregiver=other.caregiver,
        lives_with=other.lives_with,
        may_be_told=[topic for topic in other.may_be_told if topic in ContactPerson.Topic.values],
        rank=rank,
        since=other.since,
        until=other.until,
    )
    return row, [point_row(point, origin, row.id) for point in other.contact_points if point.value.strip()]


def facts_of(person: PersonIn) -> dict[str, Any]:
    """Return the columns of Patient a statement sets, cut to their lengths."""
    said = dict(zip(FACTS, _facts(person), strict=True))
    said["deceased"] = person.deceased or person.deceased_at is not None
    return cut(Patient, **{name: list(value) if type(value) is tuple else value for name, value in said.items()})


def plain(value: Any) -> Any:
    """Return a fact as JSON keeps it, so that what was said can be compared with what stands now."""
    return orjson.loads(orjson.dumps(value, default=str))


def digest_of(person: Any) -> str:
    """Return a digest of everything a statement says, but not of when it was recorded: equal for equal statements."""
    names, parts = _parts(person.__class__)
    said = dict(zip(names, parts(person), strict=True))
    if "recorded_at" in said:
        said["recorded_at"] = None
    return hashlib.sha256(orjson.dumps(said, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


@cache
def _parts(statement: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(part.name for part in fields(statement))
    return names, attrgetter(*names)


def chosen_name(names: Sequence[PatientName]) -> PatientName | None:
    """Return the name to show: the current official one, else the next best in use."""
    current = [name for name in names if name.until is None] or list(names)
    if len(current) < 2:
        return current[0] if current else None
    ranked = sorted(current, key=lambda name: (_NAME_ORDER.index(name.use), name.source != "", str(name.id)))
    return ranked[0]


def core_columns(rows: Rows, merged_in: Collection[str] = ()) -> dict[str, str]:
    """Return the columns of Patient that follow from her names, numbers and phones.

    `merged_in` are the ids of rows a merge brought: a merge adds ways to find a patient, it does not rename her.
    """
    names = own(rows.names, merged_in)
    name = chosen_name(names)
    preferred = preferred_name(names, name)
    parts = {
        "given": name.given if name else "",
        "middle": name.middle if name else "",
        "family": name.family if name else "",
        "suffix": name.suffix if name else "",
    }
    current = [i for i in rows.identifiers if i.kind == "mrn" and i.until is None]
    mrn = next((i.value for i in own(current, merged_in)), "")
    return {
        "display_name": display_name(**parts, preferred=preferred),
        "sort_name": sort_name(**parts, preferred=preferred),
        "preferred_name": preferred,
        "mrn": mrn[:60],
        "phone": first_phone(own([p for p in rows.points if p.person_id is None], merged_in)),
    }


def preferred_name(names: Sequence[PatientName], shown: PatientName | None) -> str:
    """Return what she wants to be called: her preferred name, else a usual first name other than the one shown."""
    current = [name for name in names if name.until is None and name is not shown and (name.given or name.family)]
    wanted = [name for name in current if name.use == "preferred"]
    usual = [name for name in current if name.use == "usual" and shown and name.given not in ("", shown.given)]
    return next((name.given or name.family for name in (*wanted, *usual)), "")


def first_phone(points: Iterable[ContactPoint]) -> str:
    """Return the number to try first: the patient's own, in use, by rank, a mobile before others. Blank if none."""
    own = [
        point
        for point in points
        if point.person_id is None and point.system == "phone" and point.kind != "old" and point.until is None
    ]
    if len(own) > 1:
        own.sort(key=lambda one: (one.rank, one.kind != "mobile", not one.value.startswith("+"), str(one.id)))
    return own[0].value[:32] if own else ""


def findable(patient: Patient, rows: Rows) -> Findable:
    """Return all a patient can be found by, former names and the phones of her contact persons included."""
    return Findable(
        names=tuple(NameWords(name.given, name.middle, name.family) for name in rows.names),
        birth_date=patient.birth_date,
        phones=tuple(point.value for point in rows.points if point.system == "phone"),
        record_numbers=tuple(i.value for i in rows.identifiers if i.kind == "mrn"),
        numbers=tuple(i.value for i in rows.identifiers if i.kind not in ("mrn", "ssn4")),
    )


def entries_of(found: Iterable[tuple[Patient, Rows]]) -> Values:
    """Return what any number of patients are found by, one row each."""
    rows = [(patient.id, patient.site_id, entry_of(findable(patient, rows))) for patient, rows in found]
    return Values(SearchEntry, ("patient_id", "site_id", "tokens"), rows)


def stored_rows(patient_id: UUID) -> Rows:
    """Return the rows stored of a patient that her core columns and tokens follow from."""
    return Rows(
        names=list(PatientName.objects.filter(patient_id=patient_id).order_by("id")),
        identifiers=list(PatientIdentifier.objects.filter(patient_id=patient_id).order_by("id")),
        points=list(ContactPoint.objects.filter(patient_id=patient_id).order_by("id")),
    )


def together(rows: Iterable[Rows]) -> list[Any]:
    """Return the rows of any number of patients table by table, in an order in which they can be stored."""
    every = list(rows)
    parts = ("persons", "names", "identifiers", "points", "addresses", "providers")
    return [row for part in parts for each in every for row in getattr(each, part)]


def save_rows(rows: Iterable[Rows]) -> None:
    """Store unsaved rows of any number of patients, in one message to the database when they are few."""
    insert_rows(together(rows))


def refresh(patient: Patient) -> None:
    """Set a locked patient's core columns from her stored rows and bring her search tokens up to date.

    The caller saves the patient.
    """
    rows = stored_rows(patient.id)
    merged_in = set(
        MergedRow.objects.filter(merge__survivor=patient, merge__unmerged_at=None).values_list("row", flat=True)
    )
    for column, value in core_columns(rows, merged_in).items():
        setattr(patient, column, value)
    tokens = entry_of(findable(patient, rows))
    SearchEntry.objects.update_or_create(
        patient_id=patient.id,
        defaults={"tokens": tokens},
        create_defaults={"site_id": patient.site_id, "tokens": tokens},
    )
