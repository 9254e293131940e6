"""An import from files: each bundle or stretch of lines in a transaction of its own, memory flat in their number."""

import gc
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.db import DataError

from throughline.edge.interop.actions import take_in_stretch
from throughline.edge.interop.fhir import files
from throughline.edge.interop.fhir.drafting import Draft, Refusal, draft
from throughline.edge.interop.fhir.files import Found
from throughline.edge.interop.fhir.resolving import EVENTS, Resolver, last_event
from throughline.edge.interop.fhir.splitting import Entry, Unreadable, entries, is_record
from throughline.edge.interop.records import StretchOutcome, Summary
from throughline.foundation.kernel.actions import NotPermitted
from throughline.foundation.kernel.actions import Refusal as ActRefused
from throughline.foundation.kernel.actor import Actor
from throughline.record.chart.actions import note_receipts
from throughline.record.chart.records.received import Receipt, Stretch

# A stretch of lines is one transaction: large enough to be fast, small enough to stay in memory.
STRETCH_LINES = 2_000
STRETCH_BYTES = 8 * 1_048_576
# Patients whose story line waits for the end of an import of lines; beyond this many they are told in parts.
WAITING_PATIENTS = 50_000

_BREAKS_OFF = "The file breaks off in the middle: it is not a whole gzip file."


@dataclass(slots=True)
class Import:
    """One import: where to, from which source, by whom, when, and what came of it so far.

    `shifts` maps a patient's id at the source to the days her dates are moved by; `progress` is told how many bytes
    of the current file (as it lies on disk) have been taken in.
    """

    site_id: UUID
    source: str
    by: Actor
    at: datetime
    shifts: Mapping[str, int] = field(default_factory=dict)
    progress: Callable[[Path, int], None] = lambda path, position: None
    summary: Summary = field(default_factory=Summary)
    _patients: set[UUID] = field(default_factory=set)
    _waiting: dict[UUID, Counter[str]] = field(default_factory=dict)
    _later: dict[Found, list[tuple[str, str, str]]] = field(default_factory=dict)

    def run(self, found: list[Found]) -> Summary:
        """Take in the files in the order given and return the summary. Raises NotPermitted."""
        with quiet_collector():
            for one in found:
                self.summary.files += 1
                self._file(one)
                self.progress(one.path, one.path.stat().st_size if one.path.exists() else 0)
            self._once_more()
            self._tell()
        self.summary.patients = len(self._patients)
        return self.summary

    def _file(self, one: Found) -> None:
        try:
            start = files.beginning(one.path)
            if files.is_xml(start):
                self._refuse(one, "", "", "The file is FHIR in XML; only FHIR in JSON is taken in.")
            elif files.is_lines(one.path, start):
                self._lines(one)
            else:
                self._document(one)
        except (EOFError, zlib.error):
            self._refuse(one, "", "", _BREAKS_OFF)
        except OSError as problem:
            self._refuse(one, "", "", f"The file cannot be read: {problem.strerror or problem}.")

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
                before.refuse(str(one.path), *refusal)
            before.stored += stored
            before.unchanged += len(waiting) - stored - len(unknown)
            before.resources += len(waiting) - len(unknown)
            self.summary = before

    def _refuse(self, one: Found, resource: str, path: str, why: str) -> None:
        self.summary.refuse(str(one.path), resource, path, why)

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
        self._take(one, Stretch(one.path.name, 0, content), drafted, tell=True)

    def _skip(self, one: Found) -> None:
        self.summary.skipped.append({"file": str(one.path), "why": "The file holds no FHIR resource."})

    def _take(self, one: Found, stretch: Stretch, drafted: Draft, *, tell: bool) -> None:
        """Take in one stretch; when the database cannot hold it, all of it is refused and nothing kept."""
        try:
            outcome = take_in_stretch(
                site_id=self.site_id,
                source=self.source,
                stretch=stretch,
                draft=drafted,
                shifts=self.shifts,
                tell=tell,
                by=self.by,
                at=self.at,
            )
        except NotPermitted:
            raise
        except (DataError, ActRefused) as problem:
            outcome = _all_refused(drafted, str(problem).splitlines()[0])
        self.summary.add(str(one.path), outcome)
        if outcome.unknown:
            self._later.setdefault(one, []).extend(outcome.unknown)
        self._patients |= outcome.patients
        if not tell:
            for patient, counts in outcome.arrived.items():
                self._waiting.setdefault(patient, Counter()).update(counts)
            if len(self._waiting) > WAITING_PATIENTS:
                self._tell()

    def _tell(self) -> None:
        """Write the story lines of patients whose records came in as lines of several files."""
        if self._waiting:
            receipts = [Receipt(patient, dict(counts)) for patient, counts in self._waiting.items()]
            note_receipts(site_id=self.site_id, source=self.source, receipts=receipts, by=self.by, at=self.at)
            self._waiting.clear()

    # --- lines -------------------------------------------------------------------------------------------------

    def _lines(self, one: Found) -> None:
        with files.opened(one.path) as stream:
            raw = getattr(stream, "fileobj", stream)
            stretch = _LineStretch()
            met = 0
            try:
                for number, (position, line) in enumerate(files.lines(stream), start=1):
                    if stretch.is_full:
                        self._take_lines(one, stretch)
                        self.progress(one.path, raw.tell())
                        stretch = _LineStretch()
                    if not met and not one.named and line.strip() and _is_no_record(line):
                        self._skip(one)
                        return
                    met += 1
                    if not stretch.add(number, position, line):
                        self._take_lines(one, stretch)
                        stretch = _LineStretch()
                        self._bundle_line(one, number, position, line)
            finally:
                # What stood before a break in the file is whole lines, hence whole resources.
                self._take_lines(one, stretch)

    def _take_lines(self, one: Found, stretch: "_LineStretch") -> None:
        if not stretch.entries and not stretch.unreadable:
            return
        drafted = draft(stretch.entries)
        drafted.refused.extend(stretch.unreadable)
        content = b"".join(stretch.content)
        self._take(one, Stretch(one.path.name, stretch.first_byte, content), drafted, tell=False)

    def _bundle_line(self, one: Found, number: int, position: int, line: bytes) -> None:
        """Take in a line that is a bundle, as some systems send one patient a line."""
        try:
            drafted = draft(entries(line))
        except Unreadable as problem:
            self._refuse(one, f"line {number}", "", str(problem))
            return
        self._take(one, Stretch(one.path.name, position, line), drafted, tell=True)


