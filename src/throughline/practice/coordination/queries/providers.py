"""One entry of the directory with all that hangs on it: places, the viewer's patients, referrals, what is to come."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.coordination.models import Appointment, ReferralOut, Slot, TeamMember
from throughline.practice.coordination.records import providers as records
from throughline.practice.coordination.rules import answers, referring, roles
from throughline.practice.coordination.rules import appointments as booking
from throughline.record.people.models import NamedProvider, Organization, Practitioner, PractitionerRole
from throughline.record.people.queries import joins_of
from throughline.record.people.queries.listed import alike
from throughline.record.people.rules.npi import wrong_with_npi

MOST = 100
MODELS: dict[str, Any] = {"practitioner": Practitioner, "organization": Organization}


def entry(viewer: Viewer, kind: str, key: UUID) -> records.Entry:
    """Return one entry of a directory of the viewer's sites. Raises NotFound when there is none."""
    rows = MODELS[kind].objects.filter(pk=key, site_id__in=viewer.site_ids)
    row = rows.select_related("part_of").first() if kind == "organization" else rows.first()
    if row is None:
        raise NotFound("This entry is not in the directory, or not in yours.")
    return _entry(kind, row)


def whole(viewer: Viewer, kind: str, key: UUID) -> records.Whole:
    """Return one entry with all that hangs on it, of patients the viewer may see. Raises NotFound when there is none.

    Twelve statements, however much there is; at most a hundred of each.
    """
    found = entry(viewer, kind, key)
    mine = Q(**{f"{kind}_id": key})
    places = PractitionerRole.objects.filter(mine).select_related("organization", "practitioner")
    held = [_place(row) for row in places.order_by("since", "id")[: 2 * MOST]]
    courses = _referrals(viewer, mine)
    parts = Organization.objects.filter(part_of_id=key, active=True).order_by("name") if kind == "organization" else ()
    others = alike(
        found.site_id, person=kind == "practitioner", name=found.name, npi=found.npi, apart_from=key
    )  # fmt: skip
    return records.Whole(
        entry=found,
        places=tuple(one for one in held if one.until is None),
        former=tuple(one for one in held if one.until is not None),
        parts=tuple((row.pk, row.name) for row in parts),
        cared=tuple(_cared(viewer, mine)),
        sent=tuple(one for one, _ in courses),
        answers=answers.summed([course for _, course in courses]),
        coming=tuple(_coming(viewer, mine)),
        published=tuple(_published(viewer, mine)),
        alike=tuple((one.id, one.words, one.why) for one in others),
        joins=joins_of(viewer, kind, key),
    )


def _entry(kind: str, row: Any) -> records.Entry:
    person = kind == "practitioner"

    def own(name: str, empty: Any = "") -> Any:
        return getattr(row, name, empty)

    part_of = own("part_of", None)
    return records.Entry(
        id=row.pk, kind=kind, site_id=row.site_id,
        name=row.display_name if person else row.name, sort_name=row.sort_name if person else row.name,
        prefix=own("prefix"), given=own("given"), family=own("family"), credentials=own("credentials"),
        house_kind=own("kind"), npi=row.npi, npi_doubt=wrong_with_npi(row.npi),
        languages=tuple(own("languages", ())), phone=row.phone, fax=row.fax,
        phone_shown=formats.phone(row.phone), fax_shown=formats.phone(row.fax), email=row.email,
        address_lines=tuple(own("address_lines", ())), city=own("city"), state=own("state"),
        postal_code=own("postal_code"), hours=own("hours"),
        part_of_id=part_of.pk if part_of else None, part_of=part_of.name if part_of else "",
        active=row.active, merged_into=row.merged_into_id, source=row.source, recorded_at=row.recorded_at,
        kept_here=tuple(row.kept_here),
    )  # fmt: skip


def _place(row: PractitionerRole) -> records.Workplace:
    house = row.organization
    town = " ".join(part for part in (house.state, house.postal_code) if part) if house else ""
    parts = (*house.address_lines, house.city, town) if house else ()
    return records.Workplace(
        role_id=row.pk, practitioner_id=row.practitioner_id,
        practitioner=", ".join(part for part in (row.practitioner.sort_name, row.practitioner.credentials) if part),
        organization_id=row.organization_id, organization=house.name if house else "",
        address=", ".join(part for part in parts if part), specialty=row.specialty, role=row.role,
        phone_shown=formats.phone(row.phone or (house.phone if house else "")),
        fax_shown=formats.phone(row.fax or (house.fax if house else "")),
        hours=row.hours or (house.hours if house else ""),
        since=row.since, until=row.until,
    )  # fmt: skip


