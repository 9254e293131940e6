"""Looks at cases whose facts changed or whose time has come, and writes down what opened and what is mended.

A case is marked by every event of its patient, in the event's own transaction; it is looked at after commit, by a job.
Whatever a job misses is found within a minute by the mark, and what time alone changes by `next_look_at`.
"""

import gc
import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db import connection, transaction
from django.db.models import F
from procrastinate.contrib.django import app

from throughline.foundation.access.bulk import Statement
from throughline.foundation.access.pending import write_once
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import system_viewer
from throughline.foundation.journal.publishing import publish_many
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor, system
from throughline.foundation.kernel.events import Event
from throughline.foundation.kernel.time import require_aware
from throughline.practice.review import events
from throughline.practice.review.actions.writing import Ledger, Marked, Standing
from throughline.practice.review.models import Examined, Gap
from throughline.practice.review.queries.gathering import facts_of
from throughline.practice.review.records import CaseFacts, Examination, Visit
from throughline.practice.review.rules.continuity import continuity, counted_once
from throughline.practice.review.rules.examine import chosen_for, examine
from throughline.practice.review.rules.library import Check, checks
from throughline.practice.review.rules.storing import stored_check

logger = logging.getLogger(__name__)
LOOKER: Actor = system("continuity review")
BATCH = 400
MANY = 1000  # rows added in one go that change what a plan should be
LOOKED_AT = ("active", "paused")
PUSHED_AWAY = timedelta(hours=1)
YEAR = timedelta(days=365)
JOB = "review.look"
# Beginnings of the kinds of event after which no check can find anything else: they mark nothing.
CHANGES_NO_FACT = (
    "review.", "access.", "clocks.", "documents.", "intake.", "coordination.message", "people.patient-registered",
    "people.duplicate-found",
)  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """How looking went: cases looked at, gaps opened and mended, cases that could not be looked at."""

    cases: int = 0
    opened: int = 0
    mended: int = 0
    troubled: int = 0

    def __add__(self, other: "Looked") -> "Looked":
        return Looked(
            self.cases + other.cases,
            self.opened + other.opened,
            self.mended + other.mended,
            self.troubled + other.troubled,
        )


@locator("gap_id")
def _place_of_gap(gap_id: UUID) -> Place:
    found = Gap.objects.filter(pk=gap_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This gap does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


# Marks the patient's case, and calls a job for it where it was not marked already.
_MARK = """
with marked as (
  insert into review_examined as e (case_id, site_id, patient_id, dirty_since, content, checked, untold, trouble)
  select c.id, c.site_id, c.patient_id, %s, '', '[]', '[]', '' from cases_case c
  where c.patient_id = any(%s) and (c.state <> 'closed' or exists (
    select 1 from review_examined k where k.case_id = c.id))
  on conflict (case_id) do update set dirty_since = excluded.dirty_since where e.dirty_since is null
  returning case_id)
select procrastinate_defer_jobs_v1(array_agg(row(%s::text, %s::text, %s::int, null, null,
  jsonb_build_object('case_id', case_id::text), null)::procrastinate_job_to_defer_v1)) from marked having count(*) > 0
"""


def heed(events: Sequence[Event], *, by: Actor, at: datetime) -> None:
    """Mark the cases of the patients events are about as changed, and ask a job to look at them after the commit."""
    patients = {one.patient_id for one in events if one.patient_id and not one.kind.startswith(CHANGES_NO_FACT)}
    if patients:
        write_once(Statement("review_examined", _MARK, (at, sorted(patients), *_job())))


@cache
def _job() -> tuple[str, str, int]:
    job = app.configure_task(JOB).job
    return job.queue, job.task_name, job.priority


@action("review.look", needs=Permission.SEE_PATIENT, on="case_id")
def look(*, case_id: UUID, by: Actor, at: datetime) -> Looked:
    """Look at one case now and write down what opened and what is mended; returns how many of each."""
    marked = _marked("e.case_id = %s", [case_id])
    if not marked:
        with connection.cursor() as cursor:
            cursor.execute(
                f"insert into review_examined {_ENTERED} where id = %s on conflict (case_id) do nothing",
                [None, case_id],
            )
        marked = _marked("e.case_id = %s", [case_id])
    return _look_at(marked, at)


def look_due(*, at: datetime, most: int = 100_000, other_checks: bool = True) -> Looked:
    """Look at every case that changed or whose time has come, and with `other_checks` at those other checks looked at.

    Batch by batch, each one transaction; rows in another worker's hands are skipped, so that several may share a
    night. A case that raises is put off an hour, keeps its sentence for the operator, and stops nobody else.
    """
    require_aware(at)
    due, values = "e.dirty_since is not null or e.next_look_at <= %s", [at]
    if other_checks:  # no index answers this: for once a night, not for every minute
        return _in_batches(f"{due} or e.content <> %s", [*values, digest_of_checks()], at, most)
    return _in_batches(due, values, at, most)


def look_all(*, at: datetime) -> Looked:
    """Look at every open case, changed or not."""
    require_aware(at)
    enter_cases(at=at)
    return _in_batches("e.looked_at is distinct from %s", [at], at, 10_000_000)


_ENTERED = (
    "(case_id, site_id, patient_id, dirty_since, content, checked, untold, trouble) "
    "select id, site_id, patient_id, %s::timestamptz, '', '[]', '[]', '' from cases_case"
)


def enter_cases(*, at: datetime) -> int:
    """Mark open cases nobody has looked at yet, as after an import of cases; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Whether one is there already is asked of the key alone. Asked by "not exists" of a table that is empty at
            # the beginning, PostgreSQL reads all it has written so far before each row: minutes for 100,000 cases.
            f"insert into review_examined {_ENTERED} where state = any(%s) on conflict (case_id) do nothing",
            [at, list(LOOKED_AT)],
        )
        entered = int(cursor.rowcount)
    if entered >= MANY:
        _count_rows("review_examined")
    return entered


def _marked(where: str, values: Sequence[Any], *, most: int = 1, wait: bool = True) -> list[Marked]:
    """Lock marks in the order of their cases; those in another's hands are waited for or left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.case_id, e.site_id, e.patient_id, c.state, e.checked::text, e.untold::text "
            f"from review_examined e join cases_case c on c.id = e.case_id where ({where}) order by e.case_id "
            f"limit %s for update of e{'' if wait else ' skip locked'}",
            [*values, most],
        )
        return [Marked(*row) for row in cursor.fetchall()]


