"""Lines of a file gathered for one transaction."""

from collections.abc import Sequence
from typing import Any

import orjson

from throughline.edge.interop.fhir.drafting import Draft, Refusal, draft
from throughline.edge.interop.fhir.splitting import Entry, is_record
from throughline.record.chart.records.received import Stretch

# A stretch of lines is one transaction: large enough to be fast, small enough to stay in memory.
STRETCH_LINES = 2_000
# Where several processes take in stretches side by side, smaller ones share the work more evenly.
STRETCH_LINES_BESIDE = 500
STRETCH_BYTES = 8 * 1_048_576


class LineStretch:
    """Lines gathered for one transaction."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.unreadable: list[Refusal] = []
        self.content: list[bytes] = []
        self.first_number = 0
        self.first_byte = 0
        self.size = 0

    @classmethod
    def of(cls, first_number: int, first_byte: int, lines: Sequence[bytes]) -> "LineStretch":
        """Return the stretch of lines that stand one after another."""
        stretch = cls()
        for place, line in enumerate(lines):
            stretch.add(first_number + place, first_byte + stretch.size, line)
        return stretch

    def is_full(self, most: int) -> bool:
        """Whether it holds as many lines, or as many bytes, as one transaction shall."""
        return len(self.content) >= most or self.size >= STRETCH_BYTES

    def add(self, number: int, position: int, line: bytes) -> bool:
        """Take a line; False when it is a bundle, which is a stretch of its own."""
        node, problem = parsed(line)
        if is_record(node) and node["resourceType"] == "Bundle" and type(node.get("entry")) is list:
            return False
        if not self.content:
            self.first_number, self.first_byte = number, position
        if problem:
            self.unreadable.append(Refusal(f"line {number}", "", problem))
        elif node is not None:
            self.entries.append(Entry(node, "", self.size, len(line.rstrip(b"\r\n")), f"line {number}"))
        self.content.append(line)
        self.size += len(line)
        return True

    def draft(self) -> Draft:
        """Return what the lines hold, those that cannot be read among the refused."""
        drafted = draft(self.entries)
        drafted.refused.extend(self.unreadable)
        return drafted

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
