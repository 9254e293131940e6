"""Writes of the caseload: cover for a colleague, saved views, the private scratch line."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughline.foundation.access.models import PatientAccess
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import working_at
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.caseload.models import Cover, SavedView, Scratch
from throughline.record.cases import actions as cases
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient
from throughline.record.tasks import actions as tasks
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE


class UnableToCover(Refusal):
    """This colleague cannot carry the list."""


@action("caseload.arrange-cover", needs=Permission.SUPERVISE, on="site_id")
def arrange_cover(
    *, site_id: UUID, away_id: UUID, covering_id: UUID, since: datetime, until: datetime, brief: str,
    by: Actor, at: datetime,
) -> UUID:  # fmt: skip
    """Let one colleague carry another's list from `since` until `until`; her patients' records open for that time.

    Raises UnableToCover for the same person twice, somebody of another site, or an end before the start.
    """
    if away_id == covering_id or working_at(site_id).filter(pk__in=[away_id, covering_id]).count() != 2:
        raise UnableToCover("Choose two different colleagues of this site.")
    if until <= since or until <= at:
        raise UnableToCover("Enter an end after the start and after now.")
    cover = Cover.objects.create(
        site_id=site_id, away_id=away_id, covering_id=covering_id, since=since, until=until, brief=brief
    )
    patients = Case.objects.filter(owner_id=away_id, site_id=site_id).exclude(state="closed")
    # What others carry out for her, and what she carries out for others, follows the cover too.
    delegated = Task.objects.filter(Q(owner_id=away_id) | Q(delegated_by_id=away_id), site_id=site_id, state__in=LIVE)
    opened = {*patients.values_list("patient_id", flat=True), *delegated.values_list("patient_id", flat=True)}
    PatientAccess.objects.bulk_create(
        PatientAccess(
            site_id=site_id,
            patient_id=patient_id,
            user_id=covering_id,
            kind="cover",
            source=f"cover:{cover.id}",
            since=since,
            until=until,
        )
        for patient_id in sorted(opened)
    )
    return cover.id


def cover_newcomer(*, patient_id: UUID, site_id: UUID, owner_id: UUID, at: datetime) -> None:
    """Open a record to those who cover for its owner, or will: a patient given to who is away is not left unseen.

    Called inside the act that gave her the case or the task.
    """
    covers = Cover.objects.filter(away_id=owner_id, site_id=site_id, until__gt=at, ended_at__isnull=True)
    for cover in covers:
        PatientAccess.objects.get_or_create(
            site_id=site_id, patient_id=patient_id, user_id=cover.covering_id, kind="cover",
            source=f"cover:{cover.id}", defaults={"since": max(cover.since, at), "until": cover.until},
        )  # fmt: skip


def cover_task(task_id: UUID, *, at: datetime) -> None:
    """Do for the owner of a live task what `cover_newcomer` does for that of a case."""
    task = Task.objects.filter(pk=task_id, state__in=LIVE, owner__isnull=False).first()
    if task is not None and task.owner_id is not None:
        cover_newcomer(patient_id=task.patient_id, site_id=task.site_id, owner_id=task.owner_id, at=at)


@action("caseload.end-cover", needs=Permission.SUPERVISE, on="site_id")
def end_cover(*, site_id: UUID, cover_id: UUID, by: Actor, at: datetime) -> None:
    """End a cover early; the records close with it."""
    Cover.objects.filter(pk=cover_id, site_id=site_id).update(ended_at=at)
    PatientAccess.objects.filter(source=f"cover:{cover_id}", until__gt=at).update(until=at)


def _self(by: Actor) -> UUID:
    """Return who the actor is. Raises Refusal for the system, which has no list of its own."""
    if by.user_id is None:
        raise Refusal("Only a colleague has views and lines of her own.")
    return by.user_id


@action("caseload.save-view", needs=Permission.WORK_CASE)
def save_view(*, name: str, filters: dict[str, Any], by: Actor, at: datetime) -> UUID:
    """Keep a named set of filters for oneself; the same name on the same page is replaced.

    Raises Refusal without a name, and for a name that stands on the other page: neither list loses its view unseen.
    """
    called = " ".join(name.split())[:40]
    if not called:
        raise Refusal("Give the view a name.")
    standing = SavedView.objects.filter(user_id=_self(by), name=called).first()
    if standing is not None and standing.filters.get("page") != filters.get("page"):
        where = "Patients" if standing.filters.get("page") else "Today"
        raise Refusal(f"You have a view of this name on {where}. Give this one another name.")
    view, _ = SavedView.objects.update_or_create(user_id=_self(by), name=called, defaults={"filters": filters})
    return view.id


@action("caseload.delete-view", needs=Permission.WORK_CASE)
def delete_view(*, view_id: UUID, by: Actor, at: datetime) -> None:
    """Remove one's own saved view."""
    SavedView.objects.filter(pk=view_id, user_id=_self(by)).delete()


@action("caseload.scratch", needs=Permission.WORK_CASE, on="patient_id")
def write_scratch(*, patient_id: UUID, text: str, by: Actor, at: datetime) -> None:
    """Write, change or (with an empty text) remove one's private line about a patient."""
    if not text.strip():
        Scratch.objects.filter(user_id=_self(by), patient_id=patient_id).delete()
        return
    site_id = Patient.objects.values_list("site_id", flat=True).get(pk=patient_id)
    Scratch.objects.update_or_create(
        user_id=_self(by),
        patient_id=patient_id,
        defaults={"text": text.strip()[:200], "site_id": site_id, "updated_at": at},
    )


@action("caseload.move-caseload", needs=Permission.SUPERVISE, on="site_id")
def move_caseload(*, site_id: UUID, from_user_id: UUID, to_user_id: UUID, by: Actor, at: datetime) -> tuple[int, int]:
    """Move every open case and live task of one colleague to another; return how many of each.

    Raises UnableToCover for the same person twice. Nothing is left behind, so an account can be closed after it.
    """
    if from_user_id == to_user_id:
        raise UnableToCover("Choose two different colleagues of this site.")
    owned = Case.objects.filter(site_id=site_id, owner_id=from_user_id).exclude(state="closed")
    moved = 0
    why = "The whole list was moved."
    for case_id, team_id in list(owned.values_list("pk", "team_id")):
        cases.assign_case(case_id=case_id, owner_id=to_user_id, team_id=team_id, reason=why, by=by, at=at)
        moved += 1
    tasked = tasks.reassign_all(
        site_id=site_id, from_user_id=from_user_id, to_user_id=to_user_id, team_id=None, by=by, at=at
    )
    return moved, tasked
