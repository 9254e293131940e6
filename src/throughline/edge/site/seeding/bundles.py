"""Turns a story and a day into one FHIR R4 transaction bundle: the same story and day, the same bytes."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from throughline.edge.site.seeding import (
    parts,
    resources_chart,
    resources_people,
    resources_plans,
    resources_readings,
)
from throughline.edge.site.seeding.parts import BASE, Page, Resource
from throughline.edge.site.seeding.stories import Seeds, Story

_DIRECTORY_REFERENCE = re.compile(r"^(Organization|Practitioner)/")


def bundle(
    story: Story, seeds: Seeds, today: date, *, edition: date | None = None, now: datetime | None = None
) -> Resource:
    """Return the transaction bundle of one patient: the people and places it refers to come first.

    `edition` is the day its resources name as their version, `today` unless given; `now` as `moments.passed` takes it.
    Raises KeyError when the story names a practitioner, plan, organization or condition nobody wrote down, and
    UnreadableMoment for a date it cannot read.
    """
    page = Page(hospital=seeds.hospital, vocabulary=seeds.vocabulary, today=today, edition=edition or today, now=now)
    own = list(_own(story, page))
    entries = [*_directory(own, page), *own]
    return {
        "resourceType": "Bundle",
        "id": str(parts.identity("Bundle", story["key"])),
        "type": "transaction",
        "timestamp": f"{today.isoformat()}T00:00:00Z",
        "entry": [_entry(found) for found in entries],
    }


def bundles(seeds: Seeds, today: date) -> Iterator[tuple[Story, Resource]]:
    """Yield each story with its bundle, in the order of the stories."""
    for story in seeds.stories:
        yield story, bundle(story, seeds, today)


def _own(story: Story, page: Page) -> Iterator[Resource]:
    yield resources_people.patient(story, page)
    yield from resources_people.related_people(story, page)
    yield from resources_people.coverages(story, page)
    for builder in (
        resources_chart.conditions,
        resources_chart.medicines,
        resources_chart.allergies,
        resources_chart.encounters,
        resources_chart.code_status,
        resources_readings.observations,
        resources_chart.procedures,
        resources_chart.immunizations,
        resources_chart.reports,
        resources_chart.notes,
        resources_plans.outside_plans,
        resources_plans.care_team,
        resources_plans.appointments,
    ):
        yield from builder(story, page)


def _directory(own: list[Resource], page: Page) -> Iterator[Resource]:
    """Yield the organizations and practitioners that `own` refers to, each once."""
    wanted = {named for found in own for named in _references(found) if _DIRECTORY_REFERENCE.match(named)}
    roles = [resources_people.role(page, key) for key in page.hospital["practitioners"]]
    roles = [role for role in roles if role["practitioner"]["reference"] in wanted]
    wanted |= {role["organization"]["reference"] for role in roles}
    for section, build in (
        ("organizations", resources_people.organization),
        ("practitioners", resources_people.practitioner),
    ):
        for key in page.hospital[section]:
            found = build(page, key)
            if f"{found['resourceType']}/{found['id']}" in wanted:
                yield found
    yield from roles


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _entry(found: Resource) -> Resource:
    named = f"{found['resourceType']}/{found['id']}"
    return {"fullUrl": f"{BASE}/{named}", "resource": found, "request": {"method": "PUT", "url": named}}
