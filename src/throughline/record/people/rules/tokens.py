"""The ways to find a patient, as short strings read by range: built here for one patient, for actions and bulk loads.

| kind | token | finds |
|---|---|---|
| N | two name words in each order a person may say them | "garcia", "garcia mar", "maria gar" |
| S | the sounds of two name words, both orders | "garsia" |
| Y | birth year and a name word | "garcia 1943" |
| I, J | a number, forwards and (record numbers) backwards | the whole, its start, its end |
| P, R | a phone, national digits forwards and all digits backwards | the start, the last four or seven, the whole |
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise, product

from throughline.record.people.rules.names import plain_signs, sound, words
from throughline.record.people.rules.phones import phone_digits

MOST_TOKENS = 120


class Kind(StrEnum):
    """What a token is made of; one letter because it is stored some fourteen times a patient."""

    NAME = "N"
    SOUND = "S"
    YEAR = "Y"
    NUMBER = "I"
    NUMBER_END = "J"
    PHONE = "P"
    PHONE_END = "R"


# The bare letters: an enumeration's members are slow to make and to compare by the dozen.
_NAME, _SOUND, _YEAR = Kind.NAME.value, Kind.SOUND.value, Kind.YEAR.value
_NUMBER, _NUMBER_END = Kind.NUMBER.value, Kind.NUMBER_END.value
_PHONE, _PHONE_END = Kind.PHONE.value, Kind.PHONE_END.value


@dataclass(frozen=True, slots=True)
class NameWords:
    """The parts of one of a patient's names, as written."""

    given: str = ""
    middle: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class Findable:
    """All that a patient can be found by. Phones are E.164, `record_numbers` MRNs, `numbers` other identifiers."""

    names: tuple[NameWords, ...]
    birth_date: date | None = None
    phones: tuple[str, ...] = ()
    record_numbers: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


def bare_number(value: str) -> str:
    """Return an identifier as it is compared: letters and digits only, upper case."""
    return re.sub(r"[^0-9A-Za-z]", "", plain_signs(value)).upper()[:100]


def entry_of(patient: Findable) -> list[str]:
    """Return the sorted tokens of one patient, each once and at most 120: the letter of the kind, then the token."""
    found: dict[str, None] = {}
    for phone in patient.phones:
        national, every = phone_digits(phone)
        if len(every) >= 4:
            found[_PHONE + national[:60]] = None
            found[_PHONE_END + every[::-1][:60]] = None
    for value in patient.record_numbers:
        if bare := bare_number(value):
            found[_NUMBER + bare] = None
            found[_NUMBER_END + bare[::-1]] = None
    for value in patient.numbers:
        if bare := bare_number(value):
            found[_NUMBER + bare] = None
    for token in _name_tokens(patient):
        found[token] = None
    return sorted(list(found)[:MOST_TOKENS])


def tokens_for(patient: Findable) -> list[tuple[str, str]]:
    """Return the tokens of `entry_of` as pairs of kind and token."""
    return [(token[0], token[1:]) for token in entry_of(patient)]


def _name_tokens(patient: Findable) -> Iterable[str]:
    givens = _all_words(name.given for name in patient.names)
    middles = [word for word in _all_words(name.middle for name in patient.names) if word not in givens]
    families = _all_words(name.family for name in patient.names)
    paired = list(_pairs(givens, middles, families))
    begun = {first for first, _ in paired}
    for first, second in paired:
        yield f"{_NAME}{first} {second}"
    for word in (*givens, *middles, *families):
        if word not in begun:
            yield f"{_NAME}{word} "
    for first, second in _sounds(givens, middles, families):
        yield f"{_SOUND}{first} {second}"
    if patient.birth_date:
        for word in (*families, *givens):
            yield f"{_YEAR}{patient.birth_date.year} {word}"


def _all_words(texts: Iterable[str]) -> list[str]:
    """Return the words of names; digits alone are left out, because a search takes them for a number, never a name."""
    return list(dict.fromkeys(word for text in texts for word in words(text) if not word.isdigit()))


def _apart(said: list[str]) -> list[str]:
    """Return the words without those that are two of the others written as one: nobody says both."""
    if len(said) < 3:
        return said
    joined = {first + second for first, second in pairwise(said)}
    return [word for word in said if word not in joined]


def _pairs(givens: list[str], middles: list[str], families: list[str]) -> Iterable[tuple[str, str]]:
    """Yield the pairs of name words people say together, in both orders, the likeliest first."""
    said = [
        *product(families, givens),
        *product(middles, (*families[:2], *givens[:2])),
        *pairwise(_apart(givens)),
        *pairwise(_apart(families)),
    ]
    for first, second in said:
        if first != second:
            yield first, second
            yield second, first


def _sounds(givens: list[str], middles: list[str], families: list[str]) -> Iterable[tuple[str, str]]:
    ours = list(dict.fromkeys(filter(None, map(sound, families))))
    firsts = list(dict.fromkeys(filter(None, map(sound, (*givens, *middles)))))
    for family in ours:
        for first in firsts or [""]:
            yield family, first
            if first:
                yield first, family
    if not ours:
        yield from ((first, "") for first in firsts)
