"""What a search text means: name words, a birth date or year, digits of a phone or number, an identifier."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from throughline.record.people.rules.dates import OLDEST, find_birth_date
from throughline.record.people.rules.names import (
    PARTICLES,
    TITLES,
    also_called,
    called_sounds,
    fold,
    is_whole_word,
    plain_signs,
    sound,
)
from throughline.record.people.rules.tokens import Kind, bare_number

LONGEST_TEXT = 120
MOST_WORDS = 6
PREFIX_END = "\U0010ffff"  # sorts after every letter, so [p, p + PREFIX_END) holds all that starts with p
FIRST_WORDS = 300  # how many different first words of a range are looked through for the start of a second word
CAP = 30
SHORTEST_HEARD = 4  # shorter words sound like too much: "gar" alone is the start of a name, not Kerr

_LABELS = re.compile(
    r"\b(?:mrn|dob|d\.o\.b\.?|born|birth ?date|phone|tel|cell|mobile|member ?id|member|medicare|medicaid)\b[:#]?|#",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?<!\S)(?=\S*\d)(?=\S*[^\W\d_])\S+")
_DIGITS = re.compile(r"\+?\(?\d[\d\s().\-/+]*(?:\s*(?:x|ext\.?)\s*\d+)?")
_YEAR = re.compile(r"(?<!\S)(?:19|20)\d\d(?!\S)")


@dataclass(frozen=True, slots=True)
class Intent:
    """A search text as understood. All parts that are present must fit a patient."""

    words: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    year: int | None = None
    digits: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    maybe_date: bool = False

    @property
    def is_empty(self) -> bool:
        """True when there is too little to search by: no date, no number and fewer than two letters.

        One letter of a script without capitals (王) is a whole name.
        """
        said = "".join(self.words)
        return not (self.dates or self.digits or self.numbers or len(said) >= 2 or is_whole_word(said))

    def read_as(self) -> str:
        """Return in words how the text was understood, for the line above the results."""
        parts = []
        if self.words:
            parts.append("name " + " ".join(self.words))
        if self.dates:
            parts.append("born " + " or ".join(f"{day:%m/%d/%Y}" for day in self.dates))
        if self.year:
            parts.append(f"born in {self.year}")
        if self.digits and not (self.maybe_date and self.dates):
            parts.append("digits " + ", ".join(self.digits))
        if self.numbers:
            parts.append("number " + ", ".join(self.numbers))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Probe:
    """One range of the search tokens to look through. `then` is what must start the second word, if any.

    `scan` is how many tokens are read; with `then`, how many different first words are looked behind.
    """

    kind: str
    low: str
    high: str
    then: str = ""
    scan: int = CAP


def read_search(text: str, *, today: date) -> Intent:
    """Return what a search text means. Anything unreadable is taken as name words."""
    rest = _LABELS.sub(" ", plain_signs(text[:LONGEST_TEXT]))[:LONGEST_TEXT]
    dates: tuple[date, ...] = ()
    maybe = False
    born = find_birth_date(rest, today=today)
    digits: list[str] = []
    if born:
        dates, maybe = born.dates, not born.exact
        if maybe:
            digits.append(re.sub(r"\D", "", rest[born.start : born.end]))
        rest = rest[: born.start] + " " + rest[born.end :]
    numbers = [bare_number(found[0]) for found in _MIXED.finditer(rest)]
    rest = _MIXED.sub(" ", rest)
    year, rest = _year(rest, today) if not dates else (None, rest)
    digits += _digit_runs(rest)
    said = fold(_DIGITS.sub(" ", rest)).split()[:MOST_WORDS]
    return Intent(
        words=tuple(said),
        dates=dates,
        year=year,
        digits=tuple(digits),
        numbers=tuple(number for number in numbers if number),
        maybe_date=maybe,
    )


def _year(rest: str, today: date) -> tuple[int | None, str]:
    """Take out a birth year that stands beside a name; alone, four digits are more likely the end of a number."""
    found = _YEAR.search(rest)
    if not found or not fold(_DIGITS.sub(" ", rest)):
        return None, rest
    year = int(found[0])
    if not today.year - OLDEST <= year <= today.year:
        return None, rest
    return year, rest[: found.start()] + " " + rest[found.end() :]


def _digit_runs(rest: str) -> list[str]:
    """Return the runs of at least three digits, without the marks, the extension and the 1 or +1 before a US number."""
    runs = []
    for found in _DIGITS.finditer(rest):
        plain = re.split(r"x|ext", found[0], flags=re.IGNORECASE)[0]
        digits = re.sub(r"\D", "", plain)
        if len(digits) == 11 and digits.startswith("1"):
            digits = digits[1:]
        if len(digits) >= 3:
            runs.append(digits)
    return runs


def probes_for(intent: Intent) -> list[Probe]:
    """Return the ranges that hold every patient an intent can mean, the most selective part deciding."""
    probes = []
    for number in (*intent.numbers, *intent.digits):
        probes.append(_prefix(Kind.NUMBER, number))
        probes.append(_prefix(Kind.NUMBER_END, number[::-1]))
        if not number.isdigit():
            probes.append(_prefix(Kind.NAME, number.lower()))
    for digits in intent.digits:
        probes.append(_prefix(Kind.PHONE, digits))
        if len(digits) >= 4:
            probes.append(_prefix(Kind.PHONE_END, digits[::-1]))
    if probes or intent.dates:
        return probes
    return _name_probes(intent)


def _prefix(kind: Kind, start: str, then: str = "", scan: int = CAP) -> Probe:
    return Probe(str(kind), start, start + PREFIX_END, then, scan)


def _name_probes(intent: Intent) -> list[Probe]:
    """Return the ranges of every way the name words can be read."""
    found: dict[Probe, None] = {}
    for said in readings(intent.words):
        if intent.year:
            probes = _year_probes(intent.year, said)
        else:
            probes = _one_word(said[0]) if len(said) == 1 else _two_words(said)
        found.update(dict.fromkeys(probes))
    return list(found)


@lru_cache(maxsize=256)
def readings(said: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the ways to read name words: particles left out, joined to what follows, and all in one word.

    "ana de la cruz" reads as (ana, cruz), (ana, delacruz), (anadelacruz); "smith jr" also as (smith), for patients
    are found by their names without titles, and still as (smith, jr), which may be the beginning of a name.
    """
    said = tuple(dict.fromkeys(said))
    untitled = tuple(word for word in said if word not in TITLES)
    ways = _ways(said)
    if untitled and untitled != said:
        ways = [*_ways(untitled), *ways]
    return tuple(way for way in dict.fromkeys(ways) if way)