class _LineStretch:
    """Lines gathered for one transaction."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.unreadable: list[Refusal] = []
        self.content: list[bytes] = []
        self.first_byte = 0
        self.size = 0

    @property
    def is_full(self) -> bool:
        return len(self.content) >= STRETCH_LINES or self.size >= STRETCH_BYTES

    def add(self, number: int, position: int, line: bytes) -> bool:
        """Take a line; False when it is a bundle, which is a stretch of its own."""
        node, problem = _parsed(line)
        if is_record(node) and node["resourceType"] == "Bundle" and type(node.get("entry")) is list:
            return False
        if not self.content:
            self.first_byte = position
        if problem:
            self.unreadable.append(Refusal(f"line {number}", "", problem))
        elif node is not None:
            self.entries.append(Entry(node, "", self.size, len(line.rstrip(b"\r\n")), f"line {number}"))
        self.content.append(line)
        self.size += len(line)
        return True


def _parsed(line: bytes) -> tuple[Any, str]:
    """Return the JSON value of a line, None for an empty one, and what is wrong with it."""
    bare = line.removeprefix(b"\xef\xbb\xbf").strip()
    if not bare:
        return None, ""
    try:
        return orjson.loads(bare), ""
    except orjson.JSONDecodeError as problem:
        try:
            bare.decode()
        except UnicodeDecodeError as wrong:
            return None, f"The line is not UTF-8: byte {wrong.start} is 0x{bare[wrong.start]:02X}."
        return None, f"The line is not JSON: character {problem.pos + 1} ({problem.msg.split(':')[0]})."


def _is_no_record(line: bytes) -> bool:
    node, problem = _parsed(line)
    return not problem and not is_record(node)


def _all_refused(drafted: Draft, why: str) -> StretchOutcome:
    """Return the outcome of a stretch the database could not hold: nothing stored, everything said."""
    refused = [(one.resource, one.path, one.why) for one in drafted.refused]
    sentence = f"Could not be stored: {why}"
    refused += [(f"{key.resource_type}/{key.resource_id}", key.resource_type, sentence) for key in drafted.received]
    return StretchOutcome(refused=refused, unchanged=drafted.repeated)


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
                    node, problem = _parsed(line)
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
