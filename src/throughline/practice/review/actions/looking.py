"""Looks at cases whose facts changed or whose time has come, and writes down what opened and what is mended.

A case is marked by every event of its patient, in the event's own transaction; it is looked at after commit, by a job.
Whatever a job misses is found within a minute by the mark, and what time alone changes by `next_look_at`.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F, Q
from procrastinate.contrib.django import app

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import system_viewer
from throughline.foundation.journal.publishing import publish_many
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor, system
from throughline.foundation.kernel.events import Event
from throughline.foundation.kernel.time import require_aware
from throughline.practice.review import events
from throughline.practice.review.models import ContinuityWeek, Examined, Gap, GapTransition
from throughline.practice.review.queries.gathering import facts_of
from throughline.practice.review.records import CaseFacts, Examination, Finding, Visit
from throughline.practice.review.rules.continuity import continuity
from throughline.practice.review.rules.examine import chosen_for, examine
from throughline.practice.review.rules.library import Check, checks
from throughline.practice.review.rules.storing import stored_check, stored_reason, stored_remedy
from throughline.record.cases.models import Case

logger = logging.getLogger(__name__)
LOOKER: Actor = system("continuity review")
BATCH = 400
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


_MARK = """
insert into review_examined as e (case_id, site_id, patient_id, dirty_since, content, checked, untold, trouble)
select c.id, c.site_id, c.patient_id, %(at)s, '', '[]', '[]', '' from cases_case c
where c.patient_id = %(patient)s and (c.state <> 'closed' or exists (
  select 1 from review_examined k where k.case_id = c.id))
on conflict (case_id) do update set dirty_since = excluded.dirty_since where e.dirty_since is null
returning case_id
"""


def heed(event: Event, *, by: Actor, at: datetime) -> None:
    """Mark the patient's case as changed by an event, and ask a job to look at it once the event is committed."""
    if event.patient_id is None or event.kind.startswith(CHANGES_NO_FACT):
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"patient": event.patient_id, "at": at})
        marked = cursor.fetchall()
    for (case_id,) in marked:
        app.configure_task(JOB).defer(case_id=str(case_id))


@action("review.look", needs=Permission.SEE_PATIENT, on="case_id")
def look(*, case_id: UUID, by: Actor, at: datetime) -> Looked:
    """Look at one case now and write down what opened and what is mended; returns how many of each."""
    if not Examined.objects.filter(case_id=case_id).exists():
        place = Case.objects.filter(pk=case_id).values("site_id", "patient_id").first()
        if place is None:
            raise NotFound("There is no such case, or not on your list.")
        Examined.objects.get_or_create(case_id=case_id, defaults=place)
    rows = list(Examined.objects.select_for_update(of=("self",)).select_related("case").filter(case_id=case_id))
    return _look_at(rows, at)


def look_due(*, at: datetime, most: int = 100_000, other_checks: bool = True) -> Looked:
    """Look at every case that changed or whose time has come, and with `other_checks` at those other checks looked at.

    Batch by batch, each one transaction; rows in another worker's hands are skipped. A case that raises is put off
    an hour, keeps its sentence for the operator, and stops nobody else.
    """
    require_aware(at)
    due = Q(dirty_since__isnull=False) | Q(next_look_at__lte=at)
    if other_checks:  # no index answers this: for once a night, not for every minute
        due |= ~Q(content=digest_of_checks())
    return _in_batches(due, at, most)


def look_all(*, at: datetime) -> Looked:
    """Look at every open case, changed or not."""
    require_aware(at)
    enter_cases(at=at)
    return _in_batches(~Q(looked_at=at), at, 10_000_000)


