"""Pure decisions of access: how long an emergency opening may last and what must be said for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

EMERGENCY_REASONS: dict[str, str] = {
    "urgent-care": "The patient needs urgent care or advice now",
    "safety": "Someone's safety is at risk",
    "patient-called": "The patient or family called and nobody on the list can be reached",
    "cover": "Unplanned cover for a colleague",
    "other": "Another emergency",
}
USUAL_HOURS = 4
LONGEST_HOURS = 24
SHORTEST_REASON = 10

FOUNDER_ROLE = "administrator"


def emergency_expiry(at: datetime, hours: int) -> datetime:
    """Return when an emergency opening made at `at` ends. Raises ValueError outside 1 to 24 hours."""
    if not 1 <= hours <= LONGEST_HOURS:
        raise ValueError(f"An emergency opening lasts 1 to {LONGEST_HOURS} hours.")
    return at + timedelta(hours=hours)


def reason_is_enough(code: str, text: str) -> bool:
    """Whether a reason was chosen from the list and said in words a reviewer can judge."""
    return code in EMERGENCY_REASONS and len(text.strip()) >= SHORTEST_REASON


def initials_of(full_name: str) -> str:
    """Return up to three initials of a name, as shown where there is no room for it."""
    return "".join(part[0] for part in full_name.replace("-", " ").split() if part[0].isalpha())[:3].upper()


_VERBS = {"read": "Looked at", "export": "Exported", "write": "Did"}
# What the parts of the product are called by those who work with it.
_PARTS = {"careplan": "care plan", "chart": "chart", "desk": "work list", "people": "patients", "review": "gaps"}


def words_of(name: str, kind: str = "") -> str:
    """Return what an entry of the audit says: a read of "people.patient-list" is "Looked at: patient list (patients)".

    `kind` is that of the entry; one that is neither read, written nor exported has no verb.
    """
    part, _, act = name.partition(".")
    verb = f"{_VERBS[kind]}: " if kind in _VERBS else ""
    return f"{verb}{act.replace('-', ' ')} ({_PARTS.get(part, part)})" if act else f"{verb}{part}"


OUTBOX_SECONDS = range(61)
USUAL_DIGEST = ("12:00", "16:00")
MOST_DIGESTS = 4


def digest_times(preferences: Mapping[str, object]) -> tuple[time, ...]:
    """Return when a person wants what is new put together, in her own zone: 12:00 and 16:00 unless she chose."""
    chosen = preferences.get("digest", USUAL_DIGEST)
    texts = chosen if isinstance(chosen, Sequence) and not isinstance(chosen, str) else USUAL_DIGEST
    return tuple(sorted(time.fromisoformat(str(text)) for text in texts))


def digest_due(times: Sequence[time], now: datetime) -> datetime | None:
    """Return the last digest time at or before `now` (in her zone): today's, else yesterday's; None without any."""
    if not times:
        return None
    past = [at for at in times if at <= now.time()]
    day = now.date() if past else now.date() - timedelta(days=1)
    return datetime.combine(day, past[-1] if past else times[-1], tzinfo=now.tzinfo)
