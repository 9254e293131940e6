"""A crowd of any size for volume: person number i is the same person on every run, on every machine. Pure."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding.parts import SYSTEMS
from throughline.edge.site.seeding.resources_readings import DIASTOLIC, SYSTOLIC
from throughline.record.people.rules.tokens import Findable, NameWords, entry_of, tokens_for

Row = tuple[Any, ...]
Reading = tuple[str, str, str, str, float, float, int]
BASE_MILLISECONDS = 1_700_000_000_000
KINDS = {
    "patient": 1, "name": 2, "identifier": 3, "point": 4, "address": 5, "condition": 6, "medication": 7,
    "encounter": 8, "observation": 9, "case": 10, "enrolment": 11, "access": 12, "task": 13, "contact": 14,
    "transition": 15,
}  # fmt: skip
FACT: tuple[str, ...] = (
    "id", "site_id", "patient_id", "source", "received_at", "status", "code_system", "code", "display",
    "effective_at", "effective_precision",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "people_patient": (
        "id", "site_id", "display_name", "sort_name", "birth_date", "birth_date_precision", "mrn", "gender",
        "language", "interpreter_needed", "phone", "time_zone", "created_at", "updated_at", "version",
    ),
    "people_patientname": ("id", "site_id", "patient_id", "use", "given", "middle", "family", "recorded_at"),
    "people_patientidentifier": ("id", "site_id", "patient_id", "kind", "system", "value", "recorded_at"),
    "people_contactpoint": ("id", "site_id", "patient_id", "system", "kind", "value", "rank", "recorded_at"),
    "people_address": (
        "id", "site_id", "patient_id", "use", "lines", "city", "state", "postal_code", "country", "recorded_at",
    ),
    "people_searchentry": ("patient_id", "site_id", "tokens"),
    "chart_condition": (*FACT, "verification", "category"),
    "chart_medication": (*FACT, "kind", "intent"),
    "chart_encounter": (*FACT, "effective_until", "class_code", "is_stay", "provider"),
    "chart_observation": (*FACT, "category", "value_number", "unit", "components"),
    "cases_case": (
        "id", "site_id", "patient_id", "state", "owner_id", "source", "identified_on", "opened_at", "acuity",
        "last_contact_at", "version",
    ),
    "cases_enrolment": ("id", "site_id", "case_id", "programme", "programme_version", "mode", "since"),
    "cases_casetransition": ("id", "case_id", "act", "after", "at", "by_name"),
    "access_patientaccess": ("id", "site_id", "patient_id", "user_id", "kind", "source", "since"),
    "contacts_contact": (
        "id", "site_id", "patient_id", "case_id", "channel", "outcome", "at", "seconds", "by_id", "by_name",
        "recorded_at",
    ),
    "tasks_task": (
        "id", "site_id", "patient_id", "case_id", "kind", "verb", "title", "tier", "owner_id", "due_at",
        "due_has_time", "time_zone", "state", "created_at", "created_by_id", "created_by_name", "version",
    ),
}  # fmt: skip
SOURCE = "volume"
CASELOAD = 120
PROGRAMMES = (("complex", "carry-out"), ("chronic", "carry-out"), ("community", "coordinate"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the crowd is made of and how much of it: `observations` a patient, one case for `people_per_case`."""

    site_id: UUID
    today: date
    drawn_from: Mapping[str, Any]
    vocabulary: Mapping[str, Mapping[str, Any]]
    nurses: tuple[tuple[UUID, str], ...]
    readings: tuple[Reading, ...]
    observations: int = 20
    people_per_case: int = 8

    @property
    def now(self) -> datetime:
        """Return noon, Greenwich time, of the day the crowd is made for."""
        return datetime.combine(self.today, time(12), tzinfo=UTC)


def identity(kind: str, number: int) -> str:
    """Return the UUID version 7, as 32 hexadecimal digits, of the `number`-th row of a kind.

    Ids rise with the number, as those of new rows do in time, so that indexes grow at their end as in real use.
    """
    milliseconds = BASE_MILLISECONDS + (number >> 12)
    return f"{(milliseconds << 80) | (7 << 76) | (KINDS[kind] << 64) | (2 << 62) | number:032x}"


def rows_of(number: int, plan: Plan) -> Iterator[tuple[str, Row]]:
    """Yield (table, row) for everything about person `number`, counted from 0, the patient first."""
    chance = random.Random(number)
    patient_id = identity("patient", number)
    yield from _particulars(number, patient_id, plan, chance)
    yield from _chart(number, patient_id, plan, chance)
    if number % plan.people_per_case == 0 and plan.nurses:
        yield from _case(number, patient_id, plan, chance)


