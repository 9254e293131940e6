"""How a referral moves, why it may be declined, and how a line of a list becomes one."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from throughline.foundation.kernel.actions import Refusal
from throughline.record.people.rules.dates import read_birth_date

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
# How other systems name the columns.
_ALSO = {
    "family": ("family_name", "last_name", "lastname", "last", "surname"),
    "given": ("given_name", "first_name", "firstname", "first"),
    "birth_date": ("birthdate", "date_of_birth", "dob", "born"),
    "phone": ("phone_number", "telephone", "mobile"),
    "mrn": ("medical_record_number", "record_number"),
    "programme": ("program",),
}
# As many as are taken in while somebody waits for the answer.
MOST_LINES = 1_000
_SEPARATORS = ",;\t"


def read_list(text: str, programmes: Mapping[str, str], today: date) -> tuple[list[ListLine], list[str]]:
    """Return the lines of a list parted by commas, semicolons or tabs, and a sentence for each line refused.

    The first line names the columns (any order, further columns are ignored); a programme is named by its key or its
    title, both in `programmes`. Lines are counted as a spreadsheet counts its rows. A refused line keeps none of the
    others from being read. Raises UnreadableList when a needed column is missing or nothing follows the names.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=max(_SEPARATORS, key=head.count))
    named = _columns(_row(rows) or [])
    missing = [column for column in NEEDED if column not in named]
    if missing:
        raise UnreadableList(f"The list needs a column named {missing[0]}. It names: {', '.join(COLUMNS)}.")
    keys = {words.lower(): key for key, title in programmes.items() for words in (key, title)}
    lines, refused, number = [], [], 1
    while (row := _row(rows)) is not None:
        number += 1
        values = {column: row[place].strip() for column, place in named.items() if place < len(row)}
        if not any(values.values()):
            continue
        values["programme"] = keys.get(values.get("programme", "").lower(), values.get("programme", ""))
        problem = _problem(values, programmes, today)
        if problem:
            refused.append(f"Line {number}: {problem}")
        else:
            lines.append(_line(number, values, today))
    if number > MOST_LINES + 1:
        raise UnreadableList(
            f"The list has {number - 1:,} lines. Send at most {MOST_LINES:,} at a time, with the column names first in "
            "each part; nothing was taken in."
        )
    if not lines and not refused:
        raise UnreadableList("The list has its column names but no lines.")
    return lines, refused


def _row(rows: Iterator[list[str]]) -> list[str] | None:
    """Return the next row, None behind the last. Raises UnreadableList where the marks part nothing."""
    try:
        return next(rows, None)
    except csv.Error:
        raise UnreadableList(
            "The list cannot be read to its end: a quotation mark is opened and not closed, or one field holds more "
            "than a page. Mend it and send the list again; nothing was taken in."
        ) from None


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Return where each column stands, by its own name or one of those other systems use."""
    found = [name.strip().lower().replace(" ", "_") for name in head]
    called = {column: [one for one in (column, *_ALSO.get(column, ())) if one in found] for column in COLUMNS}
    return {column: found.index(names[0]) for column, names in called.items() if names}


def _problem(values: Mapping[str, str], programmes: Collection[str], today: date) -> str:
    for column in NEEDED:
        if not values.get(column):
            return f"{column} is empty."
    for column, most in _LONGEST.items():
        if len(values.get(column, "")) > most:
            return f"{column} is longer than {most} characters."
    if values["programme"] not in programmes:
        return f"programme “{values['programme'][:60]}” is none of {', '.join(sorted(programmes))}."
    born = values["birth_date"]
    if born.isdigit() and len(born) == _SERIAL:
        return f"birth_date “{born}” is how a spreadsheet counts days; give the column the format of a date."
    if _day(born, today) is None:
        return f"birth_date “{born[:40]}” is not a day that was, such as 1943-03-14 or 03/14/1943."
    return ""


# As long as the tables hold.
_LONGEST = {"family": 120, "given": 120, "mrn": 60, "external_id": 120}
_SERIAL = 5
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00)?(\.0+)?\Z")


def _day(text: str, today: date) -> date | None:
    """Return the day a text names; a time of midnight, as spreadsheets add it, is left out."""
    return read_birth_date(_MIDNIGHT.sub("", text), today=today)


def _line(number: int, values: Mapping[str, str], today: date) -> ListLine:
    born = _day(values["birth_date"], today)
    assert born is not None  # _problem has refused every other line
    said = {column: values.get(column, "") for column in COLUMNS if column != "birth_date"}
    return ListLine(number=number, birth_date=born, **said)
