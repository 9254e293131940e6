"""Who can join a care team: people in the patient's life, clinicians, organizations and colleagues of the site."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from throughline.foundation.access.models import Grant, User
from throughline.foundation.access.permissions import ROLES, Permission
from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.records.team import Candidate
from throughline.practice.coordination.rules import roles
from throughline.record.people.models import (
    ContactPerson,
    ContactPoint,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
)

MOST = 8
SEEING = [key for key, role in ROLES.items() if Permission.SEE_PATIENT in role.permissions and key != "auditor"]


def find(viewer: Viewer, patient_id: UUID, text: str) -> list[Candidate]:
    """Return who answers to these words among people of the patient's life, staff, clinicians and organizations.

    At most eight, the nearest to the patient first. Nothing for a patient the viewer may not see, or under 2 letters.
    """
    patient = Patient.objects.filter(sees(viewer, patient="id", site="site_id"), pk=patient_id).first()
    words = text.split()
    if patient is None or len(text.strip()) < 2:
        return []
    rows: list[Any] = []
    here = patient.site_id
    for source in (_persons(patient.id), _staff(here), _clinicians(here), _places(here)):
        rows += list(_said(source, words)[: MOST - len(rows)]) if len(rows) < MOST else []
    return [candidate(row) for row in rows]


def _said(rows: QuerySet[Any], words: list[str]) -> QuerySet[Any]:
    name = {User: "full_name", Practitioner: "display_name"}.get(rows.model, "name")
    # Each word once, and all at once: a page of words pasted by mistake costs no more than it says.
    return rows.filter(*(Q(**{f"{name}__icontains": word}) for word in dict.fromkeys(words))).order_by(name, "pk")


def _persons(patient_id: UUID) -> QuerySet[ContactPerson]:
    return ContactPerson.objects.filter(patient_id=patient_id, until__isnull=True)


def _staff(site_id: UUID) -> QuerySet[User]:
    held = Grant.objects.filter(site_id=site_id, until__isnull=True, role__in=SEEING)
    return (
        User.objects.filter(is_active=True, grants__in=held)
        .distinct()
        .prefetch_related(Prefetch("grants", queryset=held, to_attr="held"))
    )


def _clinicians(site_id: UUID) -> QuerySet[Practitioner]:
    now = PractitionerRole.objects.filter(until__isnull=True).select_related("organization").order_by("pk")
    return Practitioner.objects.filter(site_id=site_id, active=True).prefetch_related(
        Prefetch("roles", queryset=now, to_attr="held")
    )


def _places(site_id: UUID) -> QuerySet[Organization]:
    return Organization.objects.filter(site_id=site_id, active=True)


def entry(site_id: UUID, patient_id: UUID, ref: str) -> dict[str, Any] | None:
    """Return the columns of a place on the team for a `ref` ("practitioner:<id>"), or None for nobody of the site."""
    kind, _, key = ref.partition(":")
    sources: dict[str, QuerySet[Any]] = {
        "person": _persons(patient_id),
        "user": _staff(site_id),
        "practitioner": _clinicians(site_id),
        "organization": _places(site_id),
    }
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    row = sources[kind].filter(pk=wanted).first() if kind in sources else None
    return _columns(row) if row is not None else None


def _columns(row: Any) -> dict[str, Any]:
    if isinstance(row, ContactPerson):
        role = roles.role_of_person(authority=row.authority, caregiver=row.caregiver)
        return {
            "kind": "person", "contact_person_id": row.pk, "name": row.name, "role": role,
            "why": row.relationship, "phone": _phone_of(row),
        }  # fmt: skip
    if isinstance(row, User):
        role = next((roles.role_of_staff(grant.role) for grant in row.held), roles.OTHER)  # type: ignore[attr-defined]
        return {"kind": "user", "user_id": row.pk, "name": str(row), "role": role, "channel": "secure"}
    if isinstance(row, Practitioner):
        return _clinician(row)
    return {
        "kind": "organization", "organization_id": row.pk, "name": row.name, "organization_name": row.name,
        "role": roles.role_of_organization(kind=row.kind, name=row.name), "phone": row.phone, "fax": row.fax,
        "email": row.email, "channel": "fax" if row.fax else "phone",
    }  # fmt: skip


def _clinician(row: Practitioner) -> dict[str, Any]:
    held = row.held[0] if row.held else None  # type: ignore[attr-defined]
    place = held.organization if held else None
    fax = (held.fax if held else "") or row.fax or (place.fax if place else "")
    return {
        "kind": "practitioner",
        "practitioner_id": row.pk,
        "organization_id": place.pk if place else None,
        "name": row.display_name,
        "organization_name": place.name if place else "",
        "role": roles.role_of_practitioner(
            specialty=held.specialty if held else "",
            function=held.role if held else "",
            credentials=row.credentials,
            organization=place.name if place else "",
        ),
        "why": (held.specialty or held.role) if held else "",
        "phone": (held.phone if held else "") or row.phone or (place.phone if place else ""),
        "fax": fax,
        "email": (held.email if held else "") or row.email,
        "channel": "fax" if fax else "phone",
    }


def _phone_of(person: ContactPerson) -> str:
    found = ContactPoint.objects.filter(person=person, system="phone").exclude(kind="old").order_by("pk").first()
    return found.value if found else ""


def candidate(row: Any) -> Candidate:
    """Return a row of the directory as somebody who can join."""
    columns = _columns(row)
    about = [roles.words_of(columns["role"])]
    for more in (columns.get("why", ""), columns.get("organization_name", "")):
        if more and more.casefold() != columns["name"].casefold() and more.casefold() not in about[0].casefold():
            about.append(more)
    return Candidate(
        ref=f"{columns['kind']}:{row.pk}",
        name=columns["name"],
        role=columns["role"],
        role_words=roles.words_of(columns["role"]),
        organization=columns.get("organization_name", ""),
        about=", ".join(about),
    )


def named(site_id: UUID, names: list[str]) -> Iterator[tuple[str, Candidate]]:
    """Yield who of these names is a clinician or an organization of the site, each with the name it was found by."""
    lists = ((_clinicians(site_id), "display_name"), (_places(site_id), "name"))
    for rows, column in lists:
        any_of = Q()
        for name in names:
            any_of |= Q(**{f"{column}__iexact": name})
        for row in rows.filter(any_of) if names else ():
            yield getattr(row, column).casefold(), candidate(row)


def of_roles(viewer: Viewer, patient_id: UUID, wanted: frozenset[str]) -> list[dict[str, Any]]:
    """Return clinicians and organizations of the patient's site whose role is one of these, by name; at most eight.

    The directory is narrowed in the database by the words that speak of the roles, and judged row by row after.
    """
    patient = Patient.objects.filter(sees(viewer, patient="id", site="site_id"), pk=patient_id).first()
    if patient is None:
        return []
    words = roles.words_for(wanted)
    clinicians, places = _clinicians(patient.site_id), _places(patient.site_id)
    if "SPEC" not in wanted:
        said = Q()
        for word in words:
            said |= Q(roles__specialty__icontains=word) | Q(roles__role__icontains=word)
        clinicians = clinicians.filter(said).distinct() if words else clinicians.none()
    named_so = Q(kind__in=roles.kinds_for(wanted))
    for word in words:
        named_so |= Q(name__icontains=word) | Q(kind__icontains=word)
    if wanted == {"COMM"} or "COMM" in wanted:
        named_so |= Q(kind__in=["", "cg", "other", "edu", "reli"])
    rows = [*places.filter(named_so).order_by("name")[:40], *clinicians.order_by("sort_name")[:40]]
    found = []
    for row in rows:
        columns = _columns(row)
        if columns["role"] in wanted:
            one = candidate(row)
            found.append(columns | {"ref": one.ref, "about": one.about})
    return found[:8]
