"""Files from elsewhere inside a packet: how many pages each has, and in a sentence why one has to go beside it.

The typesetter sets a PDF page or a picture as it stands, below our own head and page number. It claims no PDF/UA for
such a packet: what others made is not tagged.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from throughline.record.documents.records import INDEX, Attached, Part, bullets, heading

SET = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
MOST = 200  # pages of one file; more is sent as the file it is
_PROBE = b'#set page(width: 100pt, height: 100pt)\n#image("/probe%s"%s, width: 100%%)'


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a packet. `pages` 0: it goes beside the packet, and `beside` says why."""

    name: str
    media_type: str
    content: bytes
    pages: int
    beside: str = ""


def looked_at(files: Iterable[Attached]) -> list[Enclosed]:
    """Return the files with how many pages each will take, in their order."""
    with tempfile.TemporaryDirectory(prefix="throughline-") as place:
        return [_looked_at(one, Path(place)) for one in files]


def _looked_at(one: Attached, place: Path) -> Enclosed:
    ending = SET.get(one.media_type)
    if ending is None:
        return Enclosed(one.name, one.media_type, b"", 0, "this type of file cannot be set into a packet")
    (place / f"probe{ending}").write_bytes(one.content)
    pages, beside = _pages(place, ending)
    if pages > MOST:
        pages, beside = 0, f"it has more than {MOST} pages"
    return Enclosed(one.name, one.media_type, one.content if pages else b"", pages, beside)


def _pages(place: Path, ending: str) -> tuple[int, str]:
    """Ask the typesetter for a page no file has: it answers how many there are, or what is wrong with the file."""
    import typst  # as in typesetting: only where something is printed

    page = b", page: 99999" if ending == ".pdf" else b""
    try:
        options: dict[str, Any] = {"root": str(place), "ignore_system_fonts": True}
        typst.compile(_PROBE % (ending.encode(), page), **options)
    except typst.TypstError as refusal:
        said = " ".join((str(refusal), *getattr(refusal, "hints", ())))
        if told := re.search(r"only has (\d+) page", said):
            return int(told.group(1)), ""
        if "encrypted" in said or "password" in said:
            return 0, "it is locked with a password; ask for an open copy"
        return 0, "it is damaged and cannot be read; ask for it again"
    return 1, ""


def with_contents(parts: Sequence[Part], files: Sequence[Enclosed]) -> tuple[Part, ...]:
    """Return the parts with the list of what is in the packet, after its consent line, and of what goes beside it."""
    said: list[Part] = []
    if any(one.pages for one in files) and INDEX not in parts:
        said += [heading("In this packet"), INDEX]
    if beside := [f"{one.name}: {one.beside}" for one in files if not one.pages]:
        said += [heading("Sent beside this packet"), bullets(beside)]
    place = next((place + 1 for place, part in enumerate(parts) if part.kind == "notice"), 0)
    return (*parts[:place], *said, *parts[place:])


@contextmanager
def laid_out(files: Sequence[Enclosed]) -> Iterator[tuple[str | None, list[dict[str, object]]]]:
    """Lay the files into a folder for the typesetter; yield it and what the template needs of each."""
    set_in = [one for one in files if one.pages]
    if not set_in:
        yield None, []
        return
    with tempfile.TemporaryDirectory(prefix="throughline-") as place:
        told: list[dict[str, object]] = []
        for number, one in enumerate(set_in):
            path = f"file{number}{SET[one.media_type]}"
            (Path(place) / path).write_bytes(one.content)
            pdf = one.media_type == "application/pdf"
            told.append({"name": one.name, "path": f"/{path}", "pages": one.pages, "pdf": pdf})
        yield place, told
