"""Writes of the directory: practitioners and organizations added, changed, taken off and put back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.actions.assembly import cut
from throughline.record.people.models import Organization, Practitioner, PractitionerRole
from throughline.record.people.queries.listed import alike
from throughline.record.people.rules.names import display_name, sort_name
from throughline.record.people.rules.npi import read_npi, wrong_with_npi
from throughline.record.people.rules.phones import read_phone

_PERSON = ("prefix", "given", "family", "credentials", "npi", "gender", "languages", "phone", "fax", "email")
_HOUSE = ("name", "kind", "npi", "phone", "fax", "email", "address_lines", "city", "state", "postal_code", "hours")


class UnableToList(Refusal):
    """The directory cannot hold the entry as given; the sentence says what to mend."""


class AlreadyListed(UnableToList):
    """An entry of this NPI or name stands in the directory; `others` are those it may be, as (id, words)."""

    def __init__(self, why: str, others: tuple[tuple[UUID, str], ...], *, certain: bool) -> None:
        self.others = others
        self.certain = certain
        super().__init__(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceEntry:
    """Where a practitioner works and as what."""

    organization_id: UUID | None = None
    specialty: str = ""
    role: str = ""
    phone: str = ""
    fax: str = ""
    hours: str = ""


@locator("practitioner_id")
def _place_of_practitioner(practitioner_id: UUID) -> Place:
    return _place(Practitioner, practitioner_id, "This practitioner is not in the directory, or not in yours.")


@locator("organization_id")
def _place_of_organization(organization_id: UUID) -> Place:
    return _place(Organization, organization_id, "This organization is not in the directory, or not in yours.")


@locator("role_id")
def _place_of_role(role_id: UUID) -> Place:
    return _place(PractitionerRole, role_id, "This place of work is not in the directory, or not in yours.")


def _place(model: Any, key: UUID, sentence: str) -> Place:
    site_id = model.objects.filter(pk=key).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(sentence)
    return Place(site_id=site_id)


@action("people.add-practitioner", needs=Permission.COORDINATE, on="site_id")
def add_practitioner(
    *, site_id: UUID, entry: Mapping[str, Any], place: PlaceEntry, anyway: bool = False, by: Actor, at: datetime
) -> UUID:
    """Put a practitioner into a site's directory, with where she works, and return her id.

    Raises UnableToList without a family name or with an NPI that cannot be one; AlreadyListed for an NPI that stands
    there, and unless `anyway` for the same name at the same organization.
    """
    columns = _person(entry)
    _refuse_alike(site_id, columns, place.organization_id, anyway)
    row = Practitioner.objects.create(site_id=site_id, recorded_at=at, **columns)
    if place.organization_id or place.specialty.strip() or place.role.strip():
        _add_place(row, place, at)
    return row.id


@action("people.change-practitioner", needs=Permission.COORDINATE, on="practitioner_id")
def change_practitioner(*, practitioner_id: UUID, entry: Mapping[str, Any], by: Actor, at: datetime) -> tuple[str, ...]:
    """Change what is given of a practitioner and return the columns that differ; an import leaves them from now on."""
    row = Practitioner.objects.select_for_update().get(pk=practitioner_id)
    given = {name: getattr(row, name) for name in _PERSON} | dict(entry)
    return _change(row, _person(given, row))


@action("people.add-place", needs=Permission.COORDINATE, on="practitioner_id")
def add_place(*, practitioner_id: UUID, place: PlaceEntry, by: Actor, at: datetime) -> UUID:
    """Note that a practitioner works somewhere, or as what, and return the id of that place.

    Raises UnableToList for nothing said, an organization of another site, or a place that stands there already.
    """
    return _add_place(Practitioner.objects.select_for_update().get(pk=practitioner_id), place, at)


@action("people.end-place", needs=Permission.COORDINATE, on="role_id")
def end_place(*, role_id: UUID, by: Actor, at: datetime) -> UUID:
    """End a place of work today and return whose it was; one that has ended stays as it is."""
    row = PractitionerRole.objects.select_for_update().get(pk=role_id)
    if row.until is None:
        row.until = at.date()
        row.save(update_fields=["until"])
    whose: UUID = row.practitioner_id
    return whose


@action("people.add-organization", needs=Permission.COORDINATE, on="site_id")
def add_organization(*, site_id: UUID, entry: Mapping[str, Any], anyway: bool = False, by: Actor, at: datetime) -> UUID:
    """Put an organization into a site's directory and return its id; refuses as `add_practitioner` does."""
    columns = _house(entry)
    _refuse_alike(site_id, columns, None, anyway)
    return Organization.objects.create(site_id=site_id, recorded_at=at, **columns).id


@action("people.change-organization", needs=Permission.COORDINATE, on="organization_id")
def change_organization(*, organization_id: UUID, entry: Mapping[str, Any], by: Actor, at: datetime) -> tuple[str, ...]:
    """Change what is given of an organization and return the columns that differ; an import leaves them from now on."""
    row = Organization.objects.select_for_update().get(pk=organization_id)
    given = {name: getattr(row, name) for name in _HOUSE} | dict(entry)
    return _change(row, _house(given, row))


