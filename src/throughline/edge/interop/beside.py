"""Stretches of lines taken in side by side: one process reads the file, several read and store what stands in it.

Only where the order of the stretches makes no difference: all of one type, whose resources do not point to each other.
Each stretch is a transaction of its own as always, and at most a few are on their way, so memory does not grow.
"""

import multiprocessing
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, OperationalError, connection, connections

from throughline.edge.interop.actions import take_in_stretch
from throughline.edge.interop.fhir.drafting import Draft
from throughline.edge.interop.records import StretchOutcome
from throughline.edge.interop.stretches import LineStretch
from throughline.foundation.kernel.actions import NotPermitted
from throughline.foundation.kernel.actions import Refusal as ActRefused
from throughline.foundation.kernel.actor import Actor
from throughline.record.chart.actions import note_receipts
from throughline.record.chart.records.received import Receipt, Stretch

# How often a stretch is tried that met another one bringing the same resource at the same moment.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for every stretch of an import; see `importing.Import`."""

    site_id: UUID
    source: str
    by: Actor
    at: datetime
    shifts: Mapping[str, int]

    def take(self, stretch: Stretch, drafted: Draft, *, tell: bool, beside: bool = False) -> StretchOutcome:
        """Take in one stretch; when the database cannot hold it, all of it is refused and nothing kept.

        Raises NotPermitted.
        """
        try:
            return take_in_stretch(
                site_id=self.site_id,
                source=self.source,
                stretch=stretch,
                draft=drafted,
                shifts=self.shifts,
                tell=tell,
                beside=beside,
                by=self.by,
                at=self.at,
            )
        except NotPermitted:
            raise
        except (DataError, ActRefused) as problem:
            return _all_refused(drafted, str(problem).splitlines()[0])

    def note(self, receipts: Sequence[Receipt]) -> None:
        """Write the story lines of patients whose records came in. Raises NotPermitted."""
        note_receipts(site_id=self.site_id, source=self.source, receipts=receipts, by=self.by, at=self.at)


def _all_refused(drafted: Draft, why: str) -> StretchOutcome:
    """Return the outcome of a stretch the database could not hold: nothing stored, everything said."""
    refused = [(one.resource, one.path, one.why) for one in drafted.refused]
    sentence = f"Could not be stored: {why}"
    refused += [(f"{key.resource_type}/{key.resource_id}", key.resource_type, sentence) for key in drafted.received]
    return StretchOutcome(refused=refused, unchanged=drafted.repeated)


class Gang:
    """Processes that take in stretches of one import, each with a connection of its own."""

    def __init__(self, task: Task, workers: int) -> None:
        # Forked, so that what this process has loaded and where it stands before the wall is there at once.
        context = multiprocessing.get_context("fork")
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(task,))
        self._waiting: deque[Future[StretchOutcome]] = deque()
        self._told: deque[Future[None]] = deque()
        self._most = workers + 1
        self.kind = ""

    def take(self, stretch: LineStretch, name: str) -> Iterator[StretchOutcome]:
        """Send a stretch and yield what came of earlier ones, in the order of the file."""
        self._waiting.append(self._pool.submit(_take, name, stretch.first_number, stretch.first_byte, stretch.content))
        yield from self._done(self._most)

    def note(self, receipts: Sequence[Receipt]) -> None:
        """Have story lines written; `settle` waits for them."""
        self._told.append(self._pool.submit(_note, receipts))
        while len(self._told) > self._most:
            self._told.popleft().result()

    def settle(self) -> None:
        """Wait until every story line is written."""
        while self._told:
            self._told.popleft().result()

    def rest(self) -> Iterator[StretchOutcome]:
        """Yield what came of all that is still on its way."""
        yield from self._done(0)

    def close(self) -> None:
        """Let the processes end; what nobody asked for any more is dropped."""
        self._pool.shutdown(cancel_futures=True)

    def _done(self, most: int) -> Iterator[StretchOutcome]:
        while len(self._waiting) > most:
            yield self._waiting.popleft().result()


_task: list[Task] = []
_inherited: list[Any] = []


def _begin(task: Task) -> None:
    """Leave the connection of the process that started us alone; ours is made when it is first asked for."""
    _inherited.append(connections["default"])
    del connections["default"]
    _task[:] = [task]


def _take(name: str, first_number: int, first_byte: int, lines: list[bytes]) -> StretchOutcome:
    stretch = LineStretch.of(first_number, first_byte, lines)
    for turn in range(1, TRIES + 1):
        try:
            return _task[0].take(stretch.received(name), stretch.draft(), tell=False, beside=True)
        except (IntegrityError, OperationalError):
            # The same resource in a stretch beside this one: by now it is held, or this one's turn is first.
            if turn == TRIES:
                raise
    raise AssertionError


def _note(receipts: Sequence[Receipt]) -> None:
    _task[0].note(receipts)


@contextmanager
def alone(site_id: UUID, source: str) -> Iterator[None]:
    """Let another import of the same source wait while several processes work on this one."""
    named = [f"import {site_id} {source}"]
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtextextended(%s, 0))", named)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", named)
