"""Readings, laboratory results and scores over time, as FHIR R4 Observations."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from throughline.edge.site.seeding import moments, parts
from throughline.edge.site.seeding.parts import Page, Resource, coding, hl7, reference, resource
from throughline.edge.site.seeding.stories import Story

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
_MILLIMETRES = {"unit": "mm[Hg]", "system": parts.UNITS_OF_MEASURE, "code": "mm[Hg]"}


def observations(story: Story, page: Page) -> Iterator[Resource]:
    """Yield an Observation for each reading a story gives, singly or as a series."""
    for word, given in (story.get("observations") or {}).items():
        parts.entry_of(page, "observations", word)
        for written in given if isinstance(given, list) else [given]:
            yield from _readings(story, page, word, written)


def _readings(story: Story, page: Page, word: str, given: Mapping[str, Any]) -> Iterator[Resource]:
    if "every" in given:
        pairs: Sequence[tuple[date, Any]] = series(given, page.today, f"{story['key']}/{word}")
    else:
        pairs = [(moments.moment(when, page.today), value) for when, value in given.items() if when != "at"]
    for when, value in pairs:
        yield observation(story, page, word, when, value, home=given.get("at") == "home")


def observation(
    story: Story, page: Page, word: str, when: date | datetime, value: Any, *, home: bool = False
) -> Resource:
    """Return one Observation; `home` says that the patient took it with her own device.

    It is known by the time the story tells, whenever that is.
    """
    entry = parts.entry_of(page, "observations", word)
    return resource(
        "Observation",
        f"{story['key']}/{word}/{when.isoformat()}",
        page.edition,
        status="final",
        category=[hl7("observation-category", entry["category"])],
        code={"coding": [coding("loinc", entry["loinc"])], "text": entry["text"]},
        subject=reference("Patient", story["key"]),
        effectiveDateTime=page.taken(when),
        performer=[reference("Patient", story["key"])] if home else None,
        **_value(entry, value),
    )


def series(given: Mapping[str, Any], today: date, seed: str) -> list[tuple[datetime, Any]]:
    """Return the dated values of a series.

    Either `values` are listed, one each `every` from `from` on (a dash leaves a day out), or the series runs from
    `start` to `end` between `from` and `to`, straying by up to `stray` in a way that is the same on every run.
    """
    first, spacing = moments.instant(given["from"], today), moments.step(given["every"])
    if "values" in given:
        values = str(given["values"]).split()
        return [(first + spacing * at, value) for at, value in enumerate(values) if value != "-"]
    last = moments.instant(given["to"], today)
    count = int((last - first) / spacing) + 1
    return [(first + spacing * at, _between(given, at, count, seed)) for at in range(count)]


def _between(given: Mapping[str, Any], at: int, count: int, seed: str) -> str:
    starts, ends = str(given["start"]).split("/"), str(given["end"]).split("/")
    share = Decimal(at) / max(count - 1, 1)
    values = []
    for part, (start, end) in enumerate(zip(starts, ends, strict=True)):
        middle = Decimal(start) + (Decimal(end) - Decimal(start)) * share
        value = middle + Decimal(str(given.get("stray", 0))) * _stray(f"{seed}/{part}/{at}")
        values.append(str(value.quantize(Decimal(start))))
    return "/".join(values)


def _stray(seed: str) -> Decimal:
    """Return a number from -1 to 1 that depends on nothing but `seed`."""
    return Decimal(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])) / Decimal(2**31) - 1


def _value(entry: Mapping[str, Any], value: Any) -> Resource:
    if entry["loinc"] == "85354-9":
        top, bottom = str(value).split("/")
        return {"component": [_component(SYSTOLIC, top), _component(DIASTOLIC, bottom)]}
    if "unit" not in entry:
        return {"valueCodeableConcept": {"text": str(value)}}
    quantity = {"value": _number(value), "unit": entry["unit"], "system": parts.UNITS_OF_MEASURE}
    return {"valueQuantity": quantity | {"code": entry.get("ucum", entry["unit"])}}


def _component(loinc: str, value: str) -> Resource:
    return {
        "code": {"coding": [coding("loinc", loinc)]},
        "valueQuantity": {"value": _number(value), **_MILLIMETRES},
    }


def _number(value: Any) -> int | float:
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else float(number)
