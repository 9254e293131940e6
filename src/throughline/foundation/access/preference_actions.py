"""A user's own settings: her keys, how long what she sends waits, when she gets her digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from throughline.foundation.access import rules
from throughline.foundation.access.models import User
from throughline.foundation.kernel.actions import NotFound, Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.ui import shortcuts


class UnableToKeepSettings(Refusal):
    """A setting is not one that can be kept."""


@action("access.keep-settings", needs=None)
def keep_settings(
    *,
    keys: Mapping[str, str],
    keys_off: bool,
    outbox_seconds: int,
    digest: Sequence[time],
    by: Actor,
    at: datetime,
) -> None:
    """Keep the actor's own settings; what else stands in her preferences stays.

    No permission is asked: they are nobody's but hers. Raises UnableToKeepSettings for keys that cannot be told apart,
    a wait outside 0 to 60 seconds, or more than four digests a day.
    """
    try:
        moved = shortcuts.chosen_keys(keys)
    except shortcuts.UnusableKeys as unusable:
        raise UnableToKeepSettings(str(unusable)) from unusable
    if outbox_seconds not in rules.OUTBOX_SECONDS:
        raise UnableToKeepSettings("Enter 0 to 60 seconds.")
    if len(set(digest)) > rules.MOST_DIGESTS:
        raise UnableToKeepSettings(f"Choose at most {rules.MOST_DIGESTS} times.")
    user = _locked(by)
    user.preferences = {
        **user.preferences,
        "keys": moved,
        "keys_off": keys_off,
        "outbox_seconds": outbox_seconds,
        "digest": [f"{one:%H:%M}" for one in sorted(set(digest))],
    }
    user.save(update_fields=["preferences"])


@action("access.keep-digest", needs=None)
def keep_digest(*, read: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Keep which digest the actor has read, so that the next one begins where it ended."""
    user = _locked(by)
    user.preferences = {**user.preferences, "digest_read": dict(read)}
    user.save(update_fields=["preferences"])


def _locked(by: Actor) -> User:
    """Return the actor's own row, locked: two of her windows must not undo one another. Raises NotFound."""
    user = User.objects.select_for_update().filter(id=by.user_id).first()
    if user is None:
        raise NotFound("The system itself has no settings.")
    return user
