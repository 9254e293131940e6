"""The stories become sound FHIR R4, the same for the same day, and move with the day."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from throughline.edge.site.seeding.bundles import bundle
from throughline.edge.site.seeding.resources_readings import series
from throughline.edge.site.seeding.stories import Story, read_seeds
from throughline.edge.site.seeding.tests.r4 import faults

TODAY = date(2026, 3, 9)
SEEDS = read_seeds()
EVERY_STORY = pytest.mark.parametrize("story", SEEDS.stories, ids=lambda story: story["key"])


def of_kind(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == kind]


@EVERY_STORY
@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2027, 11, 8)])
def test_each_story_is_sound_fhir(story: Story, today: date) -> None:
    assert faults(bundle(story, SEEDS, today)) == []


@EVERY_STORY
def test_the_same_day_gives_the_same_bytes(story: Story) -> None:
    assert json.dumps(bundle(story, SEEDS, TODAY)) == json.dumps(bundle(story, SEEDS, TODAY))


def test_identities_do_not_depend_on_the_day_but_dates_do() -> None:
    story = SEEDS.story("hernandez-villasenor")
    now, later = bundle(story, SEEDS, TODAY), bundle(story, SEEDS, TODAY + timedelta(days=10))
    (patient,), (moved,) = of_kind(now, "Patient"), of_kind(later, "Patient")
    assert patient["id"] == moved["id"]
    assert {found["id"] for found in of_kind(now, "Condition")} == {
        found["id"] for found in of_kind(later, "Condition")
    }
    last = [max(o["effectiveDateTime"] for o in of_kind(found, "Observation")) for found in (now, later)]
    assert [text[:10] for text in last] == ["2026-03-09", "2026-03-19"]


def test_nothing_observed_lies_in_the_future() -> None:
    for story in SEEDS.stories:
        found = bundle(story, SEEDS, TODAY)
        times = [o["effectiveDateTime"][:10] for o in of_kind(found, "Observation")]
        times += [c["onsetDateTime"][:10] for c in of_kind(found, "Condition")]
        times += [e["period"]["start"][:10] for e in of_kind(found, "Encounter")]
        assert max(times, default="") <= TODAY.isoformat(), story["key"]


def test_nothing_happens_before_birth_or_after_death() -> None:
    for story in SEEDS.stories:
        found = bundle(story, SEEDS, TODAY)
        (patient,) = of_kind(found, "Patient")
        ends = patient.get("deceasedDateTime", "9999")[:10]
        for encounter in of_kind(found, "Encounter"):
            assert patient["birthDate"] <= encounter["period"]["start"][:10] <= ends, story["key"]
        for onset in of_kind(found, "Condition"):
            assert patient["birthDate"] <= onset["onsetDateTime"][:10] <= ends, story["key"]


def test_a_dash_leaves_a_day_out_and_a_drawn_series_stays_near_its_line() -> None:
    listed = series({"from": "-3d 07:00", "every": "1d", "values": "1 - 3"}, TODAY, "a")
    assert [(at.date().isoformat(), value) for at, value in listed] == [("2026-03-06", "1"), ("2026-03-08", "3")]
    drawn = series(
        {"from": "-9d", "to": "today", "every": "1d", "start": "120/80", "end": "138/80", "stray": 2}, TODAY, "a"
    )
    tops = [int(value.split("/")[0]) for _, value in drawn]
    assert len(tops) == 10
    assert all(abs(top - (120 + 2 * day)) <= 2 for day, top in enumerate(tops))
    assert drawn == series(
        {"from": "-9d", "to": "today", "every": "1d", "start": "120/80", "end": "138/80", "stray": 2}, TODAY, "a"
    )


def test_a_home_reading_at_seven_is_seven_across_the_change_of_clocks() -> None:
    readings = series({"from": "-2d 07:00", "every": "1d", "values": "1 2 3"}, date(2026, 3, 9), "a")
    assert [at.isoformat()[11:] for at, _ in readings] == ["07:00:00-05:00", "07:00:00-04:00", "07:00:00-04:00"]


def test_the_hospital_tells_enough_kinds_of_story() -> None:
    kinds = Counter(
        entry["resource"]["resourceType"] for story in SEEDS.stories for entry in bundle(story, SEEDS, TODAY)["entry"]
    )
    for kind in ("Condition", "MedicationRequest", "Encounter", "Observation", "CarePlan", "Goal", "CareTeam"):
        assert kinds[kind] >= 5 or kind in ("CarePlan", "Goal"), kind


@EVERY_STORY
def test_a_part_2_fact_carries_its_label(story: Story) -> None:
    found = bundle(story, SEEDS, TODAY)
    labelled = [e["resource"] for e in found["entry"] if e["resource"]["meta"].get("security")]
    assert bool(labelled) == bool(story.get("sensitive"))
