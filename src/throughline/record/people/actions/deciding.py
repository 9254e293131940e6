"""Deciding that two records which look alike are two people."""

from datetime import datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import NotFound, Place, Refusal, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.record.people.models import PossibleDuplicate


class UnableToDecide(Refusal):
    """The pair cannot be decided as asked."""


@locator("pair_id")
def _place_of_pair(pair_id: UUID) -> Place:
    found = PossibleDuplicate.objects.filter(pk=pair_id).values_list("site_id", "first_patient_id").first()
    if found is None:
        raise NotFound("There is no such pair of records, or it is not at your site.")
    return Place(site_id=found[0], patient_id=found[1])


@action("people.keep-apart", needs=Permission.MERGE_PATIENTS, on="pair_id")
def keep_apart(*, pair_id: UUID, why: str, by: Actor, at: datetime) -> None:
    """Record that two records are two people, so that they are not flagged again. Raises UnableToDecide."""
    pair = PossibleDuplicate.objects.select_for_update().get(pk=pair_id)
    if pair.state != PossibleDuplicate.State.OPEN:
        raise UnableToDecide("This pair was decided already.")
    pair.state, pair.decided_at, pair.decided_by_id = PossibleDuplicate.State.DISTINCT, at, by.user_id
    pair.why = why.strip()[:300]
    pair.save()


@action("people.reopen-pair", needs=Permission.MERGE_PATIENTS, on="pair_id")
def reopen_pair(*, pair_id: UUID, by: Actor, at: datetime) -> None:
    """Take back the decision that two records are two people. Raises UnableToDecide when there is none."""
    pair = PossibleDuplicate.objects.select_for_update().get(pk=pair_id)
    if pair.state != PossibleDuplicate.State.DISTINCT:
        raise UnableToDecide("This pair is not marked as two people.")
    pair.state, pair.decided_at, pair.decided_by_id, pair.why = PossibleDuplicate.State.OPEN, None, None, ""
    pair.save()
