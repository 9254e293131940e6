"""Looks for records that may be the same person, and reads those waiting for a decision."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from throughline.record.people.models import (
    Address,
    ContactPoint,
    Patient,
    PatientIdentifier,
    PatientName,
)
from throughline.record.people.queries.probing import patients_in_ranges
from throughline.record.people.records import PersonIn
from throughline.record.people.rules.duplicates import WORTH_SHOWING, Likeness, Weighed, could_reach, weigh
from throughline.record.people.rules.intent import Probe
from throughline.record.people.rules.names import fold, words
from throughline.record.people.rules.phones import read_phone
from throughline.record.people.rules.tokens import Findable, Kind, NameWords, bare_number, tokens_for

MOST_A_RANGE = 40
_BLOCKS = (Kind.SOUND, Kind.NUMBER, Kind.PHONE_END)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A stored record that may be the person in question, and why."""

    patient_id: UUID
    weighed: Weighed


def likely_matches(site_id: UUID, person: PersonIn, *, at_least: float = WORTH_SHOWING) -> list[Suspect]:
    """Return the site's records that may be this person, the likeliest first. For registration and intake.

    Whose records they are is not asked: telling a clerk of a double is why she may not see more than its name.
    """
    blocks = {0: _blocks(_findable(person))}
    candidates = _candidates([site_id], blocks, {0: person.birth_date})[0]
    facts = likenesses(candidates)
    return _ranked(_likeness_of(person), facts, at_least)


def duplicates_of(patient_ids: Collection[UUID], *, site_id: UUID, at_least: float) -> dict[UUID, list[Suspect]]:
    """Return for each stored patient the other records of the site that may be her; a fixed number of statements."""
    own = likenesses(patient_ids)
    births = {key: likeness.birth_date for key, likeness in own.items()}
    blocks = {key: _blocks_of(likeness) for key, likeness in own.items()}
    candidates = _candidates([site_id], blocks, births)
    facts = likenesses({found for each in candidates.values() for found in each})
    result = {}
    for key, likeness in own.items():
        others = {found: facts[found] for found in candidates[key] if found != key and found in facts}
        result[key] = _ranked(likeness, others, at_least)
    return result


def _ranked(one: Likeness, others: dict[UUID, Likeness], at_least: float) -> list[Suspect]:
    possible = ((key, other) for key, other in others.items() if could_reach(one, other, at_least))
    weighed = [Suspect(key, weigh(one, other)) for key, other in possible]
    kept = [suspect for suspect in weighed if suspect.weighed.score >= at_least]
    return sorted(kept, key=lambda suspect: (-suspect.weighed.score, str(suspect.patient_id)))


def _findable(person: PersonIn) -> Findable:
    return Findable(
        names=tuple(NameWords(name.given, "", name.family) for name in person.names),
        phones=tuple(read_phone(p.value)[0] for p in person.contact_points if p.system == "phone"),
        numbers=tuple(i.value for i in person.identifiers if i.kind not in ("ssn", "ssn4")),
    )


def _blocks_of(likeness: Likeness) -> list[Probe]:
    return _blocks(
        Findable(
            names=(NameWords(" ".join(likeness.givens), "", " ".join(likeness.families)),),
            phones=tuple(likeness.phones),
            numbers=(*likeness.numbers, *likeness.record_numbers),
        )
    )


def _blocks(findable: Findable) -> list[Probe]:
    """Return the ranges in which a double of a person would lie: same sounds, same number, same phone."""
    return [
        Probe(kind, token, token + "\x01", "", MOST_A_RANGE)
        for kind, token in tokens_for(findable)
        if kind in _BLOCKS and token.strip()
    ]


def _candidates(
    site_ids: Collection[UUID], blocks: dict[Any, list[Probe]], births: dict[Any, Any]
) -> dict[Any, set[UUID]]:
    """Return for each key the records sharing a block or the birth date, in two statements."""
    flat = [(key, probe) for key, probes in blocks.items() for probe in probes]
    found: dict[Any, set[UUID]] = defaultdict(set)
    for index, patient in patients_in_ranges(site_ids, [probe for _, probe in flat], cap=MOST_A_RANGE):
        found[flat[index][0]].add(patient)
    days = {day for day in births.values() if day}
    same_day: dict[Any, set[UUID]] = defaultdict(set)
    if days:
        rows = Patient.objects.filter(site_id__in=site_ids, birth_date__in=days, merged_into=None)
        for patient, day in rows.values_list("id", "birth_date"):
            same_day[day].add(patient)
    return defaultdict(set, {key: found[key] | same_day[births.get(key)] for key in blocks})


def likenesses(patient_ids: Iterable[UUID]) -> dict[UUID, Likeness]:
    """Return what is compared of stored patients that are not retired by a merge, in five statements."""
    ids = list(patient_ids)
    if not ids:
        return {}
    names: dict[UUID, list[Any]] = defaultdict(list)
    stated = PatientName.objects.filter(patient_id__in=ids).order_by("id")
    for name in stated.values_list("patient_id", "given", "family", "use", named=True):
        names[name.patient_id].append(name)
    numbers: dict[UUID, list[Any]] = defaultdict(list)
    held = PatientIdentifier.objects.filter(patient_id__in=ids)
    for number in held.values_list("patient_id", "kind", "value", named=True):
        numbers[number.patient_id].append(number)
    phones: dict[UUID, set[str]] = defaultdict(set)
    for patient, value in ContactPoint.objects.filter(patient_id__in=ids, system="phone", person=None).values_list(
        "patient_id", "value"
    ):
        phones[patient].add(value)
    places: dict[UUID, set[str]] = defaultdict(set)
    for patient, lines, postal_code in Address.objects.filter(patient_id__in=ids).values_list(
        "patient_id", "lines", "postal_code"
    ):
        places[patient].add(fold(" ".join(lines) + " " + postal_code[:5]))
    return {
        key: _likeness(birth_date, gender, names[key], numbers[key], phones[key], places[key])
        for key, birth_date, gender in Patient.objects.filter(id__in=ids, merged_into=None).values_list(
            "id", "birth_date", "gender"
        )
    }


def _likeness_of(person: PersonIn) -> Likeness:
    return _likeness(
        person.birth_date,
        person.gender,
        person.names,
        person.identifiers,
        {number for p in person.contact_points if p.system == "phone" and (number := read_phone(p.value)[0])},
        {fold(" ".join(a.lines) + " " + a.postal_code[:5]) for a in person.addresses if a.lines},
    )


def _likeness(birth: Any, gender: str, names: Any, numbers: Any, phones: set[str], places: set[str]) -> Likeness:
    current = [name for name in names if name.use not in ("old", "maiden")]
    former = [name for name in names if name.use in ("old", "maiden")]
    return Likeness(
        givens=_words(name.given for name in current or former),
        families=_words(name.family for name in current or former),
        former_families=_words(name.family for name in former),
        birth_date=birth,
        gender=gender,
        phones=frozenset(phones),
        record_numbers=frozenset(bare_number(n.value) for n in numbers if n.kind == "mrn"),
        numbers=frozenset(bare_number(n.value) for n in numbers if n.kind not in ("mrn", "ssn", "ssn4")),
        addresses=frozenset(place for place in places if place.strip()),
    )


def _words(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in texts for word in words(text)))
