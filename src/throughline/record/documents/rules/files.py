"""Files from elsewhere: which are kept, how large they may be, and whether they are what they say they are."""

import hashlib
import re

from throughline.foundation.kernel.actions import Refusal

LARGEST = 10 * 1024 * 1024
# media type -> (what its bytes begin with, the ending its name gets)
KEPT: dict[str, tuple[tuple[bytes, ...], str]] = {
    "application/pdf": ((b"%PDF-",), ".pdf"),
    "image/png": ((b"\x89PNG\r\n\x1a\n",), ".png"),
    "image/jpeg": ((b"\xff\xd8\xff",), ".jpg"),
    "image/tiff": ((b"II*\x00", b"MM\x00*"), ".tif"),
}
UNSAFE = re.compile(r"[^\w.()-]+")


class UnableToAttach(Refusal):
    """A file that is not kept."""


def media_type_of(content: bytes) -> str:
    """Return what the bytes are, told by how they begin and not by what anybody says.

    Raises UnableToAttach for an empty file, one over 10 MB, and every type that could carry a programme or a page.
    """
    if not content:
        raise UnableToAttach("The file is empty. Choose it again.")
    if len(content) > LARGEST:
        raise UnableToAttach("The file is larger than 10 MB. Scan it at a lower resolution or split it.")
    for media_type, (beginnings, _) in KEPT.items():
        if content.startswith(beginnings):
            return media_type
    raise UnableToAttach("Only PDF, PNG, JPEG and TIFF files are kept. Print or scan the paper to one of these.")


def clean_name(name: str, media_type: str) -> str:
    """Return a name for the file without folders and control characters, with the ending of what it is."""
    ending = KEPT[media_type][1]
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = last.rsplit(".", 1)[0] if "." in last else last
    return (UNSAFE.sub(" ", stem).strip(" .")[:120] or "file") + ending


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
