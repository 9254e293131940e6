"""The edit forms of coordination: a place on the team, what is arranged for an appointment, a referral not sent yet."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.drafts.web.editing import Edit, EditForm, Field, UnableToRead, edit
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.actions import appointments, referrals
from throughline.practice.coordination.actions import team as team_actions
from throughline.practice.coordination.queries import appointments as appointment_queries
from throughline.practice.coordination.queries import referrals as referral_queries
from throughline.practice.coordination.queries import team as team_queries
from throughline.practice.coordination.records.appointments import AppointmentRecord
from throughline.practice.coordination.rules import appointments as rules
from throughline.practice.coordination.rules import roles
from throughline.practice.coordination.rules.moments import UnreadableWhen, read_when

CHANNELS = tuple(team_actions.CHANNELS.items())
MEMBER = EditForm(
    "coordination.edit-member",
    "member_id",
    _("a place on the team"),
    (
        Field("role", _("Role"), kind="choice", choices=tuple(roles.ROLES.items())),
        Field("role_other", _("Role in other words"), most=80),
        Field("why", _("Why she is on the team")),
        Field("phone", _("Phone"), kind="phone", most=32),
        Field("fax", _("Fax"), kind="phone", most=32),
        Field("email", _("E-mail"), most=254),
        Field("channel", _("Prefers"), kind="choice", choices=CHANNELS),
        Field("words", _("The patient's own words on why she matters"), kind="voice", most=4000),
    ),
    told="member_id",
    within="coordination.team",
    tab="team",
)
ARRANGED = EditForm(
    "coordination.edit-appointment",
    "appointment_id",
    _("an appointment"),
    (
        Field("what", _("What for"), required=True, most=200),
        Field("place", _("Place")),
        Field("phone", _("Phone there"), kind="phone", most=32),
        Field("transport", _("How the patient gets there"), kind="choice", choices=tuple(rules.TRANSPORT.items())),
        Field("pick_up", _("Ride picks up at"), most=20),
        Field("transport_note", _("Who drives"), most=200),
        Field("interpreter", _("Interpreter"), kind="choice", choices=tuple(rules.INTERPRETER.items())),
        Field("bring", _("What to bring")),
    ),
    told="appointment_id",
    tab="calendar",
)
REFERRAL = EditForm(
    "coordination.edit-referral",
    "referral_out_id",
    _("a referral"),
    (
        Field("service", _("What is asked for"), required=True),
        Field("reason", _("Reason"), kind="lines", most=4000),
        Field("question", _("Question"), kind="lines", most=4000),
        Field("urgent", _("Urgent"), kind="choice", choices=(("no", _("no")), ("yes", _("yes")))),
        Field("phone", _("Phone"), kind="phone", most=32),
        Field("fax", _("Fax"), kind="phone", most=32),
        Field("channel", _("Sent by"), kind="choice", choices=CHANNELS),
    ),
    told="referral_out_id",
    tab="team",
)


@require_http_methods(["GET", "POST"])
@page("coordination.change-member", needs=Permission.COORDINATE, patient="member_id")
def member(request: HttpRequest, viewer: Viewer, member_id: UUID) -> HttpResponse:
    """Change how she is reached, her role, and the patient's words."""
    team = reverse("coordination:team", args=[locate("member_id", member_id).patient_id])
    one = Edit(
        read=lambda: team_queries.editable_member(viewer, member_id),
        write=lambda changes, was: team_actions.change_member(
            member_id=member_id, changes=changes, was=was, by=viewer.actor, at=viewer.at
        ),
        back=f"{team}?did={member_id}#row-{member_id}",
    )
    return edit(request, viewer, MEMBER, one)


@require_http_methods(["GET", "POST"])
@page("coordination.arrange", needs=Permission.COORDINATE, patient="appointment_id")
def appointment(request: HttpRequest, viewer: Viewer, appointment_id: UUID) -> HttpResponse:
    """Write down what it is and where, the ride, the interpreter and what to bring."""
    found = appointment_queries.appointment(viewer, appointment_id)

    def write(changes: dict[str, Any], was: dict[str, Any]) -> None:
        if "pick_up" in changes:
            changes["transport_at"] = _pick_up(changes.pop("pick_up"), found)
        appointments.arrange(appointment_id=found.id, changes=changes, was=was, by=viewer.actor, at=viewer.at)

    one = Edit(
        read=lambda: appointment_queries.editable_appointment(viewer, appointment_id),
        write=write,
        back=f"{reverse('coordination:appointment', args=[appointment_id])}?did=1",
    )
    return edit(request, viewer, ARRANGED, one)


def _pick_up(text: str, found: AppointmentRecord) -> datetime | None:
    """Return when the ride comes: a time of the day of the appointment, in the patient's zone."""
    if not text.strip():
        return None
    day = found.starts_at.astimezone(ZoneInfo(found.time_zone)).date()
    try:
        return read_when(f"{day.isoformat()} {text.strip()}", today=day, zone=found.time_zone)
    except UnreadableWhen as error:
        raise UnableToRead("Write when the ride comes, such as 9:45.") from error


@require_http_methods(["GET", "POST"])
@page("coordination.edit-referral", needs=Permission.COORDINATE, patient="referral_out_id")
def referral(request: HttpRequest, viewer: Viewer, referral_out_id: UUID) -> HttpResponse:
    """Change a referral that was not sent yet."""

    def write(changes: dict[str, Any], was: dict[str, Any]) -> None:
        wanted, held = _answered(changes), _answered(was)
        referrals.change_referral(
            referral_out_id=referral_out_id, changes=wanted, was=held, by=viewer.actor, at=viewer.at
        )

    one = Edit(
        read=lambda: referral_queries.editable_referral(viewer, referral_out_id),
        write=write,
        back=reverse("coordination:referral-out", args=[referral_out_id]),
    )
    return edit(request, viewer, REFERRAL, one)


def _answered(values: dict[str, Any]) -> dict[str, Any]:
    return values | ({"urgent": values["urgent"] == "yes"} if "urgent" in values else {})
