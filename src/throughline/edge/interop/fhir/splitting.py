"""A file's bytes into resources, each with the place its bytes stand: bundles, single resources, lists of them.

The walk uses the standard library's own C scanner one value at a time, which says where each value ends; so the
bytes of every resource are known without a second look at them, and only one resource is in memory at a time.
"""

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple, NoReturn

from throughline.edge.interop.fhir.elements import kind_of


class Unreadable(ValueError):
    """A file that is not FHIR JSON; the message is a sentence about why."""


class Entry(NamedTuple):
    """One resource of a file: the parsed node, its fullUrl, and where its bytes stand.

    `place` says where in words ("entry 3", "line 7"); `method` is the bundle entry's request method.
    """

    node: Any
    full_url: str
    at_byte: int
    size: int
    place: str
    method: str = ""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_scan = json.JSONDecoder(parse_constant=_refuse_constant).scan_once  # type: ignore[attr-defined]
_space = re.compile(r"[ \t\n\r]*").match


# What people hand over in place of FHIR, by how it begins.
_OTHERS = {
    b"PK\x03\x04": "The file is a ZIP archive; unpack it and name the folder.",
    b"\x1f\x8b": "The file is gzipped twice; unpack it once and send it again.",
    b"%PDF": "The file is a PDF; only FHIR in JSON is taken in.",
}
_TAR = slice(257, 262)
# Bundles inside a bundle, as a search among documents returns them, are gone into so deep.
_DEEPEST = 3


WIDE = "The file is in UTF-16 or UTF-32; FHIR JSON is UTF-8. Convert it and send it again."


def is_wide(data: bytes) -> bool:
    """Whether a text has more than one byte for each letter, as UTF-16 and UTF-32 do."""
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[1:2] == b"\0" or data[:1] == b"\0"


def decode(data: bytes) -> str:
    """Return the text of a file. Raises Unreadable when it is not UTF-8, naming what it seems to be."""
    for begins, why in _OTHERS.items():
        if data.startswith(begins):
            raise Unreadable(why)
    if data[_TAR] == b"ustar":
        raise Unreadable("The file is a tar archive; unpack it and name the folder.")
    if data and not data.strip(b"\0"):
        raise Unreadable("The file holds nothing but NUL bytes, as a disk failure leaves it.")
    if is_wide(data):
        raise Unreadable(WIDE)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Unreadable(
            f"The file is not UTF-8: byte {problem.start} is 0x{data[problem.start]:02X}, as in Latin-1 or "
            "Windows-1252. Convert it to UTF-8 and send it again."
        ) from None


class _Walk:
    """Goes through a text value by value and knows the byte position of every character it has passed."""

    def __init__(self, text: str, is_ascii: bool) -> None:
        self.text = text
        self.is_ascii = is_ascii
        self._passed = (0, 0)

    def byte(self, position: int) -> int:
        """Return the byte at which a character stands; positions must not go backwards."""
        if self.is_ascii:
            return position
        character, byte = self._passed
        byte += len(self.text[character:position].encode())
        self._passed = (position, byte)
        return byte

    def skip(self, position: int) -> int:
        return _space(self.text, position).end()  # type: ignore[union-attr]

    def expect(self, position: int, sign: str) -> int:
        position = self.skip(position)
        if self.text[position : position + 1] != sign:
            self.fail(position)
        return position + 1

    def value(self, position: int) -> tuple[Any, int]:
        try:
            found, end = _scan(self.text, position)
        except StopIteration as stop:
            self.fail(int(stop.value if stop.value is not None else position))
        except RecursionError:
            raise Unreadable("The file is nested deeper than any record is.") from None
        except ValueError as problem:
            self.fail(getattr(problem, "pos", position), str(getattr(problem, "msg", problem)))
        return found, end

    def fail(self, position: int, why: str = "") -> NoReturn:
        if self.skip(min(position, len(self.text))) >= len(self.text) or "nterminated" in why:
            raise Unreadable(f"The file breaks off in the middle, after {len(self.text):,} characters.")
        line = self.text.count("\n", 0, position) + 1
        raise Unreadable(f"The file is not JSON: line {line}, character {position + 1:,}.")

    def members(self, position: int) -> Iterator[tuple[str, int]]:
        """Go through an object that begins at `position`; the caller sets `self.after` behind each value."""
        self.after = position + 1
        position = self.skip(self.after)
        if self.text[position : position + 1] == "}":
            self.after = position + 1
            return
        while True:
            position = self.expect(position, '"')
            try:
                key, position = scanstring(self.text, position, True)
            except ValueError as problem:
                self.fail(getattr(problem, "pos", position), str(problem))
            yield key, self.skip(self.expect(position, ":"))
            position = self.skip(self.after)
            sign = self.text[position : position + 1]
            self.after = position + 1
            if sign == "}":
                return
            if sign != ",":
                self.fail(position)
            position += 1

    def items(self, position: int) -> Iterator[int]:
        """Go through a list that begins at `position`; the caller sets `self.after` behind each item."""
        position = self.skip(position + 1)
        if self.text[position : position + 1] == "]":
            self.after = position + 1
            return
        while True:
            yield position
            position = self.skip(self.after)
            sign = self.text[position : position + 1]
            self.after = position + 1
            if sign == "]":
                return
            if sign != ",":
                self.fail(position)
            position = self.skip(position + 1)


