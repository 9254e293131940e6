"""Instants: the one check that a time handed in says which zone it is in."""

from datetime import datetime


class NaiveTime(ValueError):
    """A time without a zone reached a place that must know the instant."""


def require_aware(at: datetime, name: str = "at") -> datetime:
    """Return `at` unchanged.

    Raises NaiveTime when it carries no zone: an instant without a zone is a guess, and deadlines are computed from it.
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise NaiveTime(f"{name} must say its time zone; {at.isoformat()} does not.")
    return at