def _cared(viewer: Viewer, mine: Q) -> list[records.Cared]:
    """The viewer's patients with the entry on their team, then those whose record names it and nobody confirmed it."""
    rows = TeamMember.objects.filter(sees(viewer), mine, ended_at=None).select_related("patient")
    found = [
        records.Cared(
            row.patient_id, row.patient.display_name, roles.words_of(row.role, row.role_other), row.since, True
        )
        for row in rows.order_by("patient__sort_name", "id")[:MOST]
    ]
    known = {one.patient_id for one in found}
    named = NamedProvider.objects.filter(sees(viewer), mine).exclude(patient_id__in=known).select_related("patient")
    for row in named.order_by("patient__sort_name", "id")[:MOST]:
        if row.patient_id not in known:
            known.add(row.patient_id)
            words = row.get_kind_display()
            found.append(records.Cared(row.patient_id, row.patient.display_name, words, None, False, row.source))
    return found


def _referrals(viewer: Viewer, mine: Q) -> list[tuple[records.Sent, answers.Course]]:
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    rows = ReferralOut.objects.filter(sees(viewer), mine).select_related("patient").prefetch_related("steps")
    found = []
    for row in rows.order_by("-created_at", "id")[:MOST]:
        silent = row.look_on is not None and row.look_on <= today and row.state == referring.SENT
        steps = sorted(((step.act, step.at) for step in row.steps.all()), key=lambda step: step[1])
        course = answers.Course(tuple(steps), row.state, silent)
        sent = row.sent_at.astimezone(ZoneInfo(viewer.time_zone)).date() if row.sent_at else None
        shown = records.Sent(
            row.pk, row.patient_id, row.patient.display_name, row.service, referring.WORDS[row.state], silent, sent,
            answers.days_to_answer(course),
        )  # fmt: skip
        found.append((shown, course))
    return found


def _coming(viewer: Viewer, mine: Q) -> list[records.Coming]:
    rows = Appointment.objects.filter(sees(viewer), mine, state__in=booking.LIVE, ends_at__gt=viewer.at)
    rows = rows.select_related("patient").order_by("starts_at", "id")
    return [
        records.Coming(row.pk, row.patient.display_name, row.what, _when(row.starts_at, viewer)) for row in rows[:MOST]
    ]


def _when(at: Any, viewer: Viewer) -> str:
    return formats.moment(at, viewer.time_zone, viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date())


def _published(viewer: Viewer, mine: Q) -> list[records.Published]:
    """Published times to come; whose a taken one is shows only to who may see that patient."""
    rows = Slot.objects.filter(mine, site_id__in=viewer.site_ids, starts_at__gt=viewer.at)
    rows = rows.select_related("taken_by").order_by("starts_at", "id")[:MOST]
    taken = [row.taken_by_id for row in rows if row.taken_by_id]
    hers = set(Appointment.objects.filter(sees(viewer), pk__in=taken).values_list("pk", flat=True)) if taken else set()
    found = []
    for row in rows:
        state = "free"
        if row.taken_by is not None:
            state = "asked here" if row.taken_by.state == booking.PROPOSED else "booked here"
        if row.withdrawn_at is not None:
            state = f"{state}, no longer published" if row.taken_by else "no longer published"
        key = row.taken_by_id if row.taken_by_id in hers else None
        found.append(records.Published(_when(row.starts_at, viewer), row.place, row.service, state, key))
    return found


def standing(kind: str, key: UUID) -> tuple[int, int, int]:
    """Return how many appointments to come, open referrals and places on care teams an entry has, of all patients."""
    mine = Q(**{f"{kind}_id": key})
    return (
        Appointment.objects.filter(mine, state__in=booking.LIVE).count(),
        ReferralOut.objects.filter(mine, state__in=referring.OPEN).count(),
        TeamMember.objects.filter(mine, ended_at=None).count(),
    )
