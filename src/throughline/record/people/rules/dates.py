"""Birth dates in any common form: 03/14/1943, 3-14-43, 1943-03-14, 14 Mar 1943, March 14, 1943, 14 de marzo de 1943."""

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero", "feb february febrero", "mar march marzo", "apr april abr abril",
            "may mayo", "jun june junio", "jul july julio", "aug august ago agosto",
            "sep sept september septiembre setiembre", "oct october octubre", "nov november noviembre",
            "dec december dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?P<y>\d{4}|'?\d{2})"
_FORMS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w-])(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?![\w-])",
        rf"(?<![\w-])(?P<m>\d{{1,2}})\s?[-/.]\s?(?P<d>\d{{1,2}})\s?[-/.]\s?{_YEAR}(?![\w-])",
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s\-.]*(?:de\s+)?(?P<n>{_MONTH})\.?,?[\s\-]*(?:de\s+)?{_YEAR}\b",
        rf"\b(?P<n>{_MONTH})\.?\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}\b",
    )
]
_RUN = re.compile(r"(?<!\S)(\d{8})(?!\S)")
OLDEST = 130


@dataclass(frozen=True, slots=True)
class Born:
    """What a text says of a birth date: the days it can mean, and where in the text it stands."""

    dates: tuple[date, ...]
    start: int
    end: int
    exact: bool = True


def read_birth_date(text: str, *, today: date) -> date | None:
    """Return the birth date a text states and nothing else, the likeliest when a two-digit year leaves a choice.

    None when the text is no date, names a day that never was, or lies after `today`.
    """
    found = find_birth_date(text.strip(), today=today)
    if found is None or found.start != 0 or found.end != len(text.strip()):
        return None
    return found.dates[0]


def find_birth_date(text: str, *, today: date) -> Born | None:
    """Return the first birth date in a text, or None. Month comes first where both orders are possible (US use)."""
    for form in _FORMS:
        for found in form.finditer(text):
            parts = found.groupdict()
            month = _MONTHS[parts["n"].lower()] if parts.get("n") else int(parts["m"])
            days = _possible(parts["y"], month, int(parts["d"]), today, swap="n" not in parts)
            if days:
                return Born(days, found.start(), found.end())
    return _run_of_digits(text, today)


def _run_of_digits(text: str, today: date) -> Born | None:
    """Read eight digits in a row as month, day, year or as year, month, day; they may as well be another number."""
    found = _RUN.search(text)
    if not found:
        return None
    run = found[1]
    days = _possible(run[4:], int(run[:2]), int(run[2:4]), today, swap=False)
    days += _possible(run[:4], int(run[4:6]), int(run[6:]), today, swap=False)
    return Born(tuple(dict.fromkeys(days)), found.start(), found.end(), exact=False) if days else None


def _possible(year: str, month: int, day: int, today: date, *, swap: bool) -> tuple[date, ...]:
    if swap and month > 12 >= day:
        month, day = day, month
    days = [_day(full, month, day) for full in _years(year.lstrip("'"), today)]
    return tuple(found for found in days if found and today.year - OLDEST <= found.year and found <= today)


def _years(year: str, today: date) -> tuple[int, ...]:
    """Return the years a written year can mean; two digits mean the last century first, as most patients are old."""
    if len(year) == 4:
        return (int(year),)
    return (1900 + int(year), 2000 + int(year))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def age_on(birth_date: date, day: date) -> int:
    """Return the age in completed years on a day; someone born on 29 February turns a year older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def age_words(birth_date: date | None, day: date, precision: str = "day") -> str:
    """Return the age as a nurse says it: "82 y", "7 mo" under two years, "12 d" under a month; unknown said so.

    A birth date nobody has, as systems send for want of one (01/01/0001, 12/31/9999), gives no age.
    """
    if birth_date is None:
        return "age not recorded"
    years = age_on(birth_date, day)
    if not 0 <= years <= OLDEST:
        return "age not known"
    if years >= 2 or precision != "day":
        return f"{years} y" if precision == "day" else f"about {years} y"
    months = (day.year - birth_date.year) * 12 + day.month - birth_date.month - (day.day < birth_date.day)
    return f"{months} mo" if months >= 1 else f"{(day - birth_date).days} d"


def birth_words(birth_date: date | None, precision: str = "day") -> str:
    """Return a birth date as shown (03/14/1943, 03/1943, 1943 by how much is known) or "Not recorded"."""
    if birth_date is None:
        return "Not recorded"
    return birth_date.strftime({"year": "%Y", "month": "%m/%Y"}.get(precision, "%m/%d/%Y"))
