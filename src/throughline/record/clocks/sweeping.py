"""The sweeper: flips the clocks whose boundary has passed, each boundary exactly once, by any number of workers."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from throughline.foundation.journal.publishing import publish_many
from throughline.foundation.kernel.actor import Actor, system
from throughline.foundation.kernel.time import require_aware
from throughline.record.clocks import counting, events
from throughline.record.clocks.models import Clock, ClockFlip
from throughline.record.clocks.rules import engine

logger = logging.getLogger(__name__)
BATCH = 200
PUSHED_AWAY = timedelta(hours=1)
MOST_FLIPS = 50  # of one clock in one look; a clock has far fewer boundaries
SWEEPER: Actor = system("clock sweeper")


@dataclass(frozen=True)
class Swept:
    """How a sweep went: clocks looked at, boundaries flipped, clocks that could not be counted."""

    looked: int = 0
    flipped: int = 0
    troubled: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.looked + other.looked, self.flipped + other.flipped, self.troubled + other.troubled)


@dataclass(frozen=True)
class _Flip:
    before: str
    after: str
    boundary_at: datetime


def sweep(*, at: datetime, most: int = 100_000) -> Swept:
    """Flip everything due, in batches of one transaction each, and say how it went.

    Rows in another worker's hands are skipped; a worker that dies leaves its batch to the next, whole. A row that
    raises is pushed away an hour, keeps its sentence for the operator, and stops nobody else.
    """
    require_aware(at)
    total = Swept()
    while total.looked < most:
        done = _batch(at, min(BATCH, most - total.looked))
        if done.looked == 0:
            break
        total += done
    return total


def _batch(at: datetime, size: int) -> Swept:
    with transaction.atomic():
        rows = list(
            Clock.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_look_at__lte=at)
            .select_related("ruling")
            .order_by("next_look_at", "id")[:size]
        )
        if not rows:
            return Swept()
        moved: list[tuple[Clock, list[_Flip]]] = []
        troubled: list[Clock] = []
        for row in rows:
            try:
                moved.append((row, _advance(row, at)))
            except Exception as failure:  # kept on the row and shown to the operator: never swallowed
                troubled.append(_push_away(row, failure, at))
        troubled += _write(moved, at)
        Clock.objects.bulk_update(troubled, ["next_look_at", "trouble", "trouble_at"])
        bad = {row.pk for row in troubled}
        return Swept(len(rows), sum(len(flips) for row, flips in moved if row.pk not in bad), len(troubled))


def _advance(row: Clock, at: datetime) -> list[_Flip]:
    """Move a row over every boundary up to `at`, and return them; each with its true instant."""
    running = counting.running(row)
    flips: list[_Flip] = []
    while row.next_look_at is not None and row.next_look_at <= at:
        if len(flips) >= MOST_FLIPS:
            raise RuntimeError("The clock has more boundaries than a clock can have.")
        boundary = row.next_look_at
        state, following = engine.state_and_next(running, at=boundary)
        if state != row.state:
            flips.append(_Flip(row.state, state, boundary))
        row.state, row.next_look_at = state, following
    if row.state in counting.SETTLED:
        row.ended_at, row.next_look_at = at, None
    row.trouble, row.trouble_at = "", None
    return flips


def _write(moved: list[tuple[Clock, list[_Flip]]], at: datetime) -> list[Clock]:
    """Store a batch at once; where that fails, row by row, so that only the row that fails is pushed away."""
    try:
        with transaction.atomic():
            _store(moved, at)
        return []
    except Exception:
        logger.warning("A batch of clocks could not be stored at once; storing them one by one.")
    troubled: list[Clock] = []
    for row, flips in moved:
        try:
            with transaction.atomic():
                _store([(row, flips)], at)
        except Exception as failure:
            troubled.append(_push_away(row, failure, at))
    return troubled


def _store(moved: list[tuple[Clock, list[_Flip]]], at: datetime) -> None:
    ClockFlip.objects.bulk_create(
        ClockFlip(
            clock=row,
            course=row.course,
            before=one.before,
            after=one.after,
            boundary_at=one.boundary_at,
            noticed_at=at,
        )
        for row, flips in moved
        for one in flips
    )
    _move([row for row, _ in moved])
    announced: dict[datetime, list[events.ClockFlipped]] = defaultdict(list)
    for row, flips in moved:
        for one in flips:
            announced[one.boundary_at].append(_announced(row, one))
    for boundary_at, lines in announced.items():
        publish_many(lines, by=SWEEPER, at=at, occurred_at=boundary_at)


def _move(rows: list[Clock]) -> None:
    """Write the counted columns of many rows in one statement; Django's own spells a CASE for every cell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update clocks_clock as c set state = n.state, next_look_at = n.next_look_at, ended_at = n.ended_at, "
            "trouble = '', trouble_at = null "
            "from unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[]) "
            "as n (id, state, next_look_at, ended_at) where c.id = n.id",
            [
                [row.pk for row in rows],
                [row.state for row in rows],
                [row.next_look_at for row in rows],
                [row.ended_at for row in rows],
            ],
        )


def _announced(row: Clock, one: _Flip) -> events.ClockFlipped:
    return events.ClockFlipped(
        site_id=row.site_id,
        patient_id=row.patient_id,
        case_id=row.case_id,
        clock_id=row.id,
        rule_id=row.rule_id,
        title=row.title,
        due_words=counting.due_words(row),
        part=row.part,
        before=one.before,
        after=one.after,
        boundary_at=one.boundary_at,
        due_at=row.due_at,
    )


def _push_away(row: Clock, failure: Exception, at: datetime) -> Clock:
    # The kind of failure goes to the log; its words may name a patient and stay in the row.
    logger.warning("Clock %s cannot be counted: %s", row.pk, type(failure).__name__)
    row.next_look_at = at + PUSHED_AWAY
    row.trouble, row.trouble_at = f"{type(failure).__name__}: {failure}"[:1000], at
    return row
