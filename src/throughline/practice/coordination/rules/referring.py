"""Referrals out: which step may follow which, when silence asks for a next one, and what a need usually asks for. Pure.

States and steps follow FHIR's Task for referrals (draft, requested, accepted, rejected, in-progress, completed,
cancelled), with the patient's side (she went, the report came) told apart from the provider's.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from throughline.foundation.content import library
from throughline.foundation.content.records import Item
from throughline.foundation.kernel.actions import Refusal
from throughline.practice.coordination.records.referrals import Kind, Wait
from throughline.record.clocks.rules import catalogue
from throughline.record.clocks.rules.calendars import count_open_days

DRAFTED, SENT, ACCEPTED, DECLINED, SCHEDULED = "drafted", "sent", "accepted", "declined", "scheduled"
ATTENDED, REPORTED, CLOSED, CANCELLED = "attended", "reported", "closed", "cancelled"
OPEN = (DRAFTED, SENT, ACCEPTED, DECLINED, SCHEDULED, ATTENDED, REPORTED)
WORDS: Mapping[str, str] = {
    DRAFTED: "draft", SENT: "sent, waiting for an answer", ACCEPTED: "accepted", DECLINED: "declined",
    SCHEDULED: "scheduled", ATTENDED: "attended", REPORTED: "report received", CLOSED: "closed",
    CANCELLED: "cancelled",
}  # fmt: skip

# act -> (states it may start from, state it leads to)
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "send": (frozenset({DRAFTED}), SENT),
    "recall": (frozenset({SENT}), DRAFTED),
    "accept": (frozenset({SENT}), ACCEPTED),
    "decline": (frozenset({SENT, ACCEPTED, SCHEDULED}), DECLINED),
    "schedule": (frozenset({SENT, ACCEPTED, SCHEDULED}), SCHEDULED),
    "miss": (frozenset({SCHEDULED}), ACCEPTED),
    "call-off": (frozenset({SCHEDULED}), ACCEPTED),
    "attend": (frozenset({ACCEPTED, SCHEDULED}), ATTENDED),
    "report": (frozenset({SCHEDULED, ATTENDED}), REPORTED),
    "close": (frozenset({DECLINED, ATTENDED, REPORTED}), CLOSED),
    "cancel": (frozenset({DRAFTED, SENT, ACCEPTED, DECLINED, SCHEDULED}), CANCELLED),
}
ACT_WORDS: Mapping[str, str] = {
    "draft": "Drafted", "send": "Sent", "recall": "Taken back before it left", "accept": "Accepted",
    "decline": "Declined", "schedule": "Scheduled", "miss": "Missed; a new date is needed", "attend": "Attended",
    "call-off": "Visit cancelled; the next step is open",
    "report": "Report received", "close": "Closed", "cancel": "Cancelled", "chase": "Asked again",
    "look": "Looked at",
    "patient": "Patient asked", "undo": "Undone", "change": "Changed",
}  # fmt: skip
# What a step is called on the button that writes it down.
DO_WORDS: Mapping[str, str] = {
    "accept": "They accepted", "decline": "They declined", "schedule": "A visit is set", "miss": "The visit was missed",
    "report": "The report came", "close": "Close the referral", "cancel": "Cancel the referral",
}  # fmt: skip
NEEDS_NOTE = {
    "decline": "Write why it was declined, so that the next one fits.",
    "miss": "Write why the visit was missed, in her words where you can.",
    "report": "Write in a few words what the report says.",
    "close": "Write whether the need is met, or why not.",
    "cancel": "Write why it is no longer wanted.",
}

KINDS: tuple[Kind, ...] = (
    Kind("clinical", "Clinical specialist", "Visit took place", ("SPEC", "PCP", "HOSP"), ("conditions", "medicines")),
    Kind("behavioural", "Behavioral health", "Visit took place", ("BH", "SUD", "SW"), ("conditions", "medicines")),
    Kind("home_health", "Home health", "Care at home started", ("HHRN", "AIDE"), ("plan", "conditions", "medicines")),
    Kind("rehabilitation", "Rehabilitation", "Therapy started", ("PT", "OT", "SLP", "REHAB"), ("plan", "conditions")),
    Kind("equipment", "Medical equipment", "Delivered and shown", ("DME",), ("conditions",)),
    Kind("community", "Community service", "Service started", ("COMM", "CHW", "SW"), ()),
)
BY_KEY: Mapping[str, Kind] = {kind.key: kind for kind in KINDS}

_NEED_WORDS: tuple[tuple[str, str], ...] = (
    (r"\b(mood|depress|anxi|grie[fv]|mental|suicid|psych|stress|drink|alcohol|opioid|substance)", "behavioural"),
    (r"\b(walker|wheelchair|shower chair|commode|oxygen|hospital bed|equipment|supplies|glucometer)", "equipment"),
    (r"\b(fall|gait|walk|stairs|strength|mobility|transfer|swallow|speech|therapy|rehab)", "rehabilitation"),
    (r"\b(wound|home health|nursing at home|aide|bath|dressing change|injection)", "home_health"),
    (r"\b(food|meal|transport|ride|rent|housing|utilit|income|money|alone|lonel|isolat|legal|caregiver)", "community"),
)
_OMAHA_KINDS = {1: "community", 2: "community", 3: "community", 4: "community", 5: "community", 6: "community",
                7: "community", 11: "behavioural", 39: "behavioural"}  # fmt: skip


# The states in which somebody outside owes an answer, so that she can be asked once more.
ASKED = (SENT, ACCEPTED, SCHEDULED, ATTENDED)


class UnableToMoveReferral(Refusal):
    """The referral's state does not allow the step, or the step lacks what it must say."""


