"""The list of the directory: practitioners or organizations of the viewer's sites, found by words, fifty at a time."""

import re
from collections.abc import Callable
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from throughline.foundation.access.models import Site
from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.coordination.records.providers import Listed, Listing, ListingAsked
from throughline.record.people.models import Organization, Practitioner, PractitionerRole
from throughline.record.people.rules.npi import wrong_with_npi

PAGE = 50
MOST_CHOICES = 200
MOST_HOUSES = 500
KINDS = ("practitioner", "organization")


def listing(viewer: Viewer, asked: ListingAsked) -> Listing:
    """Return one page of the directory in the order of names, in six statements however many there are.

    Each word must be found in the name, specialty, place or credentials; digits in phone, fax or NPI.
    """
    people = asked.kind == "practitioner"
    rows = _practitioners(viewer, asked) if people else _organizations(viewer, asked)
    order = "sort_name" if people else "name"
    rows = rows.select_related("site").order_by(order, "id")
    name, _, key = asked.after.rpartition("|")
    if name and _is_id(key):
        rows = rows.filter(Q(**{f"{order}__gt": name}) | Q(**{order: name, "id__gt": key}))
    page = list(rows[: PAGE + 1])
    older = f"{getattr(page[PAGE - 1], order)}|{page[PAGE - 1].pk}" if len(page) > PAGE else ""
    line: Callable[[Any], Listed] = _person if people else _house
    mine = {"site_id__in": viewer.site_ids}
    now = PractitionerRole.objects.filter(**mine, until=None)
    houses = Organization.objects.filter(**mine, active=True)
    return Listing(
        rows=tuple(line(row) for row in page[:PAGE]),
        older=older,
        specialties=_choices(now, "specialty"),
        cities=_choices(houses, "city"),
        house_kinds=() if people else _choices(houses, "kind"),
    )


def _choices(rows: QuerySet[Any], column: str) -> tuple[str, ...]:
    found = rows.exclude(**{column: ""}).order_by(column).values_list(column, flat=True).distinct()
    return tuple(found[:MOST_CHOICES])


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _digits(q: str) -> str:
    """Return the digits of what is a number in any form, "" for words."""
    digits = re.sub(r"\D", "", q)
    return digits.removeprefix("1") if len(digits) == 11 else digits if len(digits) > 2 and not _has_words(q) else ""


def _has_words(q: str) -> bool:
    return re.search(r"[^\W\d_]", q) is not None


def _practitioners(viewer: Viewer, asked: ListingAsked) -> QuerySet[Practitioner]:
    now = PractitionerRole.objects.filter(until=None).select_related("organization").order_by("id")
    rows = Practitioner.objects.filter(site_id__in=viewer.site_ids, active=not asked.off, merged_into=None)
    rows = rows.prefetch_related(Prefetch("roles", queryset=now, to_attr="held"))
    held = PractitionerRole.objects.filter(practitioner=OuterRef("pk"), until=None)
    if asked.specialty:
        rows = rows.filter(Exists(held.filter(specialty__iexact=asked.specialty)))
    if asked.city:
        rows = rows.filter(Exists(held.filter(organization__city__iexact=asked.city)))
    if digits := _digits(asked.q):
        numbers = Q(phone__contains=digits) | Q(fax__contains=digits)
        return rows.filter(numbers | Q(npi__startswith=digits) | Exists(held.filter(numbers)))
    for word in asked.q.split()[:6]:
        place = Q(specialty__icontains=word) | Q(role__icontains=word) | Q(organization__name__icontains=word)
        at = held.filter(place | Q(organization__city__icontains=word))
        rows = rows.filter(Q(sort_name__icontains=word) | Q(credentials__icontains=word) | Exists(at))
    return rows


def _organizations(viewer: Viewer, asked: ListingAsked) -> QuerySet[Organization]:
    rows = Organization.objects.filter(site_id__in=viewer.site_ids, active=not asked.off, merged_into=None)
    rows = rows.select_related("part_of")
    here = PractitionerRole.objects.filter(organization=OuterRef("pk"), until=None)
    if asked.specialty:
        rows = rows.filter(Exists(here.filter(specialty__iexact=asked.specialty)))
    if asked.city:
        rows = rows.filter(city__iexact=asked.city)
    if asked.house_kind:
        rows = rows.filter(kind=asked.house_kind)
    if digits := _digits(asked.q):
        return rows.filter(Q(phone__contains=digits) | Q(fax__contains=digits) | Q(npi__startswith=digits))
    words = [
        Q(name__icontains=word) | Q(city__icontains=word) | Q(kind__icontains=word) | Q(postal_code__startswith=word)
        | Exists(here.filter(specialty__icontains=word))
        for word in asked.q.split()[:6]
    ]  # fmt: skip
    return rows.filter(reduce(and_, words)) if words else rows


def sites_of(viewer: Viewer, needs: Permission) -> list[tuple[UUID, str]]:
    """Return the viewer's sites at which she may do something, by name."""
    allowed = [site_id for site_id in viewer.site_ids if viewer.may(needs, site_id)]
    return list(Site.objects.filter(pk__in=allowed).order_by("name").values_list("pk", "name"))


def houses_of(viewer: Viewer, site_id: UUID) -> list[tuple[str, str]]:
    """Return the organizations of one of the viewer's sites to choose from, as (id, words), by name; at most 500."""
    rows = Organization.objects.filter(site_id=site_id, site_id__in=viewer.site_ids, active=True, merged_into=None)
    found = rows.order_by("name", "id").values_list("pk", "name", "city")[:MOST_HOUSES]
    return [(str(key), f"{name}, {city}" if city else name) for key, name, city in found]


def kind_words(kind: str) -> str:
    """Return the kind of an organization as people say it."""
    return {"snf": "skilled nursing facility", "prov": "", "dept": "department"}.get(kind, kind.replace("_", " "))


def _person(row: Any) -> Listed:
    held = row.held[0] if row.held else None
    place = held.organization if held else None
    where = ", ".join(part for part in (place.name, place.city) if part) if place else ""
    more = f" and {len(row.held) - 1} more" if len(row.held) > 1 else ""
    phone = row.phone or (held.phone if held else "") or (place.phone if place else "")
    fax = row.fax or (held.fax if held else "") or (place.fax if place else "")
    return Listed(
        id=row.pk, kind="practitioner", name=row.sort_name, credentials=row.credentials,
        what=(held.specialty or held.role) if held else "", where=where + more,
        phone_shown=formats.phone(phone), fax_shown=formats.phone(fax), npi=row.npi, npi_doubt=wrong_with_npi(row.npi),
        site=row.site.name, active=row.active,
    )  # fmt: skip


def _house(row: Organization) -> Listed:
    return Listed(
        id=row.pk, kind="organization", name=row.name, credentials="", what=kind_words(row.kind),
        where=", ".join(part for part in (*row.address_lines[:1], row.city, row.state) if part),
        phone_shown=formats.phone(row.phone), fax_shown=formats.phone(row.fax), npi=row.npi,
        npi_doubt=wrong_with_npi(row.npi), site=row.site.name, active=row.active,
    )  # fmt: skip