def _ways(said: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return words without their particles, with each joined to what follows, and all joined."""
    core = tuple(word for word in said if word not in PARTICLES) or said
    led: list[str] = []
    lead = ""
    for word in said:
        lead += word
        if word not in PARTICLES:
            led.append(lead)
            lead = ""
    return [core, tuple(led), ("".join(said),)]


def _two_words(said: tuple[str, ...]) -> list[Probe]:
    """Return the ranges of the two longest words, in both orders, with short forms and sounds of either."""
    probes = []
    longest = sorted(said, key=len, reverse=True)[:2]
    for first, second in (tuple(longest), tuple(reversed(longest))):
        probes.append(_prefix(Kind.NAME, f"{first} {second}"))
        probes.append(_prefix(Kind.NAME, first, second, FIRST_WORDS))
        probes += [_prefix(Kind.NAME, f"{other} {second}") for other in sorted(also_called(first))]
    one, two = sound(longest[0]), sound(longest[1])
    if one and two:
        pairs = [(one, two), *((one, called) for called in sorted(called_sounds(longest[1])))]
        pairs += [(two, called) for called in sorted(called_sounds(longest[0]))]
        probes += [Probe(str(Kind.SOUND), f"{a} {b}", f"{a} {b}\x01") for a, b in pairs]
    return probes


def _one_word(word: str) -> list[Probe]:
    """The range of the word itself, of those it is short for, and of what sounds the same."""
    probes = [_prefix(Kind.NAME, f"{word} "), _prefix(Kind.NAME, word)]
    probes += [_prefix(Kind.NAME, f"{other} ") for other in sorted(also_called(word))]
    heard = sound(word)
    if heard and len(word) >= SHORTEST_HEARD:
        probes.append(_prefix(Kind.SOUND, f"{heard} ", scan=CAP * 2))
    probes += [_prefix(Kind.SOUND, f"{called} ") for called in sorted(called_sounds(word))]
    return probes


def _year_probes(year: int, said: tuple[str, ...]) -> list[Probe]:
    probes = []
    for word in said:
        probes.append(_prefix(Kind.YEAR, f"{year} {word}"))
        probes += [_prefix(Kind.YEAR, f"{year} {other}") for other in sorted(also_called(word))]
        probes += [Probe(str(Kind.YEAR), f"{year} {word[:2]}", f"{year} {word[:2]}{PREFIX_END}")]
    return probes
