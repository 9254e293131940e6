"""How well a patient fits a search, and why: one pure judgement for every way a patient can be found."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from throughline.record.people.rules.intent import SHORTEST_HEARD, Intent, readings
from throughline.record.people.rules.names import (
    alike,
    also_called,
    called_sounds,
    fold,
    one_letter_apart,
    sound,
    words,
)

EXACT, START, CALLED, SLIP, SOUNDS = 100, 80, 60, 55, 45


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a patient when she is judged: folded name words, numbers and phone digits of her tokens."""

    display_name: str
    preferred_name: str
    birth_date: date | None
    name_words: frozenset[str]
    numbers: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


def judge(intent: Intent, patient: Candidate) -> tuple[int, tuple[str, ...]] | None:
    """Return (score, reasons) when every part of the intent fits the patient, else None. A higher score fits better.

    Reasons name what matched otherwise than by the name shown: a nickname, a former name, a sound, a number's end.
    """
    score, why = 0, []
    for part in (_by_words(intent, patient), _by_birth(intent, patient), _by_numbers(intent, patient)):
        if part is None:
            return None
        score += part[0]
        why.extend(part[1])
    return score, tuple(dict.fromkeys(why))


def is_sure(intent: Intent, patient: Candidate) -> bool:
    """Whether every word typed begins a name of the patient, so that nobody else can have been meant by its sound."""
    return not intent.words or any(
        all(any(name.startswith(word) for name in patient.name_words) for word in way) for way in readings(intent.words)
    )


def _by_words(intent: Intent, patient: Candidate) -> tuple[int, list[str]] | None:
    if not intent.words:
        return 0, []
    shown = frozenset(words(patient.display_name)) | frozenset(words(patient.preferred_name))
    fits = [fit for way in readings(intent.words) if (fit := _each_word(way, patient, shown))]
    return max(fits, key=lambda fit: fit[0], default=None)


def _each_word(said: tuple[str, ...], patient: Candidate, shown: frozenset[str]) -> tuple[int, list[str]] | None:
    total, why = 0, []
    for word in said:
        strength, matched, how = _word(word, patient.name_words)
        if not strength and (len(said) > 1 or len(word) >= SHORTEST_HEARD):
            strength, matched, how = _by_sound(word, patient.name_words)
        if not strength:
            return None
        total += strength
        if how:
            why.append(how)
        if matched not in shown:
            why.append(f"also known as {matched.title()}")
    return total // len(said), why


# How a name word fits a word typed, the better the greater.
_SLIP, _CALLED_ALIKE, _CALLED, _START = 1, 2, 3, 4


def _word(word: str, names: frozenset[str]) -> tuple[int, str, str]:
    """Return (strength, the name word it matched, how) for the best fitting name word; strength 0 when none fits."""
    if word in names:
        return EXACT, word, ""
    fits = {name: _fit(word, name) for name in names}
    best = max(fits.values(), default=0)
    if not best:
        return 0, "", ""
    fitting = sorted(name for name, fit in fits.items() if fit == best)
    if best == _START:
        return START, fitting[0], ""
    if best == _SLIP:
        return SLIP, fitting[-1], f"{fitting[-1].title()} is one letter from {word.title()}"
    short, long = sorted((word, fitting[0]), key=len)
    return CALLED, fitting[0], f"{short.title()} is short for {long.title()}"


@lru_cache(maxsize=20_000)
def _fit(word: str, name: str) -> int:
    """Return how one name word fits, 0 for not at all. Kept: many who are found bear the same names."""
    if name.startswith(word):
        return _START
    if name in also_called(word):
        return _CALLED
    if sound(name) in called_sounds(word):
        return _CALLED_ALIKE
    return _SLIP if len(word) > 3 and one_letter_apart(word, name) else 0


def _by_sound(word: str, names: frozenset[str]) -> tuple[int, str, str]:
    heard = sound(word)
    same = [name for name in names if heard and sound(name) == heard]
    if not same:
        return 0, "", ""
    nearest = max(same, key=lambda name: (alike(word, name), name))
    return SOUNDS, nearest, f"{nearest.title()} sounds like {word.title()}"


def _by_birth(intent: Intent, patient: Candidate) -> tuple[int, list[str]] | None:
    if intent.dates and not intent.maybe_date:
        return (40, ["born that day"]) if patient.birth_date in intent.dates else None
    if intent.year:
        born = patient.birth_date
        return (20, [f"born in {intent.year}"]) if born and born.year == intent.year else None
    return 0, []


def _by_numbers(intent: Intent, patient: Candidate) -> tuple[int, list[str]] | None:
    """Every number must fit; digits in a row may be a birth date, a phone or a number, whichever fits."""
    total, why = 0, []
    for number in (*intent.numbers, *intent.digits):
        part = _number(number, patient)
        if part is None and not number.isdigit():
            part = _as_word(number.lower(), patient)
        if part is None and intent.maybe_date and patient.birth_date in intent.dates:
            part = (40, "born that day")
        if part is None:
            return None
        total += part[0]
        why += [part[1]] if part[1] else []
    return total, why


def _as_word(text: str, patient: Candidate) -> tuple[int, str] | None:
    """A word of letters and digits may be a name as test systems write them (Kuhn96), whole or its start."""
    if any(name.startswith(text) for name in patient.name_words):
        return (EXACT if text in patient.name_words else START), ""
    return None


def _number(number: str, patient: Candidate) -> tuple[int, str] | None:
    if number in patient.numbers:
        return 100, "number"
    if any(phone == number or phone == f"1{number}" for phone in patient.phones):
        return 95, "phone"
    if any(held.startswith(number) for held in patient.numbers):
        return 70, "start of a number"
    if len(number) >= 4 and any(phone.endswith(number) for phone in patient.phones):
        return 65, f"phone ending {number}"
    if any(held.endswith(number) for held in patient.numbers):
        return 60, f"number ending {number}"
    if any(phone.startswith((number, f"1{number}")) for phone in patient.phones):
        return 55, f"phone starting {number}"
    return None


def name_key(shown: str) -> tuple[str, str]:
    """Return how the first and the last word of a shown name sound; names with one key could be taken for each other.

    Words whose sound is not known stand for themselves.
    """
    parts = fold(shown).split() or [""]
    return sound(parts[0]) or parts[0], sound(parts[-1]) or parts[-1]


def same_name(one: str, other: str) -> bool:
    """Whether two shown names could be taken for each other: the first and last words are equal or sound alike."""
    return name_key(one) == name_key(other)