@action("people.list-practitioner", needs=Permission.COORDINATE, on="practitioner_id")
def list_practitioner(*, practitioner_id: UUID, listed: bool, by: Actor, at: datetime) -> None:
    """Take a practitioner off the directory, or put her back: what is recorded with her stays."""
    _list(Practitioner.objects.select_for_update().get(pk=practitioner_id), listed)


@action("people.list-organization", needs=Permission.COORDINATE, on="organization_id")
def list_organization(*, organization_id: UUID, listed: bool, by: Actor, at: datetime) -> None:
    """Take an organization off the directory, or put it back: what is recorded with it stays."""
    _list(Organization.objects.select_for_update().get(pk=organization_id), listed)


def _person(entry: Mapping[str, Any], held: Any = None) -> dict[str, Any]:
    """Return the columns of a practitioner. Raises UnableToList for what cannot stand."""
    said = {name: entry.get(name, "") for name in _PERSON}
    said = {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}
    if not said["family"]:
        raise UnableToList("Enter the family name.")
    names = {"given": said["given"], "family": said["family"]}
    said["languages"] = list(said["languages"] or ())
    return cut(Practitioner, **_reach(said, held), display_name=display_name(**names), sort_name=sort_name(**names))


def _house(entry: Mapping[str, Any], held: Any = None) -> dict[str, Any]:
    said = {name: entry.get(name, "") for name in _HOUSE}
    said = {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}
    if not said["name"]:
        raise UnableToList("Enter the name of the organization.")
    said["address_lines"] = [line.strip()[:200] for line in said["address_lines"] or () if line.strip()]
    return cut(Organization, **_reach(said, held))


def _reach(said: dict[str, Any], held: Any) -> dict[str, Any]:
    """Return the columns with NPI and numbers as they are kept; what was received and is left as it is, stays."""
    npi = read_npi(said["npi"])
    if npi != getattr(held, "npi", "") and (why := wrong_with_npi(npi)):
        raise UnableToList(why)
    numbers = {
        name: said[name] if said[name] == getattr(held, name, None) else _number(said[name], name)
        for name in ("phone", "fax")
    }
    return said | {"npi": npi} | numbers


def _number(text: str, what: str) -> str:
    if not text:
        return ""
    number = read_phone(text)[0]
    if not number:
        raise UnableToList(f"The {what} “{text[:40]}” cannot be a number. Write it with its area code.")
    return number


def _refuse_alike(site_id: UUID, columns: dict[str, Any], organization_id: UUID | None, anyway: bool) -> None:
    person = "family" in columns
    name = columns["display_name"] if person else columns["name"]
    found = alike(site_id, person=person, name=name, npi=columns["npi"], organization_id=organization_id)
    same = [one for one in found if one.certain]
    if same:
        raise AlreadyListed(f"{same[0].words} has this NPI already.", ((same[0].id, same[0].words),), certain=True)
    if found and not anyway:
        others = tuple((one.id, one.words) for one in found)
        raise AlreadyListed("An entry of this name stands in the directory already.", others, certain=False)


def _change(row: Any, columns: dict[str, Any]) -> tuple[str, ...]:
    differ = tuple(name for name, value in columns.items() if getattr(row, name) != value)
    if "npi" in differ and columns["npi"]:
        model, npi = type(row), columns["npi"]
        other = model.objects.filter(site_id=row.site_id, npi=npi, merged_into=None).exclude(pk=row.pk).first()
        if other is not None:
            raise AlreadyListed(f"{other} has this NPI already.", ((other.pk, str(other)),), certain=True)
    for name in differ:
        setattr(row, name, columns[name])
    if differ:
        row.kept_here = sorted({*row.kept_here, *differ})
        row.save()
    return differ


def _add_place(row: Practitioner, place: PlaceEntry, at: datetime) -> UUID:
    said = {name: getattr(place, name).strip() for name in ("specialty", "role", "hours")}
    said |= {name: _number(getattr(place, name).strip(), name) for name in ("phone", "fax")}
    if not place.organization_id and not said["specialty"] and not said["role"]:
        raise UnableToList("Choose the organization, or say the specialty.")
    where = {"site_id": row.site_id, "pk": place.organization_id, "merged_into": None}
    if place.organization_id and not Organization.objects.filter(**where).exists():
        raise UnableToList("Choose the organization from the list.")
    here = {"practitioner": row, "organization_id": place.organization_id, "until": None}
    now = PractitionerRole.objects.filter(**here)
    if now.filter(specialty__iexact=said["specialty"], role__iexact=said["role"]).exists():
        raise UnableToList("This place of work is recorded already.")
    made = PractitionerRole.objects.create(
        site_id=row.site_id, practitioner=row, organization_id=place.organization_id, since=at.date(), recorded_at=at,
        **cut(PractitionerRole, **said),
    )  # fmt: skip
    key: UUID = made.id
    return key


def _list(row: Any, listed: bool) -> None:
    if row.merged_into_id and listed:
        raise UnableToList("This entry was joined with another; use that one.")
    if row.active != listed:
        row.active = listed
        row.kept_here = sorted({*row.kept_here, "active"})
        row.save()
