"""Linking whom a record names as caring for a patient to the directory, whichever of the two came first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughline.record.people.models import NamedProvider, Organization, Practitioner, PractitionerRole


def link_named(
    site_id: UUID, source: str, *, patient_ids: Sequence[UUID] = (), target_ids: Sequence[str] = (),
    npis: Sequence[str] = (),
) -> int:  # fmt: skip
    """Link those not linked yet of these patients, or that point to these ids of the source or bear these NPIs.

    Return how many are linked now. One statement where none waits, at most five else.
    """
    asked = Q(patient_id__in=patient_ids) | Q(source=source, target_id__in=[key for key in target_ids if key])
    if numbers := [npi for npi in npis if npi]:
        asked |= Q(npi__in=numbers)
    waiting = list(NamedProvider.objects.filter(asked, site_id=site_id, practitioner=None, organization=None))
    people = _found(Practitioner, site_id, source, waiting, "Practitioner")
    houses = _found(Organization, site_id, source, waiting, "Organization")
    roles = _roles(site_id, source, waiting)
    linked = []
    for row in waiting:
        key = (row.target_type, row.target_id)
        row.practitioner_id = people.get(key) or roles.get(key) or people.get(("npi", row.npi))
        if row.practitioner_id is None:
            row.organization_id = houses.get(key) or houses.get(("npi", row.npi))
        if row.practitioner_id or row.organization_id:
            linked.append(row)
    if linked:
        NamedProvider.objects.bulk_update(linked, ["practitioner", "organization"])
    return len(linked)


def _found(model: Any, site_id: UUID, source: str, waiting: list[Any], kind: str) -> dict[tuple[str, str], UUID]:
    """Return the entries of the directory by what names them: type and id at the source, or the NPI."""
    ids = {row.target_id for row in waiting if row.target_type == kind}
    npis = {row.npi for row in waiting if row.npi}
    if not ids and not npis:
        return {}
    rows = model.objects.filter(Q(source=source, source_id__in=ids) | Q(npi__in=npis - {""}), site_id=site_id)
    found: dict[tuple[str, str], UUID] = {}
    for key, into, of, there, npi in rows.values_list("id", "merged_into_id", "source", "source_id", "npi"):
        if of == source and there in ids:
            found[kind, there] = into or key
        if npi in npis:
            found.setdefault(("npi", npi), into or key)
    return found


def _roles(site_id: UUID, source: str, waiting: list[Any]) -> dict[tuple[str, str], UUID]:
    ids = {row.target_id for row in waiting if row.target_type == "PractitionerRole"}
    rows = PractitionerRole.objects.filter(site_id=site_id, source=source, source_id__in=ids) if ids else ()
    return {("PractitionerRole", row.source_id): row.practitioner_id for row in rows}
