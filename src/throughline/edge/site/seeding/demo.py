"""Loads the invented hospital: staff, then each patient's chart, then her referrals and cases as they happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from throughline.edge.site.seeding import casework, charts, founding, moments
from throughline.edge.site.seeding.casework import Stage
from throughline.edge.site.seeding.stories import Seeds, Story
from throughline.foundation.access import queries as access
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import actions as caseload
from throughline.record.cases import queries as cases

IMPORTER = "riverbend-feed"


@dataclass(slots=True)
class Loaded:
    """What a run added. `day` is the day the stories are dated from: that of the first run, for ever after."""

    day: date
    stories: int = 0
    played: int = 0
    resources: int = 0
    stored: int = 0
    refused: list[Mapping[str, str]] = field(default_factory=list)
    acts: dict[str, int] = field(default_factory=dict)


def load(seeds: Seeds, today: date, progress: Callable[[int, int], None] = lambda done, wanted: None) -> Loaded:
    """Load what is missing of the demonstration and say what was added; a second run adds nothing.

    A story is played in one transaction. On a later day the stories stay where the first run put them.
    """
    day = _first_day(seeds) or today
    staff = founding.found(seeds, day)
    loaded = Loaded(day)
    for done, story in enumerate(seeds.stories, start=1):
        _load_story(seeds, story, staff, loaded)
        progress(done, len(seeds.stories))
    if loaded.played:
        _cover(seeds, staff, day)
    return loaded


def _cover(seeds: Seeds, staff: founding.Staff, day: date) -> None:
    """Let colleagues carry the lists of who is away; only after cases are assigned, for then the records open."""
    for line in seeds.hospital.get("covers", []):
        since = moments.instant(line["from"], day)
        caseload.arrange_cover(
            site_id=staff.sites[line["site"]],
            away_id=staff.user_id(line["for"]),
            covering_id=staff.user_id(line["by"]),
            since=since,
            until=moments.instant(line["until"], day),
            brief=line["brief"],
            by=staff.actors[line["given_by"]],
            at=since,
        )


def _first_day(seeds: Seeds) -> date | None:
    joined = access.joined_at(next(iter(seeds.hospital["users"])))
    if joined is None:
        return None
    return joined.astimezone(moments.ZONE).date() + timedelta(days=400)


def _load_story(seeds: Seeds, story: Story, staff: founding.Staff, loaded: Loaded) -> None:
    site_id, day = staff.sites[story["site"]], loaded.day
    feed = staff.actors[IMPORTER]
    arrival = {"site_id": site_id, "by": feed, "at": moments.instant("today 05:00", day)}
    viewer = access.system_viewer(feed, at=moments.instant("today 23:59", day), site_ids=[site_id])
    known = charts.patient_of(viewer, story)
    if story.get("died") and known is None:
        # No case can be opened for the dead: her chart comes first as it stood while she lived.
        alive = charts.take_in(story, seeds, day, **arrival, in_life=True)
        _play(Stage(story, alive.patient_id, site_id, staff, day), viewer, loaded)
    taken = charts.take_in(story, seeds, day, **arrival)
    loaded.stories += 1
    loaded.resources += taken.resources
    loaded.stored += taken.stored
    loaded.refused += taken.refused
    _play(Stage(story, taken.patient_id, site_id, staff, day), viewer, loaded)


def _play(stage: Stage, viewer: Viewer, loaded: Loaded) -> None:
    if not stage.story.get("cases") and not stage.story.get("referrals"):
        return
    if cases.cases_of(viewer, stage.patient_id) or casework.has_referrals(viewer, stage.patient_id):
        return
    with transaction.atomic():
        acts = casework.play(stage)
    loaded.played += 1
    loaded.acts = {kind: loaded.acts.get(kind, 0) + count for kind, count in acts.items()}