@contextmanager
def _swept_by_batch() -> Iterator[None]:
    """Sweep memory after each batch instead of thousands of times within it: facts hold no circles."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(1)
        if swept:
            gc.enable()


def _in_batches(wanted: str, values: Sequence[Any], at: datetime, most: int) -> Looked:
    total, last, counted = Looked(), UUID(int=0), False
    while total.cases < most:
        with _swept_by_batch(), transaction.atomic():
            size = min(BATCH, most - total.cases)
            marked = _marked(f"({wanted}) and e.case_id > %s", [*values, last], most=size, wait=False)
            if not marked:
                return total
            last = marked[-1].case_id
            total += _tried(marked, at)
        if not counted and total.opened >= MANY:
            _count_rows(Gap._meta.db_table)
            counted = True
    return total


def _count_rows(table: str) -> None:
    """Let PostgreSQL count a table again. One that was empty when the night began is read from end to end for every
    row that refers to it, its key not used, until somebody tells the planner what it holds by now."""
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {table}")


def _tried(marked: list[Marked], at: datetime) -> Looked:
    """Look at a batch; where that fails, case by case, so that only the one that fails is put off."""
    try:
        with transaction.atomic():
            return _look_at(marked, at)
    except Exception:
        logger.warning("A batch of cases could not be looked at together; looking one by one.")
    total = Looked()
    for mark in marked:
        try:
            with transaction.atomic():
                total += _look_at([mark], at)
        except Exception as failure:  # kept on the row and shown to the operator: never swallowed
            logger.warning("Case %s cannot be looked at: %s", mark.case_id, type(failure).__name__)
            trouble = f"{type(failure).__name__}: {failure}"[:1000]
            Examined.objects.filter(case_id=mark.case_id).update(
                trouble=trouble, dirty_since=None, next_look_at=at + PUSHED_AWAY, content=digest_of_checks()
            )
            total += Looked(cases=1, troubled=1)
    return total


@lru_cache(maxsize=4)
def _digest(mark: int) -> str:
    from throughline.foundation.content import library

    said = sorted(
        f"{i.key} {i.version} {i.data!r}" for kind in ("checks", "check_sets") for i in library.load(kind).values()
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def digest_of_checks() -> str:
    """The digest of the checks and code sets as they stand: cases looked at by others are looked at again."""
    return _digest(id(checks()))


_STANDING = """
select id, case_id, key, title, says, since, state, version, review_on, dismissed_reason, on_today, reasons::text,
  remedy::text from review_gap where case_id = any(%s) and state <> 'mended'