def entries(data: bytes) -> Iterator[Entry]:
    """Yield the resources of one JSON document, be it a bundle, a single resource or a list of resources.

    Raises Unreadable, at the latest behind the last entry, when the document is not whole; take nothing of it then.
    """
    text = decode(data)
    walk = _Walk(text, len(text) == len(data))
    start = walk.skip(1 if text[:1] == "\ufeff" else 0)
    if start == len(text):
        raise Unreadable("The file is empty.")
    sign = text[start]
    if sign == "[":
        yield from _listed(walk, start)
        end = walk.after
    elif sign == "{":
        yield from _document(walk, start)
        end = walk.after
    else:
        raise Unreadable("The file is not FHIR JSON: it begins with neither { nor [.")
    if walk.skip(end) != len(text):
        raise Unreadable("The file goes on after its end: more than one JSON document.")


def _document(walk: _Walk, start: int, depth: int = 1) -> Iterator[Entry]:
    """Yield a bundle's resources as the walk passes them, or the one resource the document is."""
    kind, late = "", -1
    for key, position in walk.members(start):
        if key == "entry":
            if kind == "Bundle":
                yield from _bundled(walk, position, depth)
                continue
            late = position  # the type may still follow
        value, walk.after = walk.value(position)
        if key == "resourceType" and type(value) is str:
            kind = value
    again = _Walk(walk.text, walk.is_ascii)
    if kind != "Bundle":
        node, end = again.value(start)
        yield _entry(again, node, start, end, "", "the file")
    elif late >= 0:
        yield from _bundled(again, late, depth)


def _listed(walk: _Walk, start: int) -> Iterator[Entry]:
    for number, position in enumerate(walk.items(start), start=1):
        node, walk.after = walk.value(position)
        yield _entry(walk, node, position, walk.after, "", f"item {number}")


def _bundled(walk: _Walk, start: int, depth: int) -> Iterator[Entry]:
    if walk.text[start : start + 1] != "[":
        odd = kind_of(walk.value(start)[0])
        raise Unreadable(f"The bundle's entry is {odd}, expected a list; nothing of it was taken in.")
    for number, position in enumerate(walk.items(start), start=1):
        if walk.text[position : position + 1] != "{":
            value, walk.after = walk.value(position)
            yield _entry(walk, value, position, walk.after, "", f"entry {number}")
            continue
        found: dict[str, Any] = {}
        where = (position, position)
        for key, inner in walk.members(position):
            found[key], walk.after = walk.value(inner)
            if key == "resource":
                where = (inner, walk.after)
        if depth < _DEEPEST and _is_bundle(found.get("resource")):
            yield from _inner(walk, where, number, depth)
        else:
            yield from _of_entry(walk, found, where, number)


def _is_bundle(node: Any) -> bool:
    return type(node) is dict and node.get("resourceType") == "Bundle" and type(node.get("entry")) is list


def _inner(walk: _Walk, where: tuple[int, int], number: int, depth: int) -> Iterator[Entry]:
    """Yield what a bundle inside a bundle holds; the walk goes on behind it."""
    after = walk.after
    for entry in _document(walk, where[0], depth + 1):
        yield entry._replace(place=f"entry {number}, {entry.place}")
    walk.after = after


def _of_entry(walk: _Walk, found: dict[str, Any], where: tuple[int, int], number: int) -> Iterator[Entry]:
    """Yield the entry's resource. Entries of a search that only explain it are no records; deletions are passed on."""
    search, request = found.get("search"), found.get("request")
    mode = search.get("mode") if type(search) is dict else ""
    method = request.get("method") if type(request) is dict else ""
    if mode == "outcome" or ("resource" not in found and method != "DELETE"):
        return
    full_url = found.get("fullUrl")
    url = full_url if type(full_url) is str else ""
    if "resource" not in found:
        url = str(request.get("url") or "") if type(request) is dict else ""
    entry = _entry(walk, found.get("resource"), where[0], where[1], url, f"entry {number}")
    yield entry._replace(method=method if type(method) is str else "")


def _entry(walk: _Walk, node: Any, start: int, end: int, full_url: str, place: str) -> Entry:
    at_byte = walk.byte(start)
    return Entry(node, full_url, at_byte, walk.byte(end) - at_byte, place)


def is_record(node: Any) -> bool:
    """Whether a JSON value claims to be a FHIR resource."""
    return type(node) is dict and "resourceType" in node
