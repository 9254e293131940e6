"""An import from files: each bundle or stretch of lines in a transaction of its own, memory flat in their number."""

import gc
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from throughline.edge.interop import stretches
from throughline.edge.interop.beside import Gang, Task, alone
from throughline.edge.interop.fhir import files
from throughline.edge.interop.fhir.drafting import Draft, draft
from throughline.edge.interop.fhir.files import Found
from throughline.edge.interop.fhir.resolving import EVENTS, Resolver, last_event
from throughline.edge.interop.fhir.splitting import WIDE, Entry, Unreadable, entries, is_record, is_wide
from throughline.edge.interop.records import StretchOutcome, Summary
from throughline.edge.interop.stretches import LineStretch, is_no_record, parsed
from throughline.foundation.kernel.actor import Actor
from throughline.practice.coordination.actions.slots import withdraw_unseen
from throughline.record.chart.records.received import Receipt, Stretch

# Patients whose story line waits for the end of an import of lines; beyond this many they are told in parts.
WAITING_PATIENTS = 50_000
# Story lines written in one transaction.
TOLD_TOGETHER = 1_000

_WEB_PAGE = "The file is a page of the web, not FHIR: perhaps the sign-in of a download had run out."
_DAMAGED = "The gzip file is damaged; fetch it again."
_BREAKS_OFF = "The file breaks off in the middle: it is not a whole gzip file."