"""


def _standing(marked: list[Marked]) -> dict[UUID, list[Standing]]:
    found: dict[UUID, list[Standing]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [[mark.case_id for mark in marked]])
        for row in cursor.fetchall():
            gap = Standing(*row[:-2], *map(orjson.loads, row[-2:]))
            found[gap.case_id].append(gap)
    return found


def _look_at(marked: list[Marked], at: datetime) -> Looked:
    """Examine cases whose marks are locked, and write the difference to what stands."""
    viewer = system_viewer(LOOKER, at=at, site_ids={mark.site_id for mark in marked})
    every = checks()
    known = {case.case_id: case for case in facts_of(viewer, [m.case_id for m in marked if m.case_state in LOOKED_AT])}
    standing = _standing(marked)
    ledger, lines = Ledger(at, LOOKER.name, digest_of_checks()), []
    for mark in marked:
        lines += _look_at_one(mark, known.get(mark.case_id), standing[mark.case_id], every, ledger)
    ledger.write()
    if lines:
        publish_many(lines, by=LOOKER, at=at)
    return Looked(len(marked), len(ledger.opened), ledger.mended)


def _look_at_one(
    mark: Marked, case: CaseFacts | None, standing: list[Standing], every: Sequence[Check], ledger: Ledger
) -> list[events.GapsChanged]:
    at = ledger.at
    if case is None:
        ledger.look(mark, [], [], None)
        return _settle(mark, standing, Examination((), (), (), None), None, ledger)
    found = examine(case, chosen_for(case, every), at=at)
    zone = ZoneInfo(case.time_zone)
    today = at.astimezone(zone).date()
    lines = _settle(mark, standing, found, today, ledger)
    waiting = [datetime.combine(gap.review_on, time(), zone) for gap in standing if gap.review_on]
    ledger.look(
        mark,
        [stored_check(one) for one in found.checked],
        [{"check": one.check, "title": one.title, "ask": one.ask} for one in found.untold],
        min(filter(None, (found.next_look_at, *(w for w in waiting if w > at))), default=None),
    )
    now = continuity(visits_of(case, at), case.plan, at=at)
    ledger.week(mark, today - timedelta(days=today.weekday()), now, len(found.findings))
    return lines


def _settle(
    mark: Marked, standing: list[Standing], found: Examination, today: date | None, ledger: Ledger
) -> list[events.GapsChanged]:
    """Open what is new, mend what is gone, ask again about what was set aside until today; returns the line of it."""
    wanted = {finding.key: finding for finding in found.findings}
    titles_opened, titles_mended = [], []
    under_way = {one.check: one.words for one in found.checked if one.status == "under-way"}
    for gap in standing:
        finding = wanted.pop(gap.key, None)
        if finding is None:
            _mend(gap, under_way, ledger)
            titles_mended.append(gap.title)
            continue
        changed = gap.says_now(finding)
        if gap.state == "dismissed" and gap.review_on is not None and today is not None and gap.review_on <= today:
            gap.state, gap.review_on, gap.dismissed_reason, changed = "open", None, "", True
            ledger.step(gap.id, "reopen", "The day to look at it again has come.")
            titles_opened.append(gap.title)
        if changed:
            gap.version += 1
            ledger.moved.append(gap)
    for finding in wanted.values():
        ledger.open(mark, finding)
        titles_opened.append(finding.title)
    if not titles_opened and not titles_mended:
        return []
    about: dict[str, Any] = {"site_id": mark.site_id, "patient_id": mark.patient_id, "case_id": mark.case_id}
    return [events.GapsChanged(**about, opened=tuple(titles_opened), mended=tuple(titles_mended))]


def _mend(gap: Standing, under_way: dict[str, str], ledger: Ledger) -> None:
    gap.state, gap.mended_at, gap.version = "mended", ledger.at, gap.version + 1
    ledger.moved.append(gap)
    promised = next((under_way[r["check"]] for r in gap.reasons if r["check"] in under_way), "")
    ledger.step(gap.id, "mend", f"Under way: {promised}" if promised else "")
    ledger.mended += 1


def visits_of(case: CaseFacts, at: datetime) -> list[Visit]:
    """The office visits of the last year by whom the patient saw, the organization where no name is given."""
    seen = {fact.id: fact for fact in case.of("visit") if at - YEAR < fact.at <= at}
    found = (Visit(fact.at, fact.by or fact.place) for fact in seen.values() if fact.by or fact.place)
    return counted_once(found, zone=case.time_zone)


def forget_closed(*, at: datetime) -> int:
    """Drop the marks of cases that are closed and have been looked at since; returns how many."""
    closed = Examined.objects.filter(case__state="closed", looked_at__gt=F("case__closed_at"), dirty_since__isnull=True)
    return closed.delete()[0]