def apply(state: str, act: str) -> str:
    """Return the state `act` leads to. Raises UnableToMoveReferral when the table does not allow it."""
    allowed, after = TRANSITIONS[act]
    if state not in allowed:
        raise UnableToMoveReferral(f"This referral is {WORDS[state]}; that step cannot follow now.")
    return after


def acts_from(state: str) -> tuple[str, ...]:
    """Return the steps that may follow a state, in the order of the table.

    Recall has its own place, and a visit is called off where its appointment is cancelled.
    """
    apart = ("recall", "call-off")
    return tuple(act for act, (allowed, _) in TRANSITIONS.items() if state in allowed and act not in apart)


def kind_of_need(text: str, omaha: int | None) -> str:
    """Return the kind of referral a need usually asks for: by its words, then its Omaha problem, else clinical."""
    for pattern, kind in _NEED_WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return kind
    return _OMAHA_KINDS.get(omaha or 0, "clinical")


def waits() -> Mapping[str, Wait]:
    """Return how long each state may last, by state, from the content library."""
    return library.load("referral_waits", _wait)


def _wait(item: Item) -> Wait:
    return Wait(
        state=item.key,
        days=int(item.data["days"]),
        urgent_days=int(item.data["urgent_days"]),
        calendar=str(item.data["calendar"]),
        verb=str(item.data["verb"]),
        says=str(item.data["says"]),
        citation=item.citation,
    )


def look_on(state: str, *, since: datetime, scheduled_at: datetime | None, urgent: bool, zone: str) -> date | None:
    """Return the day on which silence in a state asks for the next step; None for one that has ended.

    Business days of the wait's calendar after the day the state began, or after the appointment's day, in `zone`.
    """
    wait = waits().get(state)
    if wait is None:
        return None
    begun = scheduled_at if state == SCHEDULED and scheduled_at is not None else since
    day = begun.astimezone(_zone(zone)).date()
    return count_open_days(day, wait.urgent_days if urgent else wait.days, catalogue.calendars()[wait.calendar])[0]


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def check_step(act: str, *, note: str, scheduled_at: datetime | None, at: datetime) -> None:
    """Raise UnableToMoveReferral when a step lacks its note, or a date that is still to come."""
    if act in NEEDS_NOTE and not note.strip():
        raise UnableToMoveReferral(NEEDS_NOTE[act])
    if act == "schedule" and scheduled_at is None:
        raise UnableToMoveReferral("Enter the day and time of the visit.")
    if act == "schedule" and scheduled_at is not None and scheduled_at <= at:
        raise UnableToMoveReferral("Enter a date after now; for a visit that took place, record that she went.")
