"""Published times of one stretch, handed to coordination."""

from datetime import datetime
from uuid import UUID

from throughline.edge.interop.fhir.drafting import Draft
from throughline.edge.interop.fhir.references import Key
from throughline.edge.interop.fhir.resolving import Known, Resolver, summary_of
from throughline.edge.interop.fhir.schedules import ScheduleRead, SlotRead
from throughline.foundation.kernel.actor import Actor
from throughline.practice.coordination.actions import slots
from throughline.practice.coordination.records.appointments import PublishedIn, ScheduleIn

_PROVIDERS = frozenset({"Practitioner", "PractitionerRole", "Organization"})


class Publishing:
    """Hands the schedules and slots of one stretch to coordination."""

    def __init__(self, site_id: UUID, source: str, draft: Draft, resolver: Resolver) -> None:
        self.site_id = site_id
        self.source = source
        self.draft = draft
        self.resolver = resolver

    def publish(self, known: Known, *, by: Actor, at: datetime) -> tuple[set[str], set[str]]:
        """Take in what the stretch publishes, said before or not: what is seen again is still offered.

        Return the ids at the source of the schedules that were named, and of those of which times were.
        """
        if not self.draft.times:
            return set(), set()
        schedules = [
            self._schedule(key, said, known) for key, said in self.draft.times.items() if isinstance(said, ScheduleRead)
        ]
        times = [
            self._slot(key, said, whose)
            for key, said in self.draft.times.items()
            if isinstance(said, SlotRead) and (whose := self.resolver.key(said.schedule)) is not None
        ]
        slots.take_in_slots(site_id=self.site_id, source=self.source, schedules=schedules, slots=times, by=by, at=at)
        return {one.source_id for one in schedules}, {one.schedule for one in times}

    def _schedule(self, key: Key, said: ScheduleRead, known: Known) -> ScheduleIn:
        providers, name, place = [], "", ""
        for actor in said.actors:
            named = self.resolver.key(actor)
            words = actor.display or str(summary_of(named, self.draft, known).get("name", ""))
            if named is not None and named.resource_type == "Location":
                place = place or words
                continue
            if named is not None and named.resource_type in _PROVIDERS:
                providers.append((named.resource_type, named.resource_id))
            name = name or words
        return ScheduleIn(
            source_id=key.resource_id, providers=tuple(providers), name=name, place=place, service=said.service,
            active=said.active,
        )  # fmt: skip

    def _slot(self, key: Key, said: SlotRead, whose: Key) -> PublishedIn:
        return PublishedIn(
            source_id=key.resource_id, schedule=whose.resource_id, status=said.status, starts_at=said.starts_at,
            ends_at=said.ends_at, service=said.service,
        )  # fmt: skip