def enter_cases(*, at: datetime) -> int:
    """Mark open cases nobody has looked at yet, as after an import of cases; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into review_examined "
            "(case_id, site_id, patient_id, dirty_since, content, checked, untold, trouble) "
            "select id, site_id, patient_id, %s, '', '[]', '[]', '' from cases_case where state = any(%s) "
            "on conflict (case_id) do nothing",
            [at, list(LOOKED_AT)],
        )
        return int(cursor.rowcount)


def _in_batches(wanted: Q, at: datetime, most: int) -> Looked:
    total, last = Looked(), UUID(int=0)
    while total.cases < most:
        with transaction.atomic():
            rows = list(
                Examined.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("case")
                .filter(wanted, case_id__gt=last)
                .order_by("case_id")[: min(BATCH, most - total.cases)]
            )
            if not rows:
                return total
            last = rows[-1].case_id
            total += _tried(rows, at)
    return total


def _tried(rows: list[Examined], at: datetime) -> Looked:
    """Look at a batch; where that fails, case by case, so that only the one that fails is put off."""
    try:
        with transaction.atomic():
            return _look_at(rows, at)
    except Exception:
        logger.warning("A batch of cases could not be looked at together; looking one by one.")
    total = Looked()
    for row in rows:
        try:
            with transaction.atomic():
                total += _look_at([row], at)
        except Exception as failure:  # kept on the row and shown to the operator: never swallowed
            logger.warning("Case %s cannot be looked at: %s", row.case_id, type(failure).__name__)
            row.trouble = f"{type(failure).__name__}: {failure}"[:1000]
            row.dirty_since, row.next_look_at = None, at + PUSHED_AWAY
            row.content = digest_of_checks()
            row.save(update_fields=["trouble", "dirty_since", "next_look_at", "content"])
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


@dataclass
class _Ledger:
    """What a batch writes, gathered so that each table takes one statement."""

    at: datetime
    opened: list[Gap] = field(default_factory=list)
    changed: list[Gap] = field(default_factory=list)
    steps: list[GapTransition] = field(default_factory=list)
    lines: list[events.GapsChanged] = field(default_factory=list)
    weeks: list[ContinuityWeek] = field(default_factory=list)
    mended: int = 0

    def step(self, gap: Gap, act: str, reason: str = "") -> None:
        self.steps.append(GapTransition(gap=gap, act=act, reason=reason, at=self.at, by_id=None, by_name=LOOKER.name))


def _look_at(rows: list[Examined], at: datetime) -> Looked:
    """Examine cases whose rows are locked, and write the difference to what stands."""
    viewer = system_viewer(LOOKER, at=at, site_ids={row.site_id for row in rows})
    every, content = checks(), digest_of_checks()
    known = {case.case_id: case for case in facts_of(viewer, [r.case_id for r in rows if r.case.state in LOOKED_AT])}
    standing: dict[UUID, list[Gap]] = defaultdict(list)
    for gap in Gap.objects.filter(case_id__in=[row.case_id for row in rows]).exclude(state="mended"):
        standing[gap.case_id].append(gap)
    ledger = _Ledger(at)
    for row in rows:
        case = known.get(row.case_id)
        _look_at_one(row, case, standing[row.case_id], every, ledger)
        row.content = content
    _write(rows, ledger)
    return Looked(len(rows), len(ledger.opened), ledger.mended)


def _look_at_one(
    row: Examined, case: CaseFacts | None, standing: list[Gap], every: Sequence[Check], ledger: _Ledger
) -> None:
    at = ledger.at
    row.dirty_since, row.looked_at, row.trouble = None, at, ""
    if case is None:
        row.checked, row.untold, row.next_look_at = [], [], None
        _settle(row, standing, Examination((), (), (), None), None, ledger)
        return
    found = examine(case, chosen_for(case, every), at=at)
    row.checked = [stored_check(one) for one in found.checked]
    row.untold = [{"check": one.check, "title": one.title, "ask": one.ask} for one in found.untold]
    today = at.astimezone(ZoneInfo(case.time_zone)).date()
    still = _settle(row, standing, found, today, ledger)
    waiting = [datetime.combine(g.review_on, time(), ZoneInfo(case.time_zone)) for g in standing if g.review_on]
    row.next_look_at = min(filter(None, (found.next_look_at, *(w for w in waiting if w > at))), default=None)
    ledger.weeks.append(_week(row, case, still, today, at))


def _settle(row: Examined, standing: list[Gap], found: Examination, today: Any, ledger: _Ledger) -> int:
    """Open what is new, mend what is gone, ask again about what was set aside until today; returns how many stand."""
    wanted = {finding.key: finding for finding in found.findings}
    titles_opened, titles_mended = [], []
    under_way = {one.check: one.words for one in found.checked if one.status == "under-way"}
    for gap in standing:
        finding = wanted.pop(gap.key, None)
        if finding is None:
            _mend(gap, under_way, ledger)
            titles_mended.append(gap.title)
        elif gap.state == "dismissed" and gap.review_on is not None and gap.review_on <= today:
            gap.state, gap.review_on, gap.dismissed_reason = "open", None, ""
            _refresh(gap, finding, ledger, force=True)
            ledger.step(gap, "reopen", "The day to look at it again has come.")
            titles_opened.append(gap.title)
        else:
            _refresh(gap, finding, ledger)
    for finding in wanted.values():
        gap = _opened(row, finding, ledger.at)
        ledger.opened.append(gap)
        ledger.step(gap, "open")
        titles_opened.append(gap.title)
    if titles_opened or titles_mended:
        about: dict[str, Any] = {"site_id": row.site_id, "patient_id": row.patient_id, "case_id": row.case_id}
        line = events.GapsChanged(**about, opened=tuple(titles_opened), mended=tuple(titles_mended))
        ledger.lines.append(line)
    return len(found.findings)


def _mend(gap: Gap, under_way: dict[str, str], ledger: _Ledger) -> None:
    gap.state, gap.mended_at, gap.version = "mended", ledger.at, gap.version + 1
    ledger.changed.append(gap)
    promised = next((under_way[r["check"]] for r in gap.reasons if r["check"] in under_way), "")
    ledger.step(gap, "mend", f"Under way: {promised}" if promised else "")
    ledger.mended += 1


def _refresh(gap: Gap, finding: Finding, ledger: _Ledger, *, force: bool = False) -> None:
    """Keep a standing gap's words and evidence as the record says them now."""
    reasons = [stored_reason(reason) for reason in finding.reasons]
    now = (finding.says, finding.title, finding.since, reasons, stored_remedy(finding.remedy), finding.on_today)
    before = (gap.says, gap.title, gap.since, gap.reasons, gap.remedy, gap.on_today)
    if now != before or force:
        gap.says, gap.title, gap.since, gap.reasons, gap.remedy, gap.on_today = now
        gap.version += 1
        ledger.changed.append(gap)


