"""Whether two records may be one person: evidence weighed in bits and explained.

After I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", JASA 64 (1969): each field that agrees adds
log2(m/u), each that disagrees takes away, where m is how often it agrees for one person and u how often by chance.
The weights below are rounded from the frequencies of US names, birth dates and phones; phones and addresses are
shared in families, so together they never outweigh a different first name on the same birthday (twins).
"""

from dataclasses import dataclass
from datetime import date

from throughline.record.people.rules.names import alike, also_called, one_letter_apart, sound

LIKELY = 18.0  # kept for a person to decide
WORTH_SHOWING = 12.0  # shown while a patient is being registered
ALMOST_SURE = 26.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is compared of a person: folded words, E.164 phones, bare numbers, an address as one folded text."""

    givens: tuple[str, ...]
    families: tuple[str, ...]
    former_families: tuple[str, ...] = ()
    birth_date: date | None = None
    gender: str = ""
    phones: frozenset[str] = frozenset()
    record_numbers: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weighed:
    """The evidence that two records are one person, in bits, and the reasons in words."""

    score: float
    reasons: tuple[str, ...]

    @property
    def likely(self) -> bool:
        """True when a person should decide."""
        return self.score >= LIKELY


Part = tuple[float, str]
NOTHING: Part = (0.0, "")


def weigh(one: Likeness, other: Likeness) -> Weighed:
    """Return how strongly two records point to one person and why; symmetric in its arguments."""
    parts = [
        _numbers(one, other),
        _birth(one.birth_date, other.birth_date),
        _family(one, other),
        _given(one.givens, other.givens),
        _gender(one.gender, other.gender),
        *_reach(one, other),
    ]
    return Weighed(round(sum(bits for bits, _ in parts), 2), tuple(why for _, why in parts if why))


# The most that names can add: the same family name and the same first name.
_MOST_BY_NAMES = 7.0 + 6.0


def could_reach(one: Likeness, other: Likeness, least: float) -> bool:
    """Whether `weigh` could come to `least`: False only when it cannot, whatever the names.

    Comparing names by sound and spelling is most of the cost, and most candidates fail by their birth dates alone.
    """
    parts = (_numbers(one, other), _birth(one.birth_date, other.birth_date), _gender(one.gender, other.gender))
    return sum(bits for bits, _ in (*parts, *_reach(one, other))) + _MOST_BY_NAMES >= least


def _numbers(one: Likeness, other: Likeness) -> Part:
    if one.record_numbers & other.record_numbers:
        return 14.0, "same record number"
    if one.numbers & other.numbers:
        return 12.0, "same identifier"
    return NOTHING


def _birth(one: date | None, other: date | None) -> Part:
    if one is None or other is None:
        return NOTHING
    if one == other:
        return 12.0, "same birth date"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return 8.0, "birth dates differ by day and month swapped"
    if _one_digit_apart(one, other):
        return 5.0, "birth dates differ by one digit"
    return -6.0, "different birth dates"


def _one_digit_apart(one: date, other: date) -> bool:
    return sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) == 1


def _family(one: Likeness, other: Likeness) -> Part:
    if not one.families or not other.families:
        return NOTHING
    if set(one.families) & set(other.families):
        return 7.0, "same family name"
    former = set(one.former_families) & set((*other.families, *other.former_families))
    former |= set(other.former_families) & set(one.families)
    if former:
        return 5.5, "one's family name is the other's former name"
    return _close(one.families, other.families, "family name", (5.0, 4.0), -4.0)


def _given(one: tuple[str, ...], other: tuple[str, ...]) -> Part:
    if not one or not other:
        return NOTHING
    if one[0] == other[0]:
        return 6.0, "same first name"
    if set(one) & set(other):
        return 4.5, "first name of one is a given name of the other"
    if also_called(one[0]) & set(other) or also_called(other[0]) & set(one):
        return 4.5, "first name and its short form"
    if one[0][0] == other[0][0] and 1 in (len(one[0]), len(other[0])):
        return 1.0, "same first initial"
    return _close(one, other, "first name", (4.0, 3.0), -10.0)


def _close(one: tuple[str, ...], other: tuple[str, ...], what: str, near: tuple[float, float], apart: float) -> Part:
    pairs = [(a, b) for a in one for b in other]
    if any(one_letter_apart(a, b) for a, b in pairs):
        return near[0], f"{what}s differ by one letter"
    if any(sound(a) and sound(a) == sound(b) for a, b in pairs):
        return near[1], f"{what}s sound alike"
    if any(alike(a, b) >= 0.92 for a, b in pairs):
        return near[1], f"{what}s are spelled alike"
    return apart, f"different {what}s"


def _gender(one: str, other: str) -> Part:
    known = {"male", "female"}
    if one not in known or other not in known:
        return NOTHING
    return (0.9, "") if one == other else (-3.0, "different gender")


def _reach(one: Likeness, other: Likeness) -> list[Part]:
    found: list[Part] = []
    if one.phones & other.phones:
        found.append((5.0, "same phone"))
    if one.addresses & other.addresses:
        found.append((4.0 if not found else 2.0, "same address"))
    return found
