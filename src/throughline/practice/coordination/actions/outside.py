"""What leaves for those outside: a page for a member by a link that expires, and the packet of a referral."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.coordination.queries import referrals, sharing, team
from throughline.practice.coordination.rules.snapshot import parts_of
from throughline.record.cases.models import Case
from throughline.record.documents import actions as documents
from throughline.record.documents.models import DocumentShare
from throughline.record.documents.records import DocumentIn, Shared, ShareIn

DAYS = 14


class UnableToShareWith(Refusal):
    """Nothing may be handed to this member."""


def subject_of(member_id: UUID) -> str:
    """Return the subject under which a member's snapshots are kept."""
    return f"care-team:{member_id}"


@action("coordination.share-with-member", needs=Permission.COORDINATE, on="member_id")
def share_with(*, member_id: UUID, viewer: Viewer, days: int = DAYS, by: Actor, at: datetime) -> Shared:
    """Make a page of exactly what the consent allows a member to see now, and return its link with the token.

    The page is a snapshot: it never grows with the record, and ends when the consent changes, when she leaves the
    team, or after `days`. Raises UnableToShareWith for a colleague, a former member, or without a consent.
    """
    found = team.member(viewer, member_id)
    if found.is_inside or found.until is not None:
        raise UnableToShareWith("A page is made for members outside who are on the team now.")
    selection = sharing.selection_for(viewer, found)
    if not selection.categories:
        raise UnableToShareWith(f"{found.shares}. Ask the patient what may be shared, and record it first.")
    ends = [days] if found.consent_until is None else [days, (found.consent_until - at.date()).days + 1]
    when = formats.day(found.consent_at.date()) if found.consent_at else ""
    how = "in writing" if found.written else "by word of mouth"
    consent = f"Agreed {how} by {found.consent_by} on {when}: {found.shares}"
    case = Case.objects.filter(patient_id=found.patient_id).exclude(state="closed").select_related("owner").first()
    nurse = str(case.owner) if case is not None and case.owner is not None else by.name
    document = DocumentIn(
        kind="care-team-view",
        title="For a member of the care team",
        parts=parts_of(selection, consent=consent, cover=[("For", found.name), ("Care manager", nurse)]),
        subject=subject_of(member_id),
        recipient=found.name,
    )
    wanted = ShareIn(recipient=found.name, consent=consent, channel=found.channel_words, days=max(1, min(ends)))
    return documents.share_new(patient_id=found.patient_id, document=document, wanted=wanted, by=by, at=at)


def end_links(member_id: UUID, reason: str, *, by: Actor, at: datetime) -> int:
    """End every link a member holds: her consent changed, or she left. Return how many; inside the caller's action."""
    live = DocumentShare.objects.filter(document__subject=subject_of(member_id), revoked_at=None, expires_at__gt=at)
    ids = list(live.values_list("pk", flat=True))
    for share_id in ids:
        documents.revoke_share(share_id=share_id, reason=reason, by=by, at=at)
    return len(ids)


@action("coordination.keep-packet", needs=Permission.COORDINATE, on="referral_out_id")
def keep_packet(*, referral_out_id: UUID, viewer: Viewer, files: Sequence[UUID] = (), by: Actor, at: datetime) -> UUID:
    """Keep a referral's packet as a signed document, ready to print or fax with its cover sheet; return its id.

    `files` of the record go with it whole, page by page. Raises UnableToShareWith for files nobody agreed to share.
    """
    found = referrals.referral(viewer, referral_out_id)
    if files and not found.consent:
        raise UnableToShareWith("Record who agreed to what is shared before a file goes with the referral.")
    zone = ZoneInfo(viewer.time_zone)
    cover = [("To", ", ".join(part for part in (found.to_name, found.to_organization) if part)), ("From", by.name)]
    cover += [("Fax", found.fax_shown)] if found.fax_shown else []
    cover += [("Date", formats.day(at.astimezone(zone).date()))]
    document = DocumentIn(
        kind="packet",
        title=f"Referral: {found.service}"[:200],
        parts=parts_of(
            referrals.packet(viewer, found),
            consent=found.consent or "Nothing of the record is shared with this referral.",
            cover=cover,
            asked=[found.service, found.reason, found.question],
        ),
        subject=f"referral-out:{found.id}",
        recipient=found.to_name,
    )
    document_id = documents.draft_document(patient_id=found.patient_id, document=document, by=by, at=at)
    if files:
        documents.enclose_files(document_id=document_id, attachment_ids=files, by=by, at=at)
    documents.sign_document(document_id=document_id, by=by, at=at)
    return document_id
