"""The words around an appointment: the script for the phone, and what the patient takes home in her language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from throughline.foundation.content import library

BLANK = "____"
ENGLISH = "en"


def script(key: str, facts: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the title and lines of a call script, the facts filled in; a fact that is not known is a blank.

    A line that holds nothing but facts that do not apply ("") is left out. Raises ContentError for a key there is not.
    """
    item = library.item("call_scripts", key)
    known = _Blanks({name: value for name, value in facts.items() if value is not None})
    lines = (line.format_map(known).strip() for line in item.data["lines"])
    return str(item.data["title"]), tuple(line for line in lines if line)


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return BLANK


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One appointment as it is told to the patient."""

    kind: str
    what: str
    provider: str
    place: str
    phone: str
    starts_at: datetime
    zone: str
    transport: str
    pick_up_at: datetime | None
    interpreter: str
    bring: str
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One appointment in the patient's language: the day, the time, and what to know, each with its word before it."""

    day: str
    time: str
    title: str
    facts: tuple[tuple[str, str], ...]
    caution: str


def languages() -> tuple[tuple[str, str], ...]:
    """Return the languages in which the patient's words are written: key and name."""
    return tuple((key, str(item.data["title"])) for key, item in library.load("appointment_words").items())


def language_of(tag: str) -> str:
    """Return the language the patient's words are written in for a BCP 47 tag: hers where it is there, else English."""
    primary = (tag or ENGLISH).split("-")[0].lower()
    return primary if primary in dict(languages()) else ENGLISH


def words(language: str) -> Mapping[str, Any]:
    """Return every word of a language. Raises ContentError for one there is not."""
    return library.item("appointment_words", language).data


def line(told: Told, language: str) -> Line:
    """Return an appointment in the patient's words, its times in her zone."""
    say = words(language)
    local = told.starts_at.astimezone(ZoneInfo(told.zone))
    day = str(say["day"]).format(
        weekday=say["weekdays"][local.weekday()], month=say["months"][local.month - 1], day=local.day
    )
    facts = [
        (say["with"], told.provider),
        (say["where"], told.place),
        (say["phone"], told.phone),
        (say["ride"], _ride(told, say)),
        (say["language"], say["interpreter"].get(told.interpreter, "")),
        (say["bring"], told.bring or say["usual"]),
    ]
    return Line(
        day=day[:1].upper() + day[1:],
        time=f"{say['at']} {clock(local)}",
        title=f"{say['kinds'].get(told.kind, told.kind)}: {told.what}",
        facts=tuple((str(label), str(value)) for label, value in facts if value),
        caution=str(say["not_sure"]) if told.proposed else "",
    )


def _ride(told: Told, say: Mapping[str, Any]) -> str:
    if told.transport == "arranged" and told.pick_up_at is not None:
        return str(say["transport"]["arranged_at"]).format(time=clock(told.pick_up_at.astimezone(ZoneInfo(told.zone))))
    return str(say["transport"].get(told.transport, ""))


def clock(local: datetime) -> str:
    """Return "2:30 PM", as both languages write it here."""
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"
