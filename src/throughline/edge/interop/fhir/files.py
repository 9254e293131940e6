"""From paths to files of FHIR: found, put in an order that lets references resolve, opened plain or gzipped."""

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

_ENDINGS = (".json", ".ndjson", ".jsonl", ".xml")
_SNIFF = 65_536
_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Z][A-Za-z]+)"')
_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?<")
_WEB_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+)?html", re.IGNORECASE)

# What others point to comes first, so that it is known when they do.
_ORDER = ("Organization", "Location", "Practitioner", "PractitionerRole", "Medication", "Patient", "RelatedPerson")
_RANK = {kind: rank for rank, kind in enumerate((*_ORDER, "Coverage", "Encounter", "Condition", "Goal", "CareTeam"))}


class Found(NamedTuple):
    """A file to take in; `named` when the person asked for this very file rather than for its folder."""

    path: Path
    named: bool

    @property
    def name(self) -> str:
        """The file's name as it can be kept and printed: bytes that are no UTF-8 stand as \\xNN."""
        return _printable(self.path.name)

    @property
    def place(self) -> str:
        """The file's whole path as it can be printed."""
        return _printable(str(self.path))


def _printable(words: str) -> str:
    """Return a file's name or path as it can be kept and printed."""
    return os.fsencode(words).decode("utf-8", "backslashreplace")


def find(paths: list[Path]) -> list[Found]:
    """Return the files of FHIR under the paths, in an order that lets references resolve.

    Folders are searched through; in them only .json, .ndjson, .jsonl and .xml count, plain or gzipped. A folder that
    may not be looked into stands among the files, so that the import says so.
    """
    found: dict[Path, bool] = {}
    for path in paths:
        if path.is_dir():
            for inside in _inside(path):
                found.setdefault(inside, False)
        else:
            found[path] = True
    return sorted((Found(path, named) for path, named in found.items()), key=lambda one: (rank(one.path), one.path))


def _inside(folder: Path) -> Iterator[Path]:
    """Yield the files of FHIR in a folder, and what cannot be looked into."""
    shut: list[Path] = []
    for here, _, names in os.walk(folder, onerror=lambda problem: shut.append(Path(problem.filename))):
        for name in names:
            inside = Path(here, name)
            if name.lower().removesuffix(".gz").endswith(_ENDINGS) and inside.is_file():
                yield inside
    yield from shut


def rank(path: Path) -> int:
    """Return where a file stands in the order: a bundle by the earliest type it brings, any other file by its type."""
    try:
        kinds = [match.decode() for match in _TYPE.findall(beginning(path))]
    except (OSError, EOFError, zlib.error):
        return len(_RANK)
    kinds = kinds if "Bundle" in kinds else kinds[:1]
    return min((_RANK.get(kind, len(_RANK)) for kind in kinds), default=len(_RANK))


def size(path: Path) -> int:
    """Return how many bytes a file has, 0 when it cannot be looked at."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def beginning(path: Path) -> bytes:
    """Return the first 64 kB of a file's content."""
    with opened(path) as stream:
        try:
            return stream.read(_SNIFF)
        except EOFError:
            return b""


def opened(path: Path) -> BinaryIO:
    """Return a file opened for its content: gunzipped when its first two bytes say it is gzip, whatever its name."""
    stream = path.open("rb")
    packed = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if packed else stream


def is_web_page(start: bytes) -> bool:
    """Whether a file begins like a page of the web, as a download whose sign-in has run out."""
    return bool(_WEB_PAGE.match(start))


def is_xml(start: bytes) -> bool:
    """Whether a file begins like XML."""
    return bool(_XML.match(start))


def is_lines(path: Path, start: bytes) -> bool:
    """Whether a file is NDJSON: its name says so, or its first line is a whole object and another one follows."""
    if path.name.lower().removesuffix(".gz").endswith((".ndjson", ".jsonl")):
        return not re.match(rb"(?:\xef\xbb\xbf)?\s*[\[{]\s*\n", start)
    return bool(re.match(rb"(?:\xef\xbb\xbf)?\s*\{[^\n]*\}[ \t\r]*\n\s*\{", start))


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield each line with the byte at which it stands; a BOM at the start belongs to no line."""
    position = 0
    for line in stream:
        yield position, line
        position += len(line)
