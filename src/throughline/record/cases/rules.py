"""When a case may be opened, paused, resumed, closed and reopened: one transition table, one `apply`."""

from datetime import date, timedelta

from throughline.foundation.kernel.actions import Refusal

PENDING, ACTIVE, PAUSED, CLOSED = "pending", "active", "paused", "closed"

# act -> (states it may start from, state it leads to)
TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    "consent": (frozenset({PENDING, ACTIVE, PAUSED}), ACTIVE),
    "decline": (frozenset({PENDING, ACTIVE, PAUSED}), CLOSED),
    "pause": (frozenset({ACTIVE}), PAUSED),
    "resume": (frozenset({PAUSED}), ACTIVE),
    "close": (frozenset({PENDING, ACTIVE, PAUSED}), CLOSED),
    "reopen": (frozenset({CLOSED}), ACTIVE),
    "reopen-unasked": (frozenset({CLOSED}), PENDING),  # no consent holds, so it waits for one again
}

STATE_WORDS = {
    PENDING: "waiting for consent",
    ACTIVE: "active",
    PAUSED: "paused",
    CLOSED: "closed",
}

# What a step of the case was, as its history says it.
STEP_WORDS = {
    "open": "Opened",
    "consent": "Consent recorded",
    "decline": "Declined by the patient",
    "pause": "Paused",
    "resume": "Resumed",
    "close": "Closed",
    "reopen": "Reopened",
    "reopen-unasked": "Reopened",
}

# CMSA Standards of Practice (2022), termination of case management services; wording our own.
CLOSE_REASONS: dict[str, str] = {
    "goals-met": "Goals met",
    "declined": "Patient declined services",
    "unable-to-reach": "Unable to reach after the agreed attempts",
    "moved": "Moved out of the service area",
    "coverage-ended": "Coverage ended",
    "higher-level": "Moved to another level of care or programme",
    "no-longer-eligible": "No longer meets programme criteria",
    "deceased": "Patient died",
    "duplicate": "Opened by mistake or twice",
}

PAUSE_REASONS: dict[str, str] = {
    "inpatient": "In hospital; inpatient team leads",
    "facility": "In a facility short term",
    "travel": "Away or travelling",
    "patient-asked": "Patient asked for a pause",
    "family": "Family event",
}

LONGEST_PAUSE = timedelta(days=180)


class UnableToMoveCase(Refusal):
    """The case's state does not allow the act."""


def apply(state: str, act: str) -> str:
    """Return the state `act` leads to from `state`.

    Raises UnableToMoveCase with a sentence when the table does not allow it.
    """
    allowed, after = TRANSITIONS[act]
    if state not in allowed:
        wanted = " or ".join(STATE_WORDS[s] for s in sorted(allowed))
        raise UnableToMoveCase(f"This case is {STATE_WORDS[state]}; to {act} it, it must be {wanted}.")
    return after


def step_words(act: str, after: str) -> str:
    """Return a step of a case in words; `after` is the state, the owner or the acuity it led to."""
    if act == "assign":
        return f"Assigned to {after}" if after else "Left without an owner"
    if act == "acuity":
        return f"Acuity set to {after}"
    words = STEP_WORDS.get(act, act.replace("-", " ").capitalize())
    state = STATE_WORDS.get(after, after)
    return words if words.lower() == state else f"{words}, {state}"


def check_pause(*, until: date, today: date) -> None:
    """Raise UnableToMoveCase unless the pause ends after today and within 180 days, so none is forgotten."""
    if until <= today:
        raise UnableToMoveCase(f"Enter a day after {today:%b %-d, %Y} on which the case resumes.")
    if until - today > LONGEST_PAUSE:
        raise UnableToMoveCase("A pause lasts at most 180 days. Close the case instead, or enter an earlier day.")


def check_identified(*, identified_on: date, today: date) -> None:
    """Raise UnableToMoveCase when the day of identification lies in the future or over a year back.

    The day starts the assessment clocks (NCQA PHM 5), so a typing error here would move a legal date.
    """
    if identified_on > today:
        raise UnableToMoveCase(f"Enter the day the patient was identified, not later than {today:%b %-d, %Y}.")
    if today - identified_on > timedelta(days=366):
        raise UnableToMoveCase("The day of identification is over a year ago. Check the year.")
