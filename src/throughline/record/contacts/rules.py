"""How a contact may end, when to try again, and what may be said to an answering machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from throughline.foundation.kernel.actions import Refusal


class UnableToLogContact(Refusal):
    """The contact lacks what would make it evidence."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way a contact ends; `digit` picks it. `reached`: somebody answered; `try_again`: a next try is due."""

    digit: str
    key: str
    words: str
    reached: bool = False
    try_again: bool = False
    counts_as_attempt: bool = True


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("1", "spoke-patient", "Spoke with patient", reached=True),
    Outcome("2", "voicemail", "No answer, voicemail left", try_again=True),
    Outcome("3", "no-answer", "No answer", try_again=True),
    Outcome("4", "wrong-number", "Wrong or disconnected number", try_again=True),
    Outcome("5", "spoke-representative", "Spoke with representative", reached=True),
    Outcome("6", "call-back", "Call back at an agreed time", try_again=True),
    Outcome("7", "declined", "Declined to talk", counts_as_attempt=True),
    Outcome("8", "interpreter-needed", "Interpreter needed", try_again=True),
    Outcome("9", "other", "Other"),
)
BY_KEY: Mapping[str, Outcome] = {outcome.key: outcome for outcome in OUTCOMES}
REACHED: tuple[str, ...] = tuple(outcome.key for outcome in OUTCOMES if outcome.reached)

IDENTIFIERS: Mapping[str, str] = {
    "name": "Full name",
    "birth-date": "Date of birth",
    "address": "Address",
    "phone": "Phone number on file",
    "member-id": "Member ID",
}

DAY_PARTS: tuple[tuple[str, time, time], ...] = (
    ("morning", time(8), time(12)),
    ("afternoon", time(12), time(17)),
    ("evening", time(17), time(20)),
)


def outcome(key_or_digit: str) -> Outcome:
    """Return the outcome for a key or digit. Raises UnableToLogContact when there is none such."""
    for known in OUTCOMES:
        if key_or_digit in (known.key, known.digit):
            return known
    raise UnableToLogContact("Choose how the contact ended, 1 to 9.")


def check_identified(chosen: Outcome, identifiers: Sequence[str]) -> None:
    """Raise UnableToLogContact when somebody was spoken to without two identifiers checked.

    Two patient identifiers before care or information: Joint Commission National Patient Safety Goal NPSG.01.01.01.
    """
    unknown = [name for name in identifiers if name not in IDENTIFIERS]
    if unknown:
        raise UnableToLogContact("Choose the identifiers you checked from the list.")
    if chosen.reached and len(set(identifiers)) < 2:
        raise UnableToLogContact("Check two identifiers, such as full name and date of birth, before you speak.")


def day_part(moment: datetime, time_zone: str) -> str:
    """Return morning, afternoon or evening by the patient's own clock; before 8 counts as morning."""
    local = moment.astimezone(ZoneInfo(time_zone)).time()
    for name, _, end in DAY_PARTS:
        if local < end:
            return name
    return DAY_PARTS[-1][0]


def next_try(
    *,
    tried: Sequence[datetime],
    try_hours: Sequence[time],
    days_between: Sequence[int],
    time_zone: str,
    closed_days: frozenset[date] = frozenset(),
) -> datetime:
    """Return when to try again after the tries so far, the last of which has just failed.

    The day follows the programme's gaps (the last gap repeats); weekends and closed days are stepped over; the hour is
    the first of the programme's hours whose part of the day was tried least, never the part of the last try unless the
    programme has only one. Times are in the patient's zone.
    """
    zone = ZoneInfo(time_zone)
    last = tried[-1].astimezone(zone)
    gap = days_between[min(len(tried), len(days_between)) - 1]
    day = last.date() + timedelta(days=gap)
    while day.weekday() >= 5 or day in closed_days:
        day += timedelta(days=1)
    parts = [day_part(moment, time_zone) for moment in tried]
    hours = [hour for hour in try_hours if _part_of(hour) != parts[-1]] or list(try_hours)
    chosen = min(hours, key=lambda hour: (parts.count(_part_of(hour)), hours.index(hour)))
    return datetime.combine(day, chosen, tzinfo=zone)


def _part_of(hour: time) -> str:
    for name, _, end in DAY_PARTS:
        if hour < end:
            return name
    return DAY_PARTS[-1][0]


def voicemail_text(*, nurse: str, organization: str, phone: str, language: str) -> str:
    """Return what may be said to an answering machine: who calls and a number, nothing of health (45 CFR 164.502)."""
    if language.startswith("es"):
        return f"Le habla {nurse}, de {organization}. Por favor llámeme al {phone}. Gracias."
    return f"This is {nurse} from {organization}. Please call me back at {phone}. Thank you."


def minutes(seconds: int) -> int:
    """Return whole minutes of a contact, rounded down: thresholds of time codes are floors (regulation §5)."""
    return seconds // 60