@dataclass(slots=True)
class Import:
    """One import: where to, from which source, by whom, when, and what came of it so far.

    `shifts` maps a patient's id at the source to the days her dates are moved by; `progress` is told how many bytes
    of the current file (as it lies on disk) have been taken in. With several `workers`, that many processes take in
    long files of lines side by side; not inside a transaction, and not from a process of several threads.
    """

    site_id: UUID
    source: str
    by: Actor
    at: datetime
    shifts: Mapping[str, int] = field(default_factory=dict)
    progress: Callable[[Path, int], None] = lambda path, position: None
    workers: int = 1
    summary: Summary = field(default_factory=Summary)
    _gang: Gang | None = None
    _held: ExitStack = field(default_factory=ExitStack)
    _patients: set[UUID] = field(default_factory=set)
    _waiting: dict[UUID, Counter[str]] = field(default_factory=dict)
    _schedules: set[str] = field(default_factory=set)
    _published: set[str] = field(default_factory=set)
    _later: dict[Found, list[tuple[str, str, str]]] = field(default_factory=dict)

    def run(self, found: list[Found]) -> Summary:
        """Take in the files in the order given and return the summary. Raises NotPermitted."""
        with quiet_collector(), self._held:
            for one in found:
                self.summary.files += 1
                self._file(one)
                self.progress(one.path, files.size(one.path))
            self._once_more()
            self._withdraw()
            self._tell()
            if self._gang is not None:
                self._gang.settle()
        self.summary.patients = len(self._patients)
        return self.summary

    @property
    def _task(self) -> Task:
        return Task(self.site_id, self.source, self.by, self.at, self.shifts)

    def _file(self, one: Found) -> None:
        try:
            start = files.beginning(one.path)
            if files.is_web_page(start):
                self._refuse(one, "", "", _WEB_PAGE)
            elif is_wide(start):
                self._refuse(one, "", "", WIDE)
            elif files.is_xml(start):
                self._refuse(one, "", "", "The file is XML; only FHIR in JSON is taken in.")
            elif files.is_lines(one.path, start):
                self._lines(one)
            else:
                self._document(one)
        except EOFError:
            self._refuse(one, "", "", _BREAKS_OFF)
        except (gzip.BadGzipFile, zlib.error):
            self._refuse(one, "", "", _DAMAGED)
        except OSError as problem:
            self._refuse(one, "", "", f"The file cannot be read: {str(problem.strerror or problem).rstrip('.')}.")

    def _once_more(self) -> None:
        """Go again through files with resources of patients who were unknown then: a later file may have brought them.

        Only what became of those resources is added to the summary; everything else was counted the first time.
        """
        again, self._later = self._later, {}
        for one, waiting in again.items():
            before = self.summary
            self.summary = Summary()
            self._file(one)
            stored = self.summary.stored
            unknown = self._later.get(one, [])
            for refusal in unknown:
                before.refuse(one.place, *refusal)
            before.stored += stored
            before.unchanged += len(waiting) - stored - len(unknown)
            before.resources += len(waiting) - len(unknown)
            before.not_referred += self.summary.not_referred
            self.summary = before

    def _refuse(self, one: Found, resource: str, path: str, why: str) -> None:
        self.summary.refuse(one.place, resource, path, why)

    # --- whole documents ---------------------------------------------------------------------------------------

    def _document(self, one: Found) -> None:
        with files.opened(one.path) as stream:
            content = stream.read()
        try:
            drafted = draft(entries(content))
        except Unreadable as problem:
            self._refuse(one, "", "", str(problem))
            return
        if drafted.size and not drafted.claims and not one.named:
            self._skip(one)
            return
        self._take(one, Stretch(one.name, 0, content), drafted, tell=True)

    def _skip(self, one: Found) -> None:
        self.summary.skipped.append({"file": one.place, "why": "The file holds no FHIR resource."})

    def _take(self, one: Found, stretch: Stretch, drafted: Draft, *, tell: bool) -> None:
        self._note(one, self._task.take(stretch, drafted, tell=tell), tell=tell)

    def _note(self, one: Found, outcome: StretchOutcome, *, tell: bool) -> None:
        self.summary.add(one.place, outcome)
        if outcome.unknown:
            self._later.setdefault(one, []).extend(outcome.unknown)
        self._patients |= outcome.patients
        self._schedules |= outcome.schedules
        self._published |= outcome.published
        if not tell:
            for patient, counts in outcome.arrived.items():
                self._waiting.setdefault(patient, Counter()).update(counts)
            if len(self._waiting) > WAITING_PATIENTS:
                self._tell()

    def _withdraw(self) -> None:
        """Withdraw published times the files no longer name, of schedules they do; schedules alone publish nothing."""
        if self._published:
            withdraw_unseen(
                site_id=self.site_id, source=self.source, schedules=self._schedules | self._published, by=self.by,
                at=self.at,
            )  # fmt: skip

    def _tell(self) -> None:
        """Write the story lines of patients whose records came in as lines of several files."""
        if self._waiting:
            receipts = [Receipt(patient, dict(counts)) for patient, counts in self._waiting.items()]
            for start in range(0, len(receipts), TOLD_TOGETHER):
                (self._gang or self._task).note(receipts[start : start + TOLD_TOGETHER])
            self._waiting.clear()

    # --- lines -------------------------------------------------------------------------------------------------

    def _lines(self, one: Found) -> None:
        with files.opened(one.path) as stream:
            raw = getattr(stream, "fileobj", stream)
            beside = self.workers > 1
            stretch = LineStretch(unread=beside)
            most = stretches.STRETCH_LINES_BESIDE if beside else stretches.STRETCH_LINES
            met = 0
            try:
                for number, (position, line) in enumerate(files.lines(stream), start=1):
                    if stretch.is_full(most):
                        self._take_lines(one, stretch, more=True)
                        self.progress(one.path, raw.tell())
                        stretch = LineStretch(unread=beside)
                    if not met and not one.named and line.strip() and is_no_record(line):
                        self._skip(one)
                        return
                    met += 1
                    if not stretch.add(number, position, line):
                        self._take_lines(one, stretch)
                        self._gather(one)
                        stretch = LineStretch(unread=beside)
                        self._bundle_line(one, number, position, line)
            finally:
                # What stood before a break in the file is whole lines, hence whole resources.
                self._take_lines(one, stretch)
                self._gather(one)

    def _take_lines(self, one: Found, stretch: LineStretch, *, more: bool = False) -> None:
        """Take in a stretch, beside others where that may be; processes for it are begun when `more` is to come."""
        if stretch.is_empty():
            return
        kind = stretch.of_one_type() if self.workers > 1 else ""
        if kind and more and self._gang is None and not connection.in_atomic_block:
            self._held.enter_context(alone(self.site_id, self.source))
            self._gang = self._held.enter_context(closing(Gang(self._task, self.workers)))
        if self._gang is None or not kind:
            self._gather(one)
            self._take(one, stretch.received(one.name), stretch.draft(), tell=False)
            return
        if kind != self._gang.kind:
            self._gather(one)
        self._gang.kind = kind
        for outcome in self._gang.take(stretch, one.name):
            self._note(one, outcome, tell=False)

    def _gather(self, one: Found) -> None:
        """Wait for what is on its way: what comes now may point to it."""
        for outcome in self._gang.rest() if self._gang is not None else ():
            self._note(one, outcome, tell=False)

    def _bundle_line(self, one: Found, number: int, position: int, line: bytes) -> None:
        """Take in a line that is a bundle, as some systems send one patient a line."""
        try:
            drafted = draft(entries(line))
        except Unreadable as problem:
            self._refuse(one, f"line {number}", "", str(problem))
            return
        self._take(one, Stretch(one.name, position, line), drafted, tell=True)


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Keep the garbage collector from walking through every parsed bundle; reference counts free them."""
    was_enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


# --- moving dates -----------------------------------------------------------------------------------------------


def shifts_to(found: list[Found], day: date) -> dict[str, int]:
    """Return by how many days to move each patient's dates so that her last event falls on the day before `day`.

    Looks through all the files once, because one patient's record may be spread over several of them.
    """
    last: dict[str, date] = {}
    with quiet_collector():
        for one in found:
            for drafted in _drafts(one):
                resolver = Resolver(drafted)
                for key, received in drafted.received.items():
                    _note_last(last, key.resource_type, received.reading, resolver)
    return {patient: (day - latest).days - 1 for patient, latest in last.items()}


def _note_last(last: dict[str, date], kind: str, reading: Any, resolver: Resolver) -> None:
    if kind not in EVENTS or reading.fact is None:
        return
    patient = resolver.key(reading.subject)
    at = last_event(reading.fact)
    if patient is not None and at is not None:
        last[patient.resource_id] = max(at.date(), last.get(patient.resource_id, date.min))


def _drafts(one: Found) -> Iterator[Draft]:
    """Yield what the stretches of a file hold; what cannot be read is passed over, the import itself reports it."""
    try:
        if files.is_lines(one.path, files.beginning(one.path)):
            with files.opened(one.path) as stream:
                for position, line in files.lines(stream):
                    node, problem = parsed(line)
                    if is_record(node) and not problem:
                        yield draft([Entry(node, "", position, len(line), "")])
        else:
            with files.opened(one.path) as stream:
                yield draft(entries(stream.read()))
    except (Unreadable, OSError, EOFError, zlib.error):
        return


def summary_line(summary: Summary) -> str:
    """Return the summary as the one line of JSON that ends an import's output."""
    return json.dumps(summary.as_json, ensure_ascii=False)
