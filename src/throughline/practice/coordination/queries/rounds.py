"""Reads of rounds and conferences: what one can go through, a round with its lines, what an earlier one left."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughline.foundation.access.models import Site
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.coordination.models import Conference, Round, RoundEntry
from throughline.practice.coordination.records.rounds import (
    ConferenceShown,
    DecisionShown,
    EntryShown,
    RoundList,
    RoundShown,
    Waiting,
)
from throughline.practice.coordination.rules import rounds as rules
from throughline.practice.coordination.rules.moments import A_MOMENT
from throughline.record.cases.models import Case
from throughline.record.chart.models import Encounter
from throughline.record.people import queries as people
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

MINE = "mine"


def _stays(viewer: Viewer) -> list[Encounter]:
    """The stays that go on, of patients the viewer may see."""
    open_now = Q(effective_until=None) | Q(effective_until__gt=viewer.at)
    rows = Encounter.objects.filter(sees(viewer), open_now, is_stay=True, effective_at__lte=viewer.at)
    return list(rows.exclude(location="").exclude(status__in=["finished", "cancelled", "entered-in-error"]))


def lists(viewer: Viewer) -> list[RoundList]:
    """Return what the viewer can go through: each unit where her patients lie, and her own list at each site."""
    names = dict(Site.objects.filter(pk__in=viewer.site_ids).values_list("pk", "name"))
    counts: dict[tuple[UUID, str], set[UUID]] = {}
    for stay in _stays(viewer):
        if stay.site_id in names and viewer.may(Permission.COORDINATE, stay.site_id):
            unit, _bed = rules.unit_and_bed(stay.location)
            counts.setdefault((stay.site_id, unit), set()).add(stay.patient_id)
    found = [
        RoundList(f"unit:{site}:{unit}", unit, unit, site, names[site], len(patients))
        for (site, unit), patients in sorted(counts.items(), key=lambda pair: pair[0][1])
    ]
    own = Case.objects.filter(sees(viewer), owner_id=viewer.user_id, state="active")
    held: dict[UUID, int] = {}
    for site in own.values_list("site_id", flat=True):
        held[site] = held.get(site, 0) + 1
    mine = f"{viewer.actor.name.split(',')[0]}: own list"
    return found + [RoundList(f"{MINE}:{s}", mine, "", s, names.get(s, ""), n) for s, n in held.items() if s in names]


def patients_of(viewer: Viewer, chosen: RoundList) -> list[tuple[UUID, str]]:
    """Return the patients of a list with their beds: in the order of beds, or of names."""
    if chosen.unit:
        here = [(s.patient_id, rules.unit_and_bed(s.location)) for s in _stays(viewer) if s.site_id == chosen.site_id]
        beds = {patient: bed for patient, (unit, bed) in here if unit == chosen.unit}
        return sorted(beds.items(), key=lambda pair: rules.bed_order(pair[1]))
    own = Case.objects.filter(sees(viewer), owner_id=viewer.user_id, state="active", site_id=chosen.site_id)
    return [(patient, "") for patient in own.order_by("patient__sort_name").values_list("patient_id", flat=True)]


def rounds_of(viewer: Viewer, *, most: int = 10) -> list[tuple[UUID, str, datetime, bool]]:
    """Return the latest rounds at the viewer's sites: id, name, when it began, whether it ended."""
    rows = Round.objects.filter(site_id__in=viewer.site_ids).order_by("-started_at")[:most]
    return [(row.id, row.name, row.started_at, row.ended_at is not None) for row in rows]


def round_shown(viewer: Viewer, round_id: UUID) -> RoundShown:
    """Return a round with the lines of patients the viewer may see. Raises NotFound for one of another site."""
    row = Round.objects.filter(pk=round_id, site_id__in=viewer.site_ids).first()
    if row is None:
        raise NotFound("This round does not exist, or you may not see it.")
    entries = row.entries.filter(sees(viewer)).select_related("owner").order_by("place", "id")
    shown = _entries(viewer, entries)
    return RoundShown(
        id=row.id,
        site_id=row.site_id,
        name=row.name,
        unit=row.unit,
        started=row.started_at,
        started_by=row.started_by_name,
        ended=row.ended_at,
        present=tuple(row.present),
        entries=shown,
        unfinished=unfinished(viewer, row.site_id, row.name, before=row.started_at),
    )


def _entries(viewer: Viewer, rows: Iterable[RoundEntry]) -> tuple[EntryShown, ...]:
    found = list(rows)
    keys = [row.patient_id for row in found]
    who = people.identities(viewer, keys)
    owners = {
        case.patient_id: case.owner
        for case in Case.objects.filter(patient_id__in=keys).exclude(state="closed").select_related("owner")
    }
    since = {stay.patient_id: stay.effective_at for stay in _stays(viewer) if stay.patient_id in who}
    made = []
    for row in found:
        if row.patient_id not in who:
            continue
        identity, owner = who[row.patient_id], owners.get(row.patient_id)
        zone = identity.time_zone or viewer.time_zone
        today = viewer.at.astimezone(ZoneInfo(zone)).date()
        began = since.get(row.patient_id)
        made.append(
            EntryShown(
                id=row.id,
                round_id=row.round_id,
                patient_id=row.patient_id,
                patient_name=identity.name,
                born=identity.born,
                age=identity.age,
                mrn=identity.mrn,
                bed=row.bed,
                day=(today - began.astimezone(ZoneInfo(zone)).date()).days + 1 if began else None,
                owner_id=owner.id if owner else None,
                owner=str(owner or ""),
                ready=row.ready,
                barrier=row.barrier,
                who=str(row.owner or ""),
                by=formats.moment(row.by_at, zone, today) if row.by_at else "",
                question=row.question,
                answered=row.answered_at is not None,
                answered_by=row.answered_by_name,
                place=row.place,
            )
        )
    return tuple(made)


