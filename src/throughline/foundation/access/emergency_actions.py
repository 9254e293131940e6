"""Emergencies and their review: opening a record without a care relationship, judging it, exporting the audit."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from throughline.foundation.access import events, rules
from throughline.foundation.access.actions import UnableToOpen
from throughline.foundation.access.models import BreakGlass, PatientAccess
from throughline.foundation.access.permissions import Permission
from throughline.foundation.audit.queries import all_entries
from throughline.foundation.audit.records import AuditLine, AuditSearch
from throughline.foundation.audit.writing import write_entry
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locate, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.viewer import Viewer


class UnableToReview(Refusal):
    """The emergency opening cannot be reviewed as asked."""


@action("access.break-glass", needs=Permission.BREAK_GLASS, on="site_id")
def break_glass(
    *,
    site_id: UUID,
    patient_id: UUID,
    reason_code: str,
    reason: str,
    by: Actor,
    at: datetime,
    hours: int = rules.USUAL_HOURS,
) -> datetime:
    """Open a record to the actor in an emergency and return when it closes again (45 CFR 164.312(a)(2)(ii)).

    Raises UnableToOpen without a reason from the list and some words, or outside 1 to 24 hours; NotFound when the
    patient is not of this site.
    """
    if by.user_id is None:
        raise UnableToOpen("Only a person can open a record in an emergency.")
    if locate("patient_id", patient_id).site_id != site_id:
        raise NotFound("There is no such patient at this site.")
    if not rules.reason_is_enough(reason_code, reason):
        raise UnableToOpen("Choose a reason and say in a few words what the emergency is; a reviewer will read it.")
    try:
        expires_at = rules.emergency_expiry(at, hours)
    except ValueError as too_long:
        raise UnableToOpen(str(too_long)) from too_long
    access = PatientAccess.objects.create(
        site_id=site_id, patient_id=patient_id, user_id=by.user_id, kind="break_glass", since=at, until=expires_at
    )
    BreakGlass.objects.create(
        access=access, reason_code=reason_code, reason=reason.strip(), opened_at=at, expires_at=expires_at
    )
    _announce_emergency(site_id, patient_id, reason_code, reason, expires_at, by, at)
    return expires_at


def _announce_emergency(
    site_id: UUID, patient_id: UUID, reason_code: str, reason: str, expires_at: datetime, by: Actor, at: datetime
) -> None:
    opened = events.RecordOpenedInEmergency(
        site_id=site_id,
        patient_id=patient_id,
        user_id=by.user_id,  # type: ignore[arg-type]
        name=by.name,
        reason=reason.strip(),
        expires_at=expires_at,
    )
    publish(opened, by=by, at=at)
    write_entry(
        kind="break-glass",
        name="access.break-glass",
        by=by,
        at=at,
        site_id=site_id,
        patient_id=patient_id,
        purpose="emergency",
        detail={"reason_code": reason_code, "reason": reason.strip(), "until": expires_at.isoformat()},
    )


@locator("break_glass_id")
def _place_of_opening(break_glass_id: UUID) -> Place:
    found = BreakGlass.objects.filter(id=break_glass_id).values_list("access__site_id", "access__patient_id").first()
    if found is None:
        raise NotFound("There is no such emergency opening.")
    return Place(site_id=found[0], patient_id=found[1])


@action("access.review-break-glass", needs=Permission.REVIEW_ACCESS, on="break_glass_id")
def review_break_glass(*, break_glass_id: UUID, justified: bool, finding: str, by: Actor, at: datetime) -> None:
    """Write down what a reviewer found about an emergency opening.

    Raises UnableToReview for one's own opening, one already reviewed, or a finding without words.
    """
    opening = BreakGlass.objects.select_for_update(of=("self",)).select_related("access__user").get(id=break_glass_id)
    if opening.access.user_id == by.user_id:
        raise UnableToReview("You opened this record yourself. Another reviewer must look at it.")
    if opening.reviewed_at:
        raise UnableToReview("This opening has been reviewed already.")
    if not finding.strip():
        raise UnableToReview("Say in a few words what you found.")
    opening.reviewed_at, opening.reviewed_by_id = at, by.user_id
    opening.justified, opening.finding = justified, finding.strip()
    opening.save(update_fields=["reviewed_at", "reviewed_by", "justified", "finding"])
    reviewed = events.EmergencyOpeningReviewed(
        site_id=opening.access.site_id,
        patient_id=opening.access.patient_id,
        opened_by=str(opening.access.user),
        justified=justified,
        finding=finding.strip(),
    )
    publish(reviewed, by=by, at=at)


@action("access.export-audit", needs=Permission.REVIEW_ACCESS, on="site_id")
def export_audit(*, site_id: UUID, search: AuditSearch, viewer: Viewer, by: Actor, at: datetime) -> Iterator[AuditLine]:
    """Return the audit of one site, oldest first, as it is read from the database; the export itself is on file."""
    asked = {key: str(value) for key, value in asdict(search).items() if value}
    write_entry(
        kind="export",
        name="access.export-audit",
        by=by,
        at=at,
        site_id=site_id,
        patient_id=search.patient_id,
        purpose="operations",
        detail=asked,
    )
    return all_entries(viewer, search, sites=[site_id])
