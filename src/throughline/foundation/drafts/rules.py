"""Pure decisions of drafts: what a key names, whether two edits meet, how they become one."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from difflib import SequenceMatcher
from uuid import UUID

from throughline.foundation.drafts.records import Conflict, Key, Piece, Settled

KEPT_FOR = timedelta(days=30)
PRESENT_FOR = timedelta(seconds=45)  # two polls of 20 s and a little
MOST_FIELDS = 80
LONGEST_VALUE = 50_000

_KEY = re.compile(r"([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)?)(?:/([a-z_]+)/([0-9a-f-]{36}))?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"\s+|[^\s\w]|\w+", re.UNICODE)


def read_key(text: str) -> Key:
    """Return what a form's mark names: "desk.note/patient_id/<uuid>" or "people.register". Raises ValueError."""
    found = _KEY.fullmatch(text)
    if not found:
        raise ValueError(f"{text[:80]} marks no form.")
    form, argument, value = found.groups()
    return Key(form, argument, UUID(value)) if argument else Key(form)


def is_worth_keeping(words: Mapping[str, Sequence[str]]) -> bool:
    """Whether anything was written at all: a form whose fields are all empty is no draft."""
    return any(value.strip() for values in words.values() for value in values)


def version_of(value: str) -> str:
    """Return the version of one field: a digest of its text, so that the same text is the same version.

    Line ends count as one character however a browser sends them.
    """
    return hashlib.blake2s(_even(value).encode(), digest_size=8).hexdigest()


def _even(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def compare(yours: str, theirs: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts in pieces, word by word, what only one of them has marked. Joined, each is its text again."""
    mine, other = _WORD.findall(yours), _WORD.findall(theirs)
    marked_mine: list[Piece] = []
    marked_other: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        # A blank between two changed words is no likeness: "her own bed" changed as one.
        alike = kind == "equal" and (not marked_mine or not "".join(mine[a:b]).isspace())
        _add(marked_mine, "".join(mine[a:b]), "" if alike else "yours")
        _add(marked_other, "".join(other[c:d]), "" if alike else "theirs")
    return tuple(marked_mine), tuple(marked_other)


def _add(pieces: list[Piece], text: str, only: str) -> None:
    if text and pieces and pieces[-1].only == only:
        text = pieces.pop().text + text
    if text:
        pieces.append(Piece(text, only))


def both(yours: str, theirs: str, *, one_line: bool = False) -> str:
    """Return a text that has every word of both: what both say once, sentence by sentence, theirs before yours.

    In a field of one line a semicolon stands where a line would end: a browser would run the words together.
    """
    if one_line:
        return "; ".join(part.strip() for part in both(yours, theirs).splitlines() if part.strip())
    mine, other = _sentences(yours), _sentences(theirs)
    kept: list[str] = []
    shared = False
    for kind, a, b, c, d in SequenceMatcher(None, other, mine, autojunk=False).get_opcodes():
        kept += other[a:b] if kind == "equal" else other[a:b] + mine[c:d]
        shared = shared or kind == "equal"
    if shared or not mine or not other:
        # A sentence is followed by the next one; what ends without a stop was a line, and stays one.
        return "".join(one + (" " if one[-1] in ".!?" else "\n") for one in kept).rstrip()
    return f"{_even(theirs)}\n\n{_even(yours)}"


def _sentences(text: str) -> list[str]:
    return [found.strip() for found in _SENTENCE_END.split(_even(text)) if found.strip()]


def settle(
    *,
    labels: Mapping[str, str],
    seen: Mapping[str, str],
    yours: Mapping[str, str],
    now: Mapping[str, str],
    chosen: Mapping[str, str],
    single: Mapping[str, Callable[[str], str]] | None = None,
    one_line: Collection[str] = (),
) -> Settled:
    """Return what an edit becomes that met the record as `now` while its writer had `seen` each field's version.

    A field she left alone keeps what a colleague wrote meanwhile; one only she changed takes hers; one both changed to
    the same text is no matter; one both changed differently is a conflict. When it was put before her, `seen` is the
    version of theirs and `chosen` says yours, theirs or both; should a third change have come meanwhile, it is a
    conflict again. A field without a version seen counts as unchanged by others: then hers is taken. `single` names the
    fields of one value, each with what says such a value in words; of two such values one stays. `one_line` names the
    fields without lines: there both follow each other, with a semicolon between.
    """
    alone = single or {}
    values: dict[str, str] = {}
    theirs: list[str] = []
    conflicts: list[Conflict] = []
    for field, label in labels.items():
        mine, other = yours.get(field, now[field]), now[field]
        version = seen.get(field, version_of(other))
        if version_of(other) == version:
            # Nobody changed it since she saw it: hers, or what she chose when both texts were put before her.
            together = mine if field in alone else both(mine, other, one_line=field in one_line)
            values[field] = {"theirs": other, "both": together}.get(chosen.get(field, ""), mine)
        elif _even(mine) == _even(other):
            values[field] = other
        elif version_of(mine) == version:
            values[field] = other
            theirs.append(field)
        else:
            values[field] = mine
            conflicts.append(_conflict(field, label, mine, other, alone.get(field), one_line=field in one_line))
    return Settled(values, tuple(theirs), tuple(conflicts), dict(now))


def _conflict(
    field: str, label: str, yours: str, theirs: str, in_words: Callable[[str], str] | None, *, one_line: bool
) -> Conflict:
    if in_words is not None:
        marked = (Piece(in_words(yours), "yours"),), (Piece(in_words(theirs), "theirs"),)
        return Conflict(field, label, yours, theirs, *marked, both="", single=True)
    mine, other = compare(_even(yours), _even(theirs))
    return Conflict(field, label, yours, theirs, mine, other, both(yours, theirs, one_line=one_line))