def _opened(row: Examined, finding: Finding, at: datetime) -> Gap:
    return Gap(
        site_id=row.site_id,
        patient_id=row.patient_id,
        case_id=row.case_id,
        key=finding.key,
        title=finding.title,
        says=finding.says,
        since=finding.since,
        role=finding.owner,
        remedy=stored_remedy(finding.remedy),
        reasons=[stored_reason(reason) for reason in finding.reasons],
        on_today=finding.on_today,
        opened_at=at,
    )


def visits_of(case: CaseFacts, at: datetime) -> list[Visit]:
    """The office visits of the last year by whom the patient saw, the organization where no name is given."""
    seen = {fact.id: fact for fact in case.of("visit") if at - YEAR < fact.at <= at}
    return [Visit(fact.at, fact.by or fact.place) for fact in seen.values() if fact.by or fact.place]


def _week(row: Examined, case: CaseFacts, still: int, today: Any, at: datetime) -> ContinuityWeek:
    found = continuity(visits_of(case, at), case.plan, at=at)
    return ContinuityWeek(
        site_id=row.site_id,
        patient_id=row.patient_id,
        case_id=row.case_id,
        week=today - timedelta(days=today.weekday()),
        visits=found.visits,
        providers=found.providers,
        coc=found.coc,
        upc=found.upc,
        usual=found.usual[:250],
        whole=found.whole,
        broken=found.broken,
        unowned_days=found.unowned_days,
        open_gaps=still,
    )


_KEPT = ("visits", "providers", "coc", "upc", "usual", "whole", "broken", "unowned_days", "open_gaps")
_MOVED = (
    "state", "mended_at", "version", "says", "title", "since", "reasons", "remedy", "on_today", "review_on",
    "dismissed_reason",
)  # fmt: skip


def _write(rows: list[Examined], ledger: _Ledger) -> None:
    Gap.objects.bulk_create(ledger.opened, batch_size=1000)
    for part in _parts(ledger.changed):
        Gap.objects.bulk_update(part, _MOVED)
    GapTransition.objects.bulk_create(ledger.steps, batch_size=1000)
    if ledger.lines:
        publish_many(ledger.lines, by=LOOKER, at=ledger.at)
    ContinuityWeek.objects.bulk_create(
        ledger.weeks, update_conflicts=True, unique_fields=["case", "week"], update_fields=_KEPT, batch_size=1000
    )
    _keep(rows)


def _parts(gaps: Sequence[Gap], size: int = 100) -> Iterator[Sequence[Gap]]:
    for start in range(0, len(gaps), size):
        yield gaps[start : start + size]


def _keep(rows: Iterable[Examined]) -> None:
    """Write the looked-at columns of many rows in one statement; Django's own spells a CASE for every cell."""
    import orjson

    kept = list(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "update review_examined as e set dirty_since = null, looked_at = n.looked_at, trouble = '', "
            "next_look_at = n.next_look_at, content = n.content, checked = n.checked, untold = n.untold "
            "from unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::jsonb[], %s::jsonb[]) "
            "as n (case_id, looked_at, next_look_at, content, checked, untold) where e.case_id = n.case_id",
            [
                [row.case_id for row in kept],
                [row.looked_at for row in kept],
                [row.next_look_at for row in kept],
                [row.content for row in kept],
                [orjson.dumps(row.checked).decode() for row in kept],
                [orjson.dumps(row.untold).decode() for row in kept],
            ],
        )


def forget_closed(*, at: datetime) -> int:
    """Drop the marks of cases that are closed and have been looked at since; returns how many."""
    closed = Examined.objects.filter(case__state="closed", looked_at__gt=F("case__closed_at"), dirty_since__isnull=True)
    return closed.delete()[0]
