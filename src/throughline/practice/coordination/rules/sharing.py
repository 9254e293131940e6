"""What a member outside may be shown: the patient's consent, category by category, and nothing it does not name.

A category not consented to is off. The sensitive ones are off unless each is named (behavioral health, substance use,
HIV and sexual health); records of substance use treatment ask for a written consent of their own and carry the notice
against redisclosure (42 CFR 2.31, 2.32). Pure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from throughline.practice.coordination.records.sharing import Category, Part, Selection, Shareable


@dataclass(frozen=True, slots=True)
class Limits:
    """What a consent to share says: the decision, its categories, whether it is in writing, until when."""

    decision: str = ""
    categories: frozenset[str] = frozenset()
    written: bool = False
    until: date | None = None


CATEGORIES: tuple[Category, ...] = (
    Category("plan", "Care plan", True, False, "goals, actions and who does them"),
    Category("appointments", "Appointments", True, False, "when and where; never what for"),
    Category("medicines", "Medicines and allergies", True, False, "current medicines with dose, and allergies"),
    Category("conditions", "Conditions", False, False, "current conditions"),
    Category("insurance", "Insurance", False, False, "who pays; no amounts"),
    Category("behavioural", "Behavioral health", False, True, "conditions, medicines and needs of the mind"),
    Category("substance", "Substance use (42 CFR Part 2)", False, True, "asks for a written consent of its own"),
    Category("sexual", "HIV and sexual health", False, True, "state law may ask for more"),
)
BY_KEY: Mapping[str, Category] = {category.key: category for category in CATEGORIES}
USUAL = tuple(category.key for category in CATEGORIES if category.usual)
WRITTEN_ONLY = frozenset({"substance"})  # 42 CFR 2.31: a consent in writing
PART_2_NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."  # 42 CFR 2.32(a)(2)

# ICD-10-CM by what a category holds: substance use F10-F19, the other mental disorders F, HIV and sexual infections.
_SUBSTANCE_CODES = (*(f"F1{digit}" for digit in range(10)), "Z71.5", "Z71.41")
_SEXUAL_CODES = ("B20", "Z21", "R75", *(f"A{number}" for number in range(50, 65)))
_SUBSTANCE_WORDS = (
    "opioid", "alcohol", "substance", "addict", "cocaine", "methamphetamine", "heroin", "overdose", "buprenorphine",
    "methadone", "naltrexone", "disulfiram", "acamprosate", "suboxone", "naloxone", "detox", "sobriety",
)  # fmt: skip
_SEXUAL_WORDS = (
    "hiv", "antiretroviral", "syphilis", "gonorrh", "chlamydia", "tenofovir", "dolutegravir", "bictegravir",
)  # fmt: skip
_MIND_WORDS = (
    "depress", "anxiety", "psych", "bipolar", "schizo", "ptsd", "post-traumatic", "posttraumatic", "suicid", "mood",
    "mental", "panic", "sertraline", "fluoxetine", "escitalopram", "citalopram", "paroxetine", "venlafaxine",
    "duloxetine", "bupropion", "mirtazapine", "trazodone", "lithium", "quetiapine", "olanzapine", "risperidone",
    "aripiprazole", "lorazepam", "clonazepam", "alprazolam", "buspirone", "phq", "gad-7",
)  # fmt: skip


def _beginning(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds a word that begins with one of these ("mental", but not "environmental")."""
    return re.compile(rf"\b(?:{'|'.join(words)})", re.IGNORECASE)


_SUBSTANCE, _SEXUAL, _MIND = (_beginning(words) for words in (_SUBSTANCE_WORDS, _SEXUAL_WORDS, _MIND_WORDS))
_OMAHA = {11: "behavioural", 39: "substance"}  # Omaha System: Mental health, Substance use


def sensitive_category(*, code: str = "", words: str = "", omaha: int | None = None) -> str:
    """Return the sensitive category a fact belongs to, by code, then by its words; "" for one that is none.

    Errs towards keeping back: a word of a category is enough, wherever the fact came from.
    """
    coded = code.upper().replace(" ", "")
    if coded.startswith(_SUBSTANCE_CODES) or _SUBSTANCE.search(words):
        return "substance"
    if coded.startswith(_SEXUAL_CODES) or _SEXUAL.search(words):
        return "sexual"
    if (coded.startswith("F") and coded[1:2].isdigit()) or _MIND.search(words):
        return "behavioural"
    return _OMAHA.get(omaha or 0, "")


def allowed(limits: Limits, *, on: date) -> frozenset[str]:
    """Return the categories a consent opens on a day: none unless it is given and has not run out.

    Substance use only by a consent in writing.
    """
    if limits.decision != "given" or (limits.until is not None and limits.until < on):
        return frozenset()
    named = limits.categories & frozenset(BY_KEY)
    return named if limits.written else named - WRITTEN_ONLY


def select(limits: Limits, facts: Iterable[Shareable], *, on: date) -> Selection:
    """Return exactly what the consent lets a member see on a day, in the order of the categories.

    A fact is shown when its own category is open and, for a sensitive one, that category too. What is kept back is
    counted for the nurse alone: to the member even the count would say something.
    """
    open_now = allowed(limits, on=on)
    shown: dict[str, list[str]] = {}
    kept_back: dict[str, int] = {}
    substance = False
    for fact in facts:
        barred = next((key for key in (fact.category, fact.sensitive) if key and key not in open_now), "")
        if barred:
            kept_back[barred] = kept_back.get(barred, 0) + 1
            continue
        shown.setdefault(fact.category, []).append(fact.text)
        substance = substance or fact.sensitive == "substance"
    parts = tuple(Part(c.key, c.words, tuple(shown[c.key])) for c in CATEGORIES if shown.get(c.key))
    return Selection(
        parts=parts,
        categories=tuple(category.words for category in CATEGORIES if category.key in open_now),
        kept_back=tuple((BY_KEY[key].words, count) for key, count in kept_back.items()),
        notice=PART_2_NOTICE if substance else "",
    )


def limits_in_words(limits: Limits, *, on: date) -> str:
    """Return a consent in one line: what it opens and until when, or why nothing is shared."""
    if limits.decision == "declined":
        return "Declined: nothing is shared"
    if limits.decision != "given":
        return "Not asked yet: nothing is shared"
    if limits.until is not None and limits.until < on:
        return f"Ran out {limits.until:%b} {limits.until.day}, {limits.until.year}: nothing is shared"
    names = [category.words for category in CATEGORIES if category.key in allowed(limits, on=on)]
    until = f", until {limits.until:%b} {limits.until.day}, {limits.until.year}" if limits.until else ""
    return (", ".join(names) or "Nothing") + until
