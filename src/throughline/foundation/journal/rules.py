"""Pure decisions of the outbox."""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
STUCK_AFTER = 5
USUAL_SECONDS = 15
LONGEST_SECONDS = 60


def wait(chosen: int | None, *, automatic: bool = False) -> timedelta:
    """Return how long something waits before it leaves: 15 seconds, or the 0 to 60 its sender chose; automatic work
    has nobody who could take it back and does not wait."""
    if automatic:
        return timedelta(0)
    seconds = USUAL_SECONDS if chosen is None else chosen
    return timedelta(seconds=min(max(seconds, 0), LONGEST_SECONDS))


def next_try(at: datetime, attempts: int) -> datetime:
    """Return when to try again after `attempts` failures: doubling from one minute, never beyond six hours."""
    doubled = FIRST_WAIT * (1 << min(max(attempts - 1, 0), 20))
    return at + min(doubled, LONGEST_WAIT)


def is_stuck(attempts: int) -> bool:
    """Whether a person should look at the message: it failed five times."""
    return attempts >= STUCK_AFTER
