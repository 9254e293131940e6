"""Instants: the one check that a time handed in says which zone it is in, and what a zone is called."""

from collections.abc import Mapping
from datetime import datetime

# What the zones of the United States and its territories are called there, with the city that names them.
ZONES: Mapping[str, str] = {
    "America/New_York": "Eastern Time (New York)",
    "America/Chicago": "Central Time (Chicago)",
    "America/Denver": "Mountain Time (Denver)",
    "America/Phoenix": "Arizona Time (Phoenix)",
    "America/Los_Angeles": "Pacific Time (Los Angeles)",
    "America/Anchorage": "Alaska Time (Anchorage)",
    "Pacific/Honolulu": "Hawaii Time (Honolulu)",
    "America/Puerto_Rico": "Atlantic Time (Puerto Rico)",
    "Pacific/Guam": "Chamorro Time (Guam)",
}


class NaiveTime(ValueError):
    """A time without a zone reached a place that must know the instant."""


def require_aware(at: datetime, name: str = "at") -> datetime:
    """Return `at` unchanged.

    Raises NaiveTime when it carries no zone: an instant without a zone is a guess, and deadlines are computed from it.
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise NaiveTime(f"{name} must say its time zone; {at.isoformat()} does not.")
    return at


def zone_words(key: str) -> str:
    """Return what people call a time zone: "Eastern Time (New York)", "Berlin (Europe)"; another text unchanged."""
    area, _, place = key.replace("_", " ").rpartition("/")
    return ZONES.get(key) or (f"{place} ({area.replace('/', ', ')})" if area else key)
