"""Taking in organizations, practitioners and their roles from other systems, many at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.identity import new_id
from throughline.record.people.actions.assembly import cut, digest_of
from throughline.record.people.actions.linking import link_named
from throughline.record.people.models import Organization, Practitioner, PractitionerRole
from throughline.record.people.records import OrganizationIn, PractitionerIn, RoleIn
from throughline.record.people.rules.names import display_name, sort_name
from throughline.record.people.rules.phones import read_phone


@action("people.take-in-organizations", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_organizations(
    *, site_id: UUID, source: str, organizations: Sequence[OrganizationIn], by: Actor, at: datetime
) -> dict[str, UUID]:
    """Keep organizations another system states; return its id of each with ours. Unchanged ones are not rewritten."""
    rows = {
        said.source_id: cut(
            Organization,
            source=source,
            source_id=said.source_id,
            recorded_at=said.recorded_at or at,
            name=said.name or "Name not recorded",
            kind=said.kind,
            npi=said.npi,
            phone=_phone(said.phone),
            fax=_phone(said.fax),
            email=said.email,
            address_lines=list(said.address.lines),
            city=said.address.city,
            state=said.address.state,
            postal_code=said.address.postal_code,
            active=said.active,
            digest=digest_of(said),
        )
        for said in organizations
    }
    ids = _upsert(Organization, site_id, source, rows)
    link_named(site_id, source, target_ids=list(ids), npis=[said.npi for said in organizations])
    return ids


@action("people.take-in-practitioners", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_practitioners(
    *, site_id: UUID, source: str, practitioners: Sequence[PractitionerIn], by: Actor, at: datetime
) -> dict[str, UUID]:
    """Keep practitioners another system states; return its id of each with ours. Unchanged ones are not rewritten."""
    rows = {
        said.source_id: cut(
            Practitioner,
            source=source,
            source_id=said.source_id,
            recorded_at=said.recorded_at or at,
            display_name=display_name(given=said.given, family=said.family),
            sort_name=sort_name(given=said.given, family=said.family),
            prefix=said.prefix,
            given=said.given,
            family=said.family,
            credentials=said.credentials,
            npi=said.npi,
            gender=said.gender,
            languages=list(said.languages),
            phone=_phone(said.phone),
            fax=_phone(said.fax),
            email=said.email,
            active=said.active,
            digest=digest_of(said),
        )
        for said in practitioners
    }
    ids = _upsert(Practitioner, site_id, source, rows)
    link_named(site_id, source, target_ids=list(ids), npis=[said.npi for said in practitioners])
    return ids


@action("people.take-in-roles", needs=Permission.IMPORT_RECORDS, on="site_id")
def take_in_roles(*, site_id: UUID, source: str, roles: Sequence[RoleIn], by: Actor, at: datetime) -> dict[str, UUID]:
    """Keep the roles of practitioners already taken in from the same source; a role of an unknown one is left out."""
    people = _ids(Practitioner, site_id, source, {said.practitioner for said in roles})
    houses = _ids(Organization, site_id, source, {said.organization for said in roles})
    rows = {
        said.source_id: cut(
            PractitionerRole,
            source=source,
            source_id=said.source_id,
            recorded_at=said.recorded_at or at,
            practitioner_id=people[said.practitioner],
            organization_id=houses.get(said.organization),
            role=said.role,
            role_code=said.role_code,
            specialty=said.specialty,
            specialty_code=said.specialty_code,
            phone=_phone(said.phone),
            fax=_phone(said.fax),
            email=said.email,
            hours=said.hours,
            since=said.since,
            until=said.until,
        )
        for said in roles
        if said.practitioner in people
    }
    ids = _upsert(PractitionerRole, site_id, source, rows)
    link_named(site_id, source, target_ids=list(ids))
    return ids


def _phone(value: str) -> str:
    return (read_phone(value)[0] or value) if value else ""


def _ids(model: Any, site_id: UUID, source: str, keys: set[str]) -> dict[str, UUID]:
    found = model.objects.filter(site_id=site_id, source=source, source_id__in=keys - {""})
    return {key: into or own for key, own, into in found.values_list("source_id", "id", "merged_into_id")}


def _upsert(model: Any, site_id: UUID, source: str, rows: dict[str, dict[str, Any]]) -> dict[str, UUID]:
    """Insert the rows not known yet and rewrite those whose words changed, leaving what was edited here.

    An entry joined with another stays joined: what comes for it is for that one.
    """
    stored = {
        row.source_id: row for row in model.objects.filter(site_id=site_id, source=source, source_id__in=list(rows))
    }
    ids = {}
    new = []
    for key, columns in rows.items():
        row = stored.get(key)
        if row is None:
            row = model(id=new_id(), site_id=site_id, **columns)
            new.append(row)
        elif _differs(row, columns):
            kept = getattr(row, "kept_here", ())
            for column, value in columns.items():
                if column not in kept:
                    setattr(row, column, value)
            row.save()
        ids[key] = getattr(row, "merged_into_id", None) or row.id
    model.objects.bulk_create(new)
    return ids


def _differs(row: Any, columns: dict[str, Any]) -> bool:
    passed_over = {"recorded_at", "digest", *getattr(row, "kept_here", ())}
    return any(getattr(row, name) != value for name, value in columns.items() if name not in passed_over)
