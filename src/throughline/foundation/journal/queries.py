"""Reads of the journal: a patient's story, and what waits in the outbox."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughline.foundation.journal import rules
from throughline.foundation.journal.models import JournalEntry, OutboxMessage
from throughline.foundation.journal.publishing import settle
from throughline.foundation.journal.records import Cursor, Leaving, News, Story, StoryLine, Waiting
from throughline.foundation.kernel.actions import locate, require_sight
from throughline.foundation.kernel.reading import Part, Row, alone, key
from throughline.foundation.kernel.viewer import Viewer

_LINE = (
    "id",
    "kind",
    "sentence",
    "occurred_at",
    "recorded_at",
    "actor_id",
    "actor_name",
    "case_id",
    "payload",
)


_same_record: list[str] = []


def read_also(statement: str) -> None:
    """Register a select of the identifiers under which lines of %(patient)s were written too, for merged records."""
    if statement not in _same_record:
        _same_record.append(statement)


def timeline(
    viewer: Viewer,
    patient_id: UUID,
    *,
    before: Cursor | None = None,
    kinds: Collection[str] = (),
    case_id: UUID | None = None,
    about: Mapping[str, Collection[UUID]] | None = None,
    limit: int = 50,
) -> Story:
    """Return the patient's story newest first, `limit` lines at a time, older than `before`.

    `kinds` holds kinds of events ("tasks.task-done") or whole capabilities ("tasks"); `about` things by the name their
    events give them ({"need_id": […], "task_id": […]}), of which a line names at least one. Raises NotFound when the
    viewer may not see the patient. The order is that of writing down, so a page never misses a line recorded late.
    """
    return alone(story_part(viewer, patient_id, before=before, kinds=kinds, case_id=case_id, about=about, limit=limit))


def story_part(
    viewer: Viewer,
    patient_id: UUID,
    *,
    before: Cursor | None = None,
    kinds: Collection[str] = (),
    case_id: UUID | None = None,
    about: Mapping[str, Collection[UUID]] | None = None,
    limit: int = 50,
) -> Part[Story]:
    """Return what `timeline` reads, to be asked together with other parts of a page."""
    settle()
    asked: dict[str, Any] = {"patient": patient_id, "place": _site_of(viewer, patient_id), "most": limit + 1}
    narrowed = ""
    if kinds:
        narrowed += " and (j.kind = any(%(story_kinds)s) or split_part(j.kind, '.', 1) = any(%(story_kinds)s))"
        asked["story_kinds"] = list(kinds)
    if case_id:
        narrowed += " and j.case_id = %(story_case)s"
        asked["story_case"] = case_id
    if about is not None:
        names = {name: [str(one) for one in ids] for name, ids in about.items() if ids and name.isidentifier()}
        told = " or ".join(f"j.payload->>'{name}' = any(%(about_{name})s)" for name in names)
        narrowed += f" and ({told or 'false'})"
        asked |= {f"about_{name}": ids for name, ids in names.items()}
    if before:
        # The first condition lets PostgreSQL leave out newer months; the second is the exact place.
        narrowed += " and j.recorded_at <= %(before)s and (j.recorded_at, j.id) < (%(before)s, %(before_line)s)"
        asked |= {"before": before.recorded_at, "before_line": before.entry_id}
    return Part((_story_statement(narrowed),), asked, lambda rows: _story(rows, limit))


def _story_statement(narrowed: str) -> str:
    """Return the select of the newest lines of each of the patient's identifiers, and of them the newest."""
    also = "".join(f" union all ({statement})" for statement in _same_record)
    newest = "order by recorded_at desc, id desc limit %(most)s"
    return (
        f"select line.* from (select %(patient)s::uuid{also}) as who(written_for) cross join lateral ("
        f"select {', '.join(_LINE)} from {JournalEntry._meta.db_table} j"
        f" where j.patient_id = who.written_for and j.site_id = %(place)s{narrowed} {newest}) line {newest}"
    )


def _story(rows: list[Row], limit: int) -> Story:
    shown = tuple(_line(row) for row in rows[:limit])
    older = Cursor(shown[-1].recorded_at, shown[-1].id) if len(rows) > limit else None
    return Story(lines=shown, older=older)


