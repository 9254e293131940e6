"""Names as people write and say them: folding, splitting into parts, sounding alike, nicknames, display and order."""

import re
import unicodedata
from functools import lru_cache

import jellyfish
from nicknames import NickNamer

LONGEST_WORD = 40

# Letters that carry no combining mark to strip, and how they are usually written without one.
_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
        "ŋ": "ng", "ŧ": "t",
    }
)  # fmt: skip

# Words that stand before a family name and are often left out, joined or written in any case.
# fmt: off
PARTICLES = frozenset((
    "de", "del", "dela", "della", "di", "da", "do", "dos", "das", "du", "des", "la", "las", "le", "los", "el", "al",
    "bin", "bint", "ibn", "ben", "van", "von", "der", "den", "ter", "ten", "zu", "zur", "y", "e", "o", "mac", "mc",
    "st", "saint", "san", "santa", "abu",
))
# fmt: on
TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "sr", "sra", "jr", "ii", "iii", "iv"})
# Spanish short forms, which the library of nicknames does not know.
# fmt: off
_SHORT_FORMS = {
    "beto": "alberto roberto norberto humberto", "chayo": "rosario", "charo": "rosario", "chela": "graciela marcela",
    "chelo": "consuelo", "chucho": "jesus", "chuy": "jesus", "concha": "concepcion", "cuca": "refugio",
    "kike": "enrique", "lalo": "eduardo", "licha": "alicia", "lola": "dolores", "lupe": "guadalupe",
    "lupita": "guadalupe", "manolo": "manuel", "maru": "maria eugenia", "meche": "mercedes", "memo": "guillermo",
    "nacho": "ignacio", "nando": "fernando", "paco": "francisco", "pancho": "francisco", "pepe": "jose",
    "polo": "leopoldo", "quique": "enrique", "rafa": "rafael", "tere": "teresa", "tono": "antonio", "yola": "yolanda",
}
# fmt: on
_LONG_FORMS: dict[str, set[str]] = {}
for _short, _longs in _SHORT_FORMS.items():
    for _long in _longs.split():
        _LONG_FORMS.setdefault(_long, set()).add(_short)
_APOSTROPHES = re.compile(r"['’‘ʼ`´ʻ]")
_NOT_WORD = re.compile(r"[^\w]+|_")
_nicknamer: list[NickNamer] = []


def fold(text: str) -> str:
    """Return text for comparison: lower case, accents and apostrophes gone, everything else between words a space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)
    return " ".join(_NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).split())


def plain_signs(text: str) -> str:
    """Return text with digits of any script and signs of any width as they are kept: both １２ and ١٢ are 12."""
    if text.isascii():
        return text
    normal = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in normal)


def is_whole_word(text: str) -> bool:
    """Whether a single letter can be a whole name: one of a script without capitals, such as 王."""
    return len(text) == 1 and unicodedata.category(text) == "Lo"


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """Return the folded words of a name that say something: particles joined to what follows them as well as apart.

    "de la Cruz" gives ("cruz", "delacruz"); "O Brien" gives ("brien", "obrien"); "Smith-Jones" gives both halves
    and the whole. Titles and Jr are left out; a name of particles only is kept as it is.
    """
    apart = [word for word in fold(text).split() if word not in TITLES] or fold(text).split()
    core = [word for word in apart if word not in PARTICLES] or apart
    found = list(core)
    if len(apart) > 1:
        found.append("".join(apart))
        found.extend(_led_words(apart))
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in found))


def _led_words(apart: list[str]) -> list[str]:
    """Return each word joined with the particles right before it: "maria de la cruz" gives "delacruz"."""
    led, lead = [], ""
    for word in apart:
        if word in PARTICLES:
            lead += word
            continue
        if lead:
            led.append(lead + word)
        lead = ""
    return led


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Return how a folded word sounds (Metaphone, with Spanish and common initial spellings evened out first).

    Empty for scripts the rules of Metaphone do not know.
    """
    if not word.isascii() or not word.isalpha():
        return ""
    evened = re.sub(r"^(?:x|gi|ge)(?=[aeiou]?)", lambda m: {"x": "j", "gi": "ji", "ge": "je"}[m[0]], word)
    evened = re.sub(r"^h(?=[aeiou])|(?<=n)d(?=ez|es)", "", evened)
    evened = evened.replace("ll", "l").replace("th", "t") if evened.startswith("th") else evened
    evened = re.sub(r"^ng", "n", evened)
    return jellyfish.metaphone(evened).replace(" ", "").replace("0", "T")


@lru_cache(maxsize=10_000)
def also_called(word: str) -> frozenset[str]:
    """Return the given names that `word` is short for, or that are short for it (Peggy and Margaret)."""
    if not _nicknamer:
        _nicknamer.append(NickNamer())
    namer = _nicknamer[0]
    known = namer.canonicals_of(word) | namer.nicknames_of(word)
    known |= set(_SHORT_FORMS.get(word, "").split()) | _LONG_FORMS.get(word, set())
    return frozenset(known) - {word}


@lru_cache(maxsize=10_000)
def called_sounds(word: str) -> frozenset[str]:
    """Return how the names that `word` is short for, or that are short for it, sound: Katie reaches every Katherine."""
    return frozenset(heard for other in also_called(word) if len(heard := sound(other)) > 1)


def alike(one: str, other: str) -> float:
    """Return how alike two folded words are, 0 to 1 (Jaro-Winkler similarity)."""
    return jellyfish.jaro_winkler_similarity(one, other)


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one typing slip turns one word into the other (Damerau-Levenshtein distance of exactly 1)."""
    return abs(len(one) - len(other)) <= 1 and jellyfish.damerau_levenshtein_distance(one, other) == 1


def display_name(*, given: str, middle: str = "", family: str, suffix: str = "", preferred: str = "") -> str:
    """Return the name as shown: given, middle, family, suffix. "Name not recorded" when nothing is known."""
    parts = [part.strip() for part in (given, middle, family, suffix) if part.strip()]
    return (" ".join(parts) or preferred.strip() or "Name not recorded")[:250]


def sort_name(*, given: str, middle: str = "", family: str, suffix: str = "", preferred: str = "") -> str:
    """Return the name as lists order it: "Family Suffix, Given Middle"."""
    last = " ".join(part.strip() for part in (family, suffix) if part.strip())
    first = " ".join(part.strip() for part in (given, middle) if part.strip())
    if last and first:
        return f"{last}, {first}"[:250]
    return (last or first or preferred.strip() or "Name not recorded")[:250]
