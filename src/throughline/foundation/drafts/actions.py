"""Writes of drafts: acts on one's own paper, which nobody else can read and which is in no record. They ask for no
permission and leave no audit row; the act that sends a draft is allowed and audited as ever (docs/adr/0008)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from throughline.foundation.access.queries import role_and_initials
from throughline.foundation.drafts import rules
from throughline.foundation.drafts.models import Draft, Presence
from throughline.foundation.drafts.records import Key
from throughline.foundation.kernel.actions import NotFound, Refusal, action
from throughline.foundation.kernel.actor import Actor


class UnableToKeep(Refusal):
    """The words cannot be kept as a draft."""


def _writer(by: Actor) -> UUID:
    if by.user_id is None:
        raise NotFound("Only a person writes drafts.")
    return by.user_id


@action("drafts.keep", needs=None, audited=False)
def keep(
    *,
    key: Key,
    site_id: UUID,
    patient_id: UUID | None,
    sheet: str,
    page: str,
    words: Mapping[str, Sequence[str]],
    by: Actor,
    at: datetime,
) -> bool:
    """Keep the fields given, beside those kept before, and return whether they were: not when the sheet has been sent.

    `sheet` is the one rendering of the form the words were typed into. Raises UnableToKeep for a form beyond 80 fields
    or 50,000 characters a field.
    """
    if len(words) > rules.MOST_FIELDS or any(len(v) > rules.LONGEST_VALUE for vs in words.values() for v in vs):
        raise UnableToKeep("This is too much for a draft. Save the form as it is, then go on.")
    given = {field: list(values) for field, values in words.items()}
    where = {"site_id": site_id, "patient_id": patient_id, "page": page[:300]}
    fresh = {**where, "words": given, "began_at": at, "saved_at": at}
    draft, made = Draft.objects.select_for_update().get_or_create(user_id=_writer(by), key=str(key), defaults=fresh)
    if made:
        return True
    if sheet and draft.sent_sheet == sheet:
        return False
    if draft.sent_at or draft.discarded_at:
        draft.words, draft.began_at, draft.sent_at, draft.discarded_at = {}, at, None, None
    draft.words = {**draft.words, **given}
    draft.saved_at = at
    for name, value in where.items():
        setattr(draft, name, value)
    draft.save()
    return True


@action("drafts.discard", needs=None, audited=False)
def discard(*, key: str, by: Actor, at: datetime) -> None:
    """Put a draft away; it can be taken up again for 30 days (`take_up`)."""
    Draft.objects.filter(user_id=_writer(by), key=key, sent_at__isnull=True).update(discarded_at=at)


@action("drafts.take-up", needs=None, audited=False)
def take_up(*, key: str, by: Actor, at: datetime) -> None:
    """Take back a `discard`."""
    Draft.objects.filter(user_id=_writer(by), key=key, sent_at__isnull=True).update(discarded_at=None)


@action("drafts.forget-sent", needs=None, audited=False)
def forget_sent(*, key: str, sheet: str, site_id: UUID, by: Actor, at: datetime) -> None:
    """Forget the words of a form that has been sent, and remember its sheet. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into drafts_draft
                 (id, site_id, user_id, key, page, words, began_at, saved_at, sent_sheet, sent_at)
               values (gen_random_uuid(), %s, %s, %s, '', '{}', %s, %s, %s, %s)
               on conflict (user_id, key) do update set
                 words = '{}', sent_sheet = excluded.sent_sheet, sent_at = excluded.sent_at, discarded_at = null""",
            [site_id, _writer(by), key, at, at, sheet[:40], at],
        )


@action("drafts.note-presence", needs=None, audited=False)
def note_presence(*, site_id: UUID, place: str, part: str = "", by: Actor, at: datetime) -> None:
    """Note that the actor is writing at the place now; `part` says at which part of it ("a goal")."""
    seen = Presence.objects.filter(user_id=_writer(by), place=place, site_id=site_id)
    if not seen.update(seen_at=at, part=part[:60]):
        who = role_and_initials(_writer(by), site_id, at=at)
        fresh = {"site_id": site_id, "who": who, "part": part[:60], "seen_at": at}
        Presence.objects.update_or_create(user_id=_writer(by), place=place, defaults=fresh)


@action("drafts.clear-old", needs=None, audited=False)
def clear_old(*, by: Actor, at: datetime) -> int:
    """Delete drafts untouched for 30 days and presences that ended, and return how many drafts went."""
    Presence.objects.filter(seen_at__lte=at - rules.PRESENT_FOR).delete()
    gone, _ = Draft.objects.filter(saved_at__lte=at - rules.KEPT_FOR).delete()
    return gone
