"""Pure decisions of the outbox."""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
STUCK_AFTER = 5


def next_try(at: datetime, attempts: int) -> datetime:
    """Return when to try again after `attempts` failures: doubling from one minute, never beyond six hours."""
    doubled = FIRST_WAIT * (1 << min(max(attempts - 1, 0), 20))
    return at + min(doubled, LONGEST_WAIT)


def is_stuck(attempts: int) -> bool:
    """Whether a person should look at the message: it failed five times."""
    return attempts >= STUCK_AFTER
