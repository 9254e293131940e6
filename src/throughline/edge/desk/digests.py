"""Which stretch of news a digest shows: what is new since the one before, nothing twice, nothing missed. Pure.

A digest is made when she first opens it after one of the times she picked, and goes up to that instant; opened again
before the next time it shows the same. What was written down by an act that was still under way then carries an earlier
time than the digest: so the next one reaches a little further back, and leaves out by name what was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

FIRST = timedelta(days=1)
UNDER_WAY = timedelta(minutes=10)  # no act takes longer
WITHOUT_TIMES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest: it shows what was written down after `since` up to `until`, but for the lines `shown_before`.

    `shown` are the lines of it that lie within the reach of the next one.
    """

    since: datetime
    until: datetime
    shown_before: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    @property
    def reach(self) -> datetime:
        """From where on its lines are looked for."""
        return self.since - UNDER_WAY

    def kept(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "shown_before": sorted(self.shown_before),
            "shown": sorted(self.shown),
        }


def read(kept: object) -> Digest | None:
    """Return a stored digest; None for none, or for what no `kept` wrote."""
    if not isinstance(kept, Mapping):
        return None
    try:
        since, until = (datetime.fromisoformat(str(kept[name])) for name in ("since", "until"))
        before, shown = (frozenset(map(str, kept[name])) for name in ("shown_before", "shown"))
    except (KeyError, TypeError, ValueError):
        return None
    return Digest(since, until, before, shown)


def is_new(last: Digest | None, due: datetime | None, at: datetime) -> bool:
    """Whether opening the digest now makes a new one: a time picked has come since the last, or an hour without any."""
    if last is None:
        return True
    return last.until < due if due is not None else at - last.until >= WITHOUT_TIMES


def following(last: Digest | None, due: datetime | None, at: datetime) -> Digest:
    """Return the digest to show now: the last one again, or the one that begins where it ended. The first is a day."""
    if last is None:
        return Digest(at - FIRST, at)
    if not is_new(last, due, at):
        return last
    return Digest(last.until, at, last.shown)


def cut(digest: Digest, lines: Sequence[tuple[str, datetime]], most: int) -> tuple[Digest, int]:
    """Return the digest as it is shown and how many of the `lines` (id and time, oldest first) belong to it.

    More than `most` lines make two digests: this one ends with its last line, and the next begins there.
    """
    if len(lines) > most:
        digest = replace(digest, until=max(lines[most - 1][1], digest.since))
        lines = lines[:most]
    shown = frozenset(key for key, when in lines if when > digest.until - UNDER_WAY)
    if digest.until - UNDER_WAY < digest.since:
        shown |= digest.shown_before  # the next one reaches back behind this one
    return replace(digest, shown=shown), len(lines)
