"""What stands in a site's directory that may be what is about to be added."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from throughline.record.people.models import Organization, Practitioner, PractitionerRole


class Alike(NamedTuple):
    """An entry that may be the same: `certain` when the NPI is."""

    id: UUID
    words: str
    certain: bool
    why: str


def alike(
    site_id: UUID, *, person: bool, name: str, npi: str = "", organization_id: UUID | None = None,
    apart_from: UUID | None = None,
) -> list[Alike]:  # fmt: skip
    """Return entries of the site with this NPI, then those of this name; of practitioners those of the same
    organization, or, where one of the two has none, of the name alone. At most five of each."""
    model: Any = Practitioner if person else Organization
    rows = model.objects.filter(site_id=site_id, merged_into=None)
    rows = rows.exclude(pk=apart_from) if apart_from else rows
    same = list(rows.filter(npi=npi)[:5]) if npi else []
    named = rows.filter(**{"display_name__iexact" if person else "name__iexact": name})
    if npi:
        named = named.filter(Q(npi="") | Q(npi=npi))
    if person and organization_id:
        elsewhere = PractitionerRole.objects.filter(until=None, organization__isnull=False)
        elsewhere = elsewhere.exclude(practitioner__roles__organization_id=organization_id)
        named = named.exclude(pk__in=elsewhere.filter(site_id=site_id).values("practitioner_id"))
    keys = {row.pk for row in same}
    others = [row for row in named.order_by("id")[:5] if row.pk not in keys]
    return [Alike(row.pk, _words(row), True, "same NPI") for row in same] + [
        Alike(row.pk, _words(row), False, "same name") for row in others
    ]


def _words(row: Any) -> str:
    if isinstance(row, Organization):
        return f"{row.name}{f', {row.city}' if row.city else ''}"
    role = row.roles.filter(until=None).select_related("organization").order_by("id").first()
    where = role.organization.name if role and role.organization else ""
    return ", ".join(part for part in (row.display_name, row.credentials, where) if part)