def nurse_of(number: int, plan: Plan) -> tuple[UUID, str]:
    """Return the nurse (id, name) who owns the case of person `number`: each nurse fills up before the next begins."""
    return plan.nurses[number // plan.people_per_case // CASELOAD]


def _particulars(number: int, patient_id: str, plan: Plan, chance: random.Random) -> Iterator[tuple[str, Row]]:
    site, words = plan.site_id, plan.drawn_from
    gender = chance.choice(("female", "male"))
    given, family = chance.choice(words[gender]), chance.choice(words["family"])
    if chance.random() < 0.06:
        family = f"{family}-{chance.choice(words['family'])}"
    middle = chr(65 + chance.randrange(26))
    born = plan.today - timedelta(days=int(chance.triangular(18, 98, 66) * 365.25))
    language = chance.choice(words["languages"])
    phone = f"+1{200 + number // 100 % 800}55501{number % 100:02}"
    record_number = f"V{number:08}"
    named = (patient_id, site, f"{given} {family}", f"{family}, {given}", born, "day", record_number, gender)
    reached = (language, language != "en", phone, "America/New_York", plan.now, plan.now, 1)
    yield "people_patient", (*named, *reached)
    yield (
        "people_patientname",
        (identity("name", number), site, patient_id, "official", given, middle, family, plan.now),
    )
    owned = (site, patient_id, "mrn", "https://riverbend.example/volume", record_number, plan.now)
    yield "people_patientidentifier", (identity("identifier", number), *owned)
    yield "people_contactpoint", (identity("point", number), site, patient_id, "phone", "mobile", phone, 1, plan.now)
    city, _, postal_code = chance.choice(words["cities"]).partition("|")
    line = f"{chance.randrange(1, 9999)} {chance.choice(words['streets'])}"
    place = ("home", [line], city, "OH", postal_code, "US", plan.now)
    yield "people_address", (identity("address", number), site, patient_id, *place)
    tokens = [kind + token for kind, token in _tokens(given, middle, family, born.year)]
    tokens += entry_of(Findable((), phones=(phone,), record_numbers=(record_number,)))
    yield "people_searchentry", (patient_id, site, tokens)


# Bounded, so that a million people take no more memory than ten thousand.
@lru_cache(maxsize=2_000)
def _words_tokens(given: str, middle: str, family: str) -> list[tuple[str, str]]:
    return tokens_for(Findable((NameWords(given, middle, family),), birth_date=date(1111, 1, 1)))


def _tokens(given: str, middle: str, family: str, year: int) -> Iterator[tuple[str, str]]:
    """Yield the tokens of a name. Names repeat in a crowd and years differ, so the year is put in afterwards."""
    for kind, token in _words_tokens(given, middle, family):
        yield kind, token.replace("1111", str(year), 1) if kind == "Y" else token


def _fact(kind: str, number: int, patient_id: str, plan: Plan, system: str, code: str, text: str) -> Row:
    about = (identity(kind, number), plan.site_id, patient_id, SOURCE, plan.now)
    status = {"condition": "active", "medication": "active", "encounter": "finished"}.get(kind, "final")
    return (*about, status, SYSTEMS[system] if system else "", code, text)


def _coded(plan: Plan, section: str, word: str) -> tuple[str, str, str]:
    entry = plan.vocabulary[section].get(word, {})
    for system in ("icd10", "rxnorm", "loinc"):
        if system in entry:
            return system, str(entry[system]), str(entry.get("text", word))
    return "", "", word


def _chart(number: int, patient_id: str, plan: Plan, chance: random.Random) -> Iterator[tuple[str, Row]]:
    words = plan.drawn_from
    for at, word in enumerate(chance.sample(words["conditions"], chance.randint(1, 6))):
        since = plan.now - timedelta(days=chance.randrange(30, 4000))
        coded = _coded(plan, "conditions", word)
        row = _fact("condition", number * 8 + at, patient_id, plan, *coded)
        yield "chart_condition", (*row, since, "day", "confirmed", "problem-list-item")
    for at, word in enumerate(chance.sample(words["medicines"], chance.randint(0, 7))):
        since = plan.now - timedelta(days=chance.randrange(5, 2000))
        row = _fact("medication", number * 8 + at, patient_id, plan, *_coded(plan, "medicines", word))
        yield "chart_medication", (*row, since, "day", "request", "order")
    for at in range(chance.randint(1, 4)):
        kind, stay = chance.choice((("AMB", False), ("AMB", False), ("EMER", False), ("IMP", True)))
        start = plan.now - timedelta(days=chance.randrange(2, 700), hours=chance.randrange(8))
        end = start + (timedelta(days=chance.randint(1, 9)) if stay else timedelta(hours=1))
        row = _fact("encounter", number * 8 + at, patient_id, plan, "", "", "inpatient" if stay else "visit")
        yield "chart_encounter", (*row, start, "second", min(end, plan.now), kind, stay, "Stonebridge Regional Health")
    yield from _observations(number, patient_id, plan, chance)


def _observations(number: int, patient_id: str, plan: Plan, chance: random.Random) -> Iterator[tuple[str, Row]]:
    kinds = plan.readings
    first = number * plan.observations
    step = timedelta(days=1000) / max(plan.observations, 1)
    taken = plan.now - timedelta(hours=chance.randrange(40))
    for at in range(plan.observations):
        if at % (len(kinds) + 1) == 0:
            loinc, text, category, unit, value = "85354-9", "Blood pressure", "vital-signs", "", None
            parts = _pressure(chance.randint(98, 182), chance.randint(54, 104))
        else:
            loinc, text, category, unit, low, high, digits = kinds[at % len(kinds)]
            value, parts = round(low + (high - low) * chance.random(), digits), None
        row = _fact("observation", first + at, patient_id, plan, "loinc", loinc, text)
        yield "chart_observation", (*row, taken - step * at, "second", category, value, unit, parts)


def readings(drawn_from: Mapping[str, Any], vocabulary: Mapping[str, Mapping[str, Any]]) -> tuple[Reading, ...]:
    """Return the kinds of reading the crowd has: LOINC, text, category, unit, lowest, highest, decimals."""
    found = []
    for line in drawn_from["readings"]:
        word, low, high, digits = line.split("|")
        entry = vocabulary["observations"][word]
        unit = entry.get("ucum", entry["unit"])
        found.append((entry["loinc"], entry["text"], entry["category"], unit, float(low), float(high), int(digits)))
    return tuple(found)


def _pressure(top: int, bottom: int) -> str:
    return (
        f'[{{"code": "{SYSTOLIC}", "value": {top}, "unit": "mm[Hg]"}},'
        f' {{"code": "{DIASTOLIC}", "value": {bottom}, "unit": "mm[Hg]"}}]'
    )


def _case(number: int, patient_id: str, plan: Plan, chance: random.Random) -> Iterator[tuple[str, Row]]:
    nurse, name = nurse_of(number, plan)
    case_id, site = identity("case", number), plan.site_id
    opened = plan.now - timedelta(days=chance.randrange(20, 300))
    spoke = plan.now - timedelta(days=chance.randrange(1, 45), hours=chance.randrange(3))
    head = (case_id, site, patient_id, "active", nurse, "List of a health plan", opened.date(), opened)
    yield "cases_case", (*head, chance.randint(1, 4), max(spoke, opened), 3)
    programme, mode = chance.choice(PROGRAMMES)
    yield "cases_enrolment", (identity("enrolment", number), site, case_id, programme, "1.0", mode, opened)
    yield "cases_casetransition", (identity("transition", number), case_id, "open", "pending", opened, "volume")
    opens = (site, patient_id, nurse, "assignment", f"case:{case_id}", opened)
    yield "access_patientaccess", (identity("access", number), *opens)
    outcome = chance.choice(("spoke-patient", "spoke-patient", "voicemail", "no-answer"))
    call = (site, patient_id, case_id, "phone", outcome, max(spoke, opened), 60 * chance.randint(1, 25))
    yield "contacts_contact", (identity("contact", number), *call, nurse, name, max(spoke, opened))
    for at in range(chance.randint(1, 4)):
        kind, verb, title, tier = chance.choice(plan.drawn_from["tasks"]).split("|")
        due = plan.now + timedelta(days=chance.randrange(-9, 30), hours=chance.randrange(-4, 6))
        task = (identity("task", number * 8 + at), site, patient_id, case_id, kind, verb, title, int(tier), nurse)
        made = (True, "America/New_York", "open", max(opened, plan.now - timedelta(days=30)), nurse, name, 1)
        yield "tasks_task", (*task, None if chance.random() < 0.1 else due, *made)
