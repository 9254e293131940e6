"""Takes a story's chart in through the FHIR importer, as the bundle of any other system."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from throughline.edge.interop.actions import take_in_stretch
from throughline.edge.interop.fhir.drafting import draft
from throughline.edge.interop.fhir.splitting import entries
from throughline.edge.site.seeding.bundles import bundle
from throughline.edge.site.seeding.stories import Seeds, Story
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.chart.records.received import Stretch
from throughline.record.people.queries.search import find_by_identifier

SOURCE = "riverbend-records"


@dataclass(frozen=True, slots=True)
class Taken:
    """Whose chart it is, how many resources it brought, how many were new, and what was refused and why."""

    patient_id: UUID
    resources: int
    stored: int
    refused: tuple[Mapping[str, str], ...]


def take_in(
    story: Story,
    seeds: Seeds,
    today: date,
    *,
    site_id: UUID,
    by: Actor,
    at: datetime,
    in_life: bool = False,
    now: datetime | None = None,
) -> Taken:
    """Take in the chart of a story as of `today`; with `in_life`, as it stood before the patient died."""
    told: dict[str, Any] = {**story, "died": None} if in_life else dict(story)
    edition = today - timedelta(days=1) if in_life else today
    content = orjson.dumps(bundle(told, seeds, today, edition=edition, now=now))
    outcome = take_in_stretch(
        site_id=site_id,
        source=SOURCE,
        stretch=Stretch(f"{story['key']}.json", 0, content),
        draft=draft(entries(content)),
        shifts={},
        tell=True,
        by=by,
        at=at,
    )
    (patient_id,) = outcome.patients
    refused = tuple(
        {"story": story["key"], "resource": what, "path": path, "why": why} for what, path, why in outcome.refused
    )
    resources = outcome.stored + outcome.unchanged + len(refused)
    return Taken(patient_id, resources, outcome.stored, refused)


def patient_of(viewer: Viewer, story: Story) -> UUID | None:
    """Return the patient of a story when the record has her already, else None."""
    found = find_by_identifier(viewer, values=[story["mrn"]])
    return found[0] if found else None