def unfinished(viewer: Viewer, site_id: UUID, name: str, *, before: datetime) -> tuple[Waiting, ...]:
    """Return what earlier rounds of this name left: tasks not done, and patients the latest of them did not reach."""
    earlier = Round.objects.filter(site_id=site_id, name=name, started_at__lt=before).order_by("-started_at")
    latest = earlier.first()
    if latest is None:
        return ()
    entries = RoundEntry.objects.filter(sees(viewer), round__in=earlier[:20]).select_related("patient")
    by_task: dict[UUID, tuple[RoundEntry, str]] = {}
    found = []
    for row in entries.order_by("round__started_at", "place"):
        for task_id, words in ((row.barrier_task_id, row.barrier), (row.question_task_id, f"Family: {row.question}")):
            if task_id:
                by_task[task_id] = (row, words)
        if row.round_id == latest.id and row.answered_at is None:
            found.append(
                Waiting(row.id, row.patient_id, row.patient.display_name, "not spoken of", "", "", False, None, 0)
            )
    tasks = Task.objects.filter(pk__in=by_task, state__in=LIVE).select_related("owner").order_by("due_at", "id")
    return tuple(_waiting(task, *by_task[task.id], viewer) for task in tasks) + tuple(found)


def _waiting(task: Task, row: RoundEntry, words: str, viewer: Viewer) -> Waiting:
    zone = task.time_zone or viewer.time_zone
    today = viewer.at.astimezone(ZoneInfo(zone)).date()
    due = formats.moment(task.due_at, zone, today) if task.due_at else "no date"
    late = task.due_at is not None and task.due_at < viewer.at
    owner = str(task.owner or "nobody")
    return Waiting(
        row.id, row.patient_id, row.patient.display_name, words, owner, due, late, task.id, task.version
    )  # fmt: skip


def round_of(viewer: Viewer, entry_id: UUID) -> UUID:
    """Return the round a line belongs to. Raises NotFound for one of a patient the viewer may not see."""
    found = RoundEntry.objects.filter(sees(viewer), pk=entry_id).values_list("round_id", flat=True).first()
    if found is None:
        raise NotFound("This line does not exist, or you may not see it.")
    return found


def next_entry(viewer: Viewer, round_id: UUID, after: UUID | None = None) -> UUID | None:
    """Return the next line of a round nobody answered yet, those behind `after` first, or None."""
    rows = RoundEntry.objects.filter(sees(viewer), round_id=round_id).order_by("place", "id")
    return rules.next_of([(row.id, row.answered_at is not None) for row in rows], after)


def conferences_of(viewer: Viewer, patient_id: UUID) -> list[ConferenceShown]:
    """Return a patient's case conferences, latest first."""
    rows = Conference.objects.filter(sees(viewer), patient_id=patient_id).order_by("-at")
    return [_conference(row) for row in rows[:50]]


def held_a_moment_ago(viewer: Viewer, patient_id: UUID, question: str, minutes: str) -> UUID | None:
    """Return the conference whose very minutes the viewer wrote just now, by pressing twice; else None."""
    rows = Conference.objects.filter(sees(viewer), patient_id=patient_id, written_by_id=viewer.user_id)
    rows = rows.filter(question=question.strip(), minutes=minutes.strip())
    rows = rows.filter(written_at__gt=viewer.at - A_MOMENT, written_at__lte=viewer.at)
    return rows.values_list("pk", flat=True).first()


def conference(viewer: Viewer, conference_id: UUID) -> ConferenceShown:
    """Return one case conference. Raises NotFound when there is none the viewer may see."""
    row = Conference.objects.filter(sees(viewer), pk=conference_id).first()
    if row is None:
        raise NotFound("This conference does not exist, or you may not see it.")
    return _conference(row)


def _conference(row: Conference) -> ConferenceShown:
    states = dict(Task.objects.filter(pk__in=[d["task_id"] for d in row.decisions]).values_list("pk", "state"))
    return ConferenceShown(
        id=row.id,
        patient_id=row.patient_id,
        at=row.at,
        question=row.question,
        wishes=row.wishes,
        wishes_language=row.wishes_language,
        patient_present=row.patient_present,
        present=tuple(row.present),
        minutes=row.minutes,
        dissent=row.dissent,
        decisions=tuple(
            DecisionShown(
                d["text"], d["owner"], date.fromisoformat(d["due_on"]), states.get(UUID(d["task_id"]), "open")
            )
            for d in row.decisions
        ),
        written_by=row.written_by_name,
        written_at=row.written_at,
    )
