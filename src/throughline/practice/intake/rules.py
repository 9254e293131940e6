"""How a referral moves, why it may be declined, and how a line of a list becomes one."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from throughline.foundation.kernel.actions import Refusal

RECEIVED, SCREENED, WAITING, ENROLLED, DECLINED, DUPLICATE = (
    "received", "screened", "waiting", "enrolled", "declined", "duplicate",
)  # fmt: skip
OPEN = (RECEIVED, SCREENED, WAITING)

TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "screen": (frozenset({RECEIVED, SCREENED, WAITING}), SCREENED),
    "ask": (frozenset({RECEIVED, SCREENED}), WAITING),
    "enrol": (frozenset({SCREENED, WAITING}), ENROLLED),
    "decline": (frozenset({RECEIVED, SCREENED, WAITING}), DECLINED),
    "merge": (frozenset({RECEIVED, SCREENED, WAITING}), DUPLICATE),
    "reopen": (frozenset({DECLINED, DUPLICATE}), RECEIVED),
}

WORDS = {
    RECEIVED: "received",
    SCREENED: "screened",
    WAITING: "waiting for information",
    ENROLLED: "enrolled",
    DECLINED: "declined",
    DUPLICATE: "duplicate",
}

SOURCES: Mapping[str, str] = {
    "physician": "Physician or clinic",
    "hospital": "Hospital or discharge planner",
    "health-plan": "Health plan",
    "list": "Data list (claims, registry, risk score)",
    "community": "Community organization",
    "self": "Patient herself or himself",
    "family": "Family or caregiver",
    "staff": "Own staff",
}

DECLINE_REASONS: Mapping[str, str] = {
    "criteria": "Entry criteria not met",
    "patient-declined": "Patient declined",
    "unable-to-reach": "Unable to reach after the agreed attempts",
    "other-programme": "Served by another programme",
    "out-of-area": "Outside the service area",
    "coverage": "Not covered by this service",
    "deceased": "Patient died",
    "capacity": "No capacity; referred on",
}


class UnableToMoveReferral(Refusal):
    """The referral's state does not allow the act, or something it needs is missing."""


class UnreadableList(Refusal):
    """A list of referrals cannot be read; the sentence says where and what to mend."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a referral list, still in its own words."""

    number: int
    family: str
    given: str
    birth_date: date
    phone: str
    mrn: str
    reason: str
    programme: str
    external_id: str


def apply(state: str, act: str) -> str:
    """Return the state `act` leads to. Raises UnableToMoveReferral when the table does not allow it."""
    allowed, after = TRANSITIONS[act]
    if state not in allowed:
        raise UnableToMoveReferral(f"This referral is {WORDS[state]}; it cannot be changed this way any more.")
    return after


def check_enrolment(result: str, override_reason: str) -> None:
    """Raise UnableToMoveReferral unless the criteria are met or an override reason is written (file review item 2)."""
    if result != "met" and not override_reason.strip():
        words = {"not-met": "not met", "unknown": "not known to be met"}.get(result, "not screened")
        raise UnableToMoveReferral(f"The entry criteria are {words}. Write why the patient should be enrolled anyway.")


COLUMNS = ("family", "given", "birth_date", "phone", "mrn", "reason", "programme", "external_id")
NEEDED = ("family", "given", "birth_date", "reason", "programme")


def read_list(text: str, programmes: frozenset[str]) -> tuple[list[ListLine], list[str]]:
    """Return the lines of a comma-separated list and a sentence for each line refused.

    The first line names the columns (any order, further columns are ignored). A refused line keeps none of the others
    from being read. Raises UnreadableList when a needed column is missing or nothing follows the names.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    named = {(name or "").strip().lower().replace(" ", "_"): name for name in reader.fieldnames or ()}
    missing = [column for column in NEEDED if column not in named]
    if missing:
        raise UnreadableList(f"The list needs a column named {missing[0]}. It names: {', '.join(COLUMNS)}.")
    lines, refused = [], []
    for number, row in enumerate(reader, start=2):
        values = {column: (row.get(named[column]) or "").strip() for column in COLUMNS if column in named}
        problem = _problem(values, programmes)
        if problem:
            refused.append(f"Line {number}: {problem}")
        else:
            lines.append(_line(number, values))
    if not lines and not refused:
        raise UnreadableList("The list has its column names but no lines.")
    return lines, refused


def _problem(values: Mapping[str, str], programmes: frozenset[str]) -> str:
    for column in NEEDED:
        if not values.get(column):
            return f"{column} is empty."
    if values["programme"] not in programmes:
        return f"programme “{values['programme']}” is none of {', '.join(sorted(programmes))}."
    if _day(values["birth_date"]) is None:
        return f"birth_date “{values['birth_date']}” is not a date such as 1943-03-14 or 03/14/1943."
    return ""


def _day(text: str) -> date | None:
    for pattern in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _line(number: int, values: Mapping[str, str]) -> ListLine:
    born = _day(values["birth_date"])
    assert born is not None  # _problem has refused every other line
    said = {column: values.get(column, "") for column in COLUMNS if column != "birth_date"}
    return ListLine(number=number, birth_date=born, **said)
