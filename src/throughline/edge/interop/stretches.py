"""Lines of a file gathered for one transaction."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from throughline.edge.interop.fhir.drafting import Draft, Refusal, draft
from throughline.edge.interop.fhir.splitting import Entry, is_record
from throughline.record.chart.records.received import Stretch

# A stretch of lines is one transaction: large enough to be fast, small enough to stay in memory.
STRETCH_LINES = 2_000
# Where several processes take in stretches side by side, smaller ones share the work more evenly. People come to twenty
# rows each.
STRETCH_LINES_BESIDE, STRETCH_PEOPLE_BESIDE = 1_000, 500
STRETCH_BYTES = 8 * 1_048_576


# Types that point to nothing of their own type and that nothing of another of these types needs the words of: their
# stretches may be taken in side by side.
SIDE_BY_SIDE = frozenset(
    {"Patient", "Observation", "Condition", "Procedure", "Immunization", "AllergyIntolerance"}
    | {"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"}
)
_BEGINNING = re.compile(rb'\{ ?"resourceType" ?: ?"([A-Z][A-Za-z]+)" ?,')


class LineStretch:
    """Lines gathered for one transaction.

    With `unread`, lines that all begin as resources of one type which may be taken in side by side are only gathered:
    another process will read them. They are read here as soon as another line comes, or when they are needed here.
    """

    def __init__(self, *, unread: bool = False) -> None:
        self._entries: list[Entry] = []
        self._unreadable: list[Refusal] = []
        self._unread = unread
        self._begins = b""
        self._type = ""
        self.content: list[bytes] = []
        self.first_number = 0
        self.first_byte = 0
        self.size = 0

    @classmethod
    def of(cls, first_number: int, first_byte: int, lines: Sequence[bytes]) -> "LineStretch":
        """Return the stretch of lines that stand one after another and were gathered unread."""
        stretch = cls()
        for place, line in enumerate(lines):
            number, position = first_number + place, first_byte + stretch.size
            if not stretch.add(number, position, line):
                stretch._unreadable.append(Refusal(f"line {number}", "", "The line says twice what type it is of."))
                stretch._keep(number, position, line)
        return stretch

    def is_full(self, most: int) -> bool:
        """Whether it holds as many lines, or as many bytes, as one transaction shall."""
        if self._type == "Patient":
            most = min(most, STRETCH_PEOPLE_BESIDE)
        return len(self.content) >= most or self.size >= STRETCH_BYTES

    def is_empty(self) -> bool:
        """Whether there is nothing in it that could be taken in or refused."""
        return not self._begins and not self._entries and not self._unreadable

    def add(self, number: int, position: int, line: bytes) -> bool:
        """Take a line; False when it is a bundle, which is a stretch of its own."""
        if self._unread:
            if self._begins_alike(line):
                self._keep(number, position, line)
                return True
            self._read()
        node, problem = parsed(line)
        if is_record(node) and node["resourceType"] == "Bundle" and type(node.get("entry")) is list:
            return False
        if problem:
            self._unreadable.append(Refusal(f"line {number}", "", problem))
        elif node is not None:
            self._entries.append(Entry(node, "", self.size, len(line.rstrip(b"\r\n")), f"line {number}"))
        self._keep(number, position, line)
        return True

    def of_one_type(self) -> str:
        """Return the type of its resources when they may be taken in side by side, "" when not or of several types."""
        return self._type if self._begins else of_one_type(self._entries)

    def draft(self) -> Draft:
        """Return what the lines hold, those that cannot be read among the refused."""
        self._read()
        drafted = draft(self._entries)
        drafted.refused.extend(self._unreadable)
        return drafted

    def _begins_alike(self, line: bytes) -> bool:
        """Whether the line begins as all those before it: `{"resourceType":"Observation",`."""
        if self._begins:
            return line.startswith(self._begins) or not line.strip()
        found = _BEGINNING.match(line) if not self.content else None
        kind = found[1].decode() if found else ""
        if found is None or kind not in SIDE_BY_SIDE:
            return False
        self._begins, self._type = found[0], kind
        return True

    def _keep(self, number: int, position: int, line: bytes) -> None:
        if not self.content:
            self.first_number, self.first_byte = number, position
        self.content.append(line)
        self.size += len(line)

    def _read(self) -> None:
        """Read what was only gathered."""
        self._unread = False
        if self._begins:
            read = LineStretch.of(self.first_number, self.first_byte, self.content)
            self._entries, self._unreadable, self._begins = read._entries, read._unreadable, b""

    def received(self, name: str) -> Stretch:
        """Return the bytes as they are kept, of a file of that name."""
        return Stretch(name, self.first_byte, b"".join(self.content))


def parsed(line: bytes) -> tuple[Any, str]:
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


def is_no_record(line: bytes) -> bool:
    """Whether a line can be read and is no FHIR resource."""
    node, problem = parsed(line)
    return not problem and not is_record(node)


def of_one_type(entries: Iterable[Entry]) -> str:
    """Return the type of resources that may be taken in side by side, "" when they may not or are of several types."""
    kinds = {one.node.get("resourceType") if type(one.node) is dict else None for one in entries}
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind if kind in SIDE_BY_SIDE else ""