def _line(row: Row) -> StoryLine:
    return StoryLine(
        id=UUID(row["id"]),
        kind=row["kind"],
        sentence=row["sentence"],
        occurred_at=datetime.fromisoformat(row["occurred_at"]),
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        actor_id=key(row["actor_id"]),
        actor_name=row["actor_name"],
        case_id=key(row["case_id"]),
        payload=row["payload"],
    )


def _site_of(viewer: Viewer, patient_id: UUID) -> UUID | None:
    """Return the patient's site. Raises NotFound unless the viewer may see her."""
    if viewer.page_of is not None and viewer.on_page_of(patient_id):
        return viewer.page_of[1]
    place = locate("patient_id", patient_id)
    require_sight(viewer, place)
    return place.site_id


def news(
    viewer: Viewer,
    patient_ids: Collection[UUID],
    *,
    since: datetime,
    until: datetime | None = None,
    without: Collection[str] = (),
    limit: int = 200,
) -> list[News]:
    """Return what others than the viewer wrote into the stories of these patients after `since`, oldest first.

    Lines after `until` and those named by `without` are left out. The caller names patients the viewer may see; rows
    of other sites are never among them.
    """
    lines = JournalEntry.objects.filter(
        patient_id__in=list(patient_ids), site_id__in=list(viewer.site_ids), recorded_at__gt=since
    ).exclude(actor_id=viewer.user_id)
    if until is not None:
        lines = lines.filter(recorded_at__lte=until)
    if without:
        lines = lines.exclude(id__in=list(without))
    names = ("id", "patient_id", "sentence", "recorded_at", "actor_name")
    return [News(**row) for row in lines.order_by("recorded_at", "id").values(*names)[:limit]]


def outbox_of(viewer: Viewer) -> list[Waiting]:
    """Return what the viewer herself sent that has not left yet, the next to leave first."""
    if viewer.user_id is None:
        return []
    return _waiting(Q(created_by=viewer.user_id))


_LEAVING = (
    "id",
    "what",
    "recipient",
    "back",
    "created_at",
    "not_before",
    "done_at",
    "recalled_at",
    "attempts",
    "last_error",
)


def leaving_of(viewer: Viewer, *, past: timedelta = timedelta(days=1)) -> list[Leaving]:
    """Return what the viewer sent out of the house and what became of it: all that waits, then the rest of `past`."""
    if viewer.user_id is None:
        return []
    settle()
    mine = OutboxMessage.objects.filter(created_by=viewer.user_id).exclude(recipient="")
    still = Q(done_at__isnull=True, recalled_at__isnull=True)
    rows = mine.filter(still | Q(created_at__gte=viewer.at - past)).order_by("-created_at", "-id").values(*_LEAVING)
    found = [Leaving(**row) for row in rows[:100]]
    return sorted(found, key=lambda one: not one.waits)


def waiting_count(viewer: Viewer) -> int:
    """Return how many things the viewer sent have not left, for the top bar."""
    settle()
    mine = OutboxMessage.objects.filter(created_by=viewer.user_id, done_at__isnull=True, recalled_at__isnull=True)
    return mine.exclude(recipient="").count() if viewer.user_id else 0


def stuck_messages(viewer: Viewer) -> list[Waiting]:
    """Return the messages of the viewer's sites that failed five times or more, for whoever runs the installation."""
    return _waiting(Q(site_id__in=viewer.site_ids, attempts__gte=rules.STUCK_AFTER))


def _waiting(which: Q) -> list[Waiting]:
    names = (
        "id",
        "kind",
        "patient_id",
        "created_at",
        "created_by_name",
        "not_before",
        "attempts",
        "last_error",
    )
    settle()
    rows = OutboxMessage.objects.filter(which, done_at__isnull=True, recalled_at__isnull=True)
    return [Waiting(**row) for row in rows.order_by("not_before", "id").values(*names)]


def recalled_messages(message_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these messages were taken back before they left."""
    settle()
    found = OutboxMessage.objects.filter(id__in=list(message_ids), recalled_at__isnull=False)
    return frozenset(found.values_list("id", flat=True)) if message_ids else frozenset()


def leaves_at(message_id: UUID) -> datetime:
    """Return when a message leaves at the earliest."""
    settle()
    when: datetime = OutboxMessage.objects.values_list("not_before", flat=True).get(id=message_id)
    return when
