"""Loads the invented hospital: staff, then each patient's chart, then her referrals and cases as they happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from throughline.edge.site.seeding import appointing, casework, charts, founding, moments, papers, particulars
from throughline.edge.site.seeding.stage import Stage
from throughline.edge.site.seeding.stories import Seeds, Story
from throughline.edge.site.seeding.wording import SUPERVISORS
from throughline.foundation.access import queries as access
from throughline.foundation.access.emergency_actions import break_glass
from throughline.foundation.journal.outbox import deliver_due
from throughline.practice.caseload import actions as caseload

IMPORTER = "riverbend-feed"


@dataclass(slots=True)
class Loaded:
    """What a run added. `day` is the day the stories are dated from: that of the first run, for ever after."""

    day: date
    now: datetime | None = None
    stories: int = 0
    played: int = 0
    resources: int = 0
    stored: int = 0
    refused: list[Mapping[str, str]] = field(default_factory=list)
    acts: dict[str, int] = field(default_factory=dict)
    patients: dict[UUID, Story] = field(default_factory=dict)

    def at(self, written: str) -> datetime:
        """Return the instant of a moment as the stories write it; what happened has happened by now."""
        return moments.instant(written, self.day, self.now)

    @property
    def as_json(self) -> dict[str, object]:
        """Return what was added as the command prints it."""
        return {
            "day": self.day.isoformat(),
            "stories": self.stories,
            "played": self.played,
            "resources": self.resources,
            "stored": self.stored,
            "refused": self.refused,
            **self.acts,
        }


def load(
    seeds: Seeds,
    today: date,
    progress: Callable[[int, int], None] = lambda done, wanted: None,
    *,
    now: datetime | None = None,
) -> Loaded:
    """Load what is missing of the demonstration and say what was added; a second run adds nothing.

    A patient, her chart and her story are one transaction. On a later day the stories stay where they were put.
    Nothing that happened lies after `now`, however early in the day it is; None takes the stories at their word.
    """
    day = _first_day(seeds) or today
    loaded = Loaded(day, now)
    with transaction.atomic():
        staff = founding.found(seeds, day)
    for done, story in enumerate(seeds.stories, start=1):
        with transaction.atomic():
            _load_story(seeds, story, staff, loaded)
        progress(done, len(seeds.stories))
    if loaded.stories:
        _cover(seeds, staff, loaded)
        _qualify(seeds, staff, loaded)
        _open_in_emergency(seeds, staff, loaded)
        _part(staff, loaded)
        _house(seeds, staff, loaded)
        keys = {story["key"]: patient_id for patient_id, story in loaded.patients.items()}
        papers.write(staff, keys, staff.sites["complex-care"], loaded.at("today 06:20"))
        deliver_due(at=loaded.at("today 06:00"))  # possible duplicates are weighed after the records are in
    return loaded


def _open_in_emergency(seeds: Seeds, staff: founding.Staff, loaded: Loaded) -> None:
    """Let colleagues open records that are not theirs, with a reason, so that there is something to review."""
    patients = {story["key"]: patient_id for patient_id, story in loaded.patients.items()}
    for line in seeds.hospital.get("emergencies", []):
        break_glass(
            site_id=staff.sites[seeds.story(line["patient"])["site"]],
            patient_id=patients[line["patient"]],
            reason_code=line["reason"],
            reason=line["says"],
            by=staff.actors[line["by"]],
            at=loaded.at(line["at"]),
        )


def _house(seeds: Seeds, staff: founding.Staff, loaded: Loaded) -> None:
    """Play the rounds, conferences and published times, for which every patient must be there."""
    patients = {story["key"]: patient_id for patient_id, story in loaded.patients.items()}
    first = seeds.stories[0]
    stage = Stage(first, patients[first["key"]], staff.sites["riverbend"], staff, loaded.day, loaded.now)
    with transaction.atomic():
        appointing.house(seeds, staff, patients, stage)


def _part(staff: founding.Staff, loaded: Loaded) -> None:
    for site, supervisor in SUPERVISORS.items():
        at = loaded.at("today 06:00")
        by = staff.actors[supervisor]
        viewer = access.system_viewer(by, at=at, site_ids=[staff.sites[site]])
        particulars.part(loaded.patients, viewer, by=by, at=at)


def _cover(seeds: Seeds, staff: founding.Staff, loaded: Loaded) -> None:
    """Let colleagues carry the lists of who is away; only after cases are assigned, for then the records open."""
    for line in seeds.hospital.get("covers", []):
        since = loaded.at(line["from"])
        caseload.arrange_cover(
            site_id=staff.sites[line["site"]],
            away_id=staff.user_id(line["for"]),
            covering_id=staff.user_id(line["by"]),
            since=since,
            until=loaded.at(line["until"]),
            brief=line["brief"],
            by=staff.actors[line["given_by"]],
            at=since,
        )


def _qualify(seeds: Seeds, staff: founding.Staff, loaded: Loaded) -> None:
    """Record what colleagues may and can do: "RN OH licence", "RN KY multistate licence", "so language"."""
    for site, people in seeds.hospital.get("qualifications", {}).items():
        for key, held in people.items():
            for line in held:
                name, _, kind = line.rpartition(" ")
                multistate = name.endswith(" multistate")
                name = name.removesuffix(" multistate")
                name, _, state = name.rpartition(" ") if kind == "licence" else (name, "", "")
                given = caseload.QualificationIn(kind=kind, name=name, state=state, multistate=multistate)
                caseload.record_qualification(
                    site_id=staff.sites[site],
                    user_id=staff.user_id(key),
                    qualification=given,
                    by=staff.actors[SUPERVISORS[site]],
                    at=loaded.at("-300d 09:00"),
                )


def _first_day(seeds: Seeds) -> date | None:
    joined = access.joined_at(next(iter(seeds.hospital["users"])))
    if joined is None:
        return None
    return joined.astimezone(moments.ZONE).date() + timedelta(days=400)


def _load_story(seeds: Seeds, story: Story, staff: founding.Staff, loaded: Loaded) -> None:
    site_id, day = staff.sites[story["site"]], loaded.day
    feed = staff.actors[IMPORTER]
    arrival: dict[str, Any] = {"site_id": site_id, "by": feed, "at": loaded.at("today 05:00"), "now": loaded.now}
    viewer = access.system_viewer(feed, at=loaded.at("today 23:59"), site_ids=[site_id])
    if known := charts.patient_of(viewer, story):
        loaded.patients[known] = story
        return
    if story.get("died"):
        # No case can be opened for the dead: her chart comes first as it stood while she lived.
        alive = charts.take_in(story, seeds, day, **arrival, in_life=True)
        _play(Stage(story, alive.patient_id, site_id, staff, day, loaded.now), loaded)
    taken = charts.take_in(story, seeds, day, **arrival)
    particulars.enter(story, taken.patient_id, by=feed, at=loaded.at("today 05:10"))
    loaded.patients[taken.patient_id] = story
    loaded.stories += 1
    loaded.resources += taken.resources
    loaded.stored += taken.stored
    loaded.refused += taken.refused
    if not story.get("died"):
        _play(Stage(story, taken.patient_id, site_id, staff, day, loaded.now), loaded)


def _play(stage: Stage, loaded: Loaded) -> None:
    acts = casework.play(stage)
    loaded.played += bool(acts["referrals"])
    loaded.acts = {kind: loaded.acts.get(kind, 0) + count for kind, count in acts.items()}
