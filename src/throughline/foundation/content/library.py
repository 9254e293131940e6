"""The library itself: finds the directories, lays overlays over the base, checks, freezes and remembers.

`load("clocks")` gives items by key; `load("clocks", parse)` what `parse(item)` makes of each, remembered.
`THROUGHLINE_CONTENT` names another base directory, `THROUGHLINE_CONTENT_OVERLAY` one or more overlay
directories (separated as in PATH; a later one wins).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, overload

from throughline.foundation.content.files import Entry, entries_in
from throughline.foundation.content.records import CONFIDENCE, ContentError, Item, Override, freeze, thaw

Parsed = TypeVar("Parsed")
NOTHING: Mapping[str, Any] = MappingProxyType({})
PACKAGE = Path(__file__).resolve().parents[2]  # found once: a page asks for content hundreds of times
BASE = "THROUGHLINE_CONTENT"
OVERLAY = "THROUGHLINE_CONTENT_OVERLAY"
HEAD = (
    "key", "version", "citation", "licence", "confidence", "effective_from", "effective_to",
    "reviewer", "reviewed_on", "examples", "applies_to",
)  # fmt: skip
REQUIRED = ("key", "version", "citation", "licence", "confidence", "effective_from", "reviewer", "examples")


def base_directory() -> Path:
    """The directory of our own content: named by the environment, of the checkout, or inside the wheel.

    Raises ContentError when none of them exists.
    """
    return _base(os.environ.get(BASE))


@lru_cache
def _base(named: str | None) -> Path:
    places = [Path(named)] if named else [PACKAGE.parents[1] / "content", PACKAGE / "_content"]
    for place in places:
        if place.is_dir():
            return place
    raise ContentError(f"No content directory: looked in {', '.join(map(str, places))}.")


def overlay_directories() -> tuple[Path, ...]:
    """The overlay directories, in the order they are laid on. Raises ContentError for a missing one."""
    said = os.environ.get(OVERLAY)
    if not said:
        return ()  # every event of every patient asks for content
    named = [Path(part) for part in said.split(os.pathsep) if part.strip()]
    for place in named:
        if not place.is_dir():
            raise ContentError(f"{OVERLAY} names {place}, which is not a directory.")
    return tuple(named)


def kinds() -> tuple[str, ...]:
    """The kinds of content there are: the folders of the base directory and of the overlays."""
    roots = (base_directory(), *overlay_directories())
    return tuple(sorted({folder.name for root in roots for folder in root.iterdir() if any(entries_in(folder))}))


@overload
def load(kind: str) -> Mapping[str, Item]: ...
@overload
def load(kind: str, parse: Callable[[Item], Parsed]) -> Mapping[str, Parsed]: ...
def load(kind: str, parse: Callable[[Item], Any] | None = None) -> Mapping[str, Any]:
    """Every item of one kind by key, frozen, or what `parse` makes of each.

    Remembered per kind, parser and directories. Raises ContentError naming file and place, also for a
    ValueError, KeyError or TypeError that `parse` raises.
    """
    return _load(kind, parse, base_directory(), overlay_directories())


def item(kind: str, key: str) -> Item:
    """One item. Raises ContentError when there is none of that key."""
    found = load(kind).get(key)
    if found is None:
        raise ContentError(f"No item '{key}' in the content folder '{kind}'.")
    return found


def choose(item: Item, *, on: date, facts: Mapping[str, Any] = NOTHING) -> Item:
    """The item as it holds on a day for these facts: the last variant that fits, else itself."""
    for variant in reversed(item.variants):
        if variant.holds_on(on) and applies(variant, facts):
            return variant
    return item


def applies(variant: Item, facts: Mapping[str, Any]) -> bool:
    """True when every condition of the variant is met by the facts, compared without regard to case."""
    return all(_fits(wanted, facts.get(name)) for name, wanted in variant.applies_to.items())


def check(parsers: Mapping[str, Callable[[Item], Any]] = NOTHING) -> dict[str, int]:
    """Loads everything, as the start of the program does; returns how many items each kind has."""
    return {kind: len(load(kind, parsers[kind]) if kind in parsers else load(kind)) for kind in kinds()}


def forget() -> None:
    """Forgets what was loaded, so that the next call reads the files again (tests, `content check`)."""
    _load.cache_clear()
    _base.cache_clear()


def _fits(wanted: Any, given: Any) -> bool:
    allowed = wanted if isinstance(wanted, tuple) else (wanted,)
    return given is not None and str(given).casefold() in {str(one).casefold() for one in allowed}


@lru_cache(maxsize=256)
def _load(kind: str, parse: Callable[[Item], Any] | None, base: Path, overlays: tuple[Path, ...]) -> Mapping[str, Any]:
    if parse is None:
        return MappingProxyType(_laid_over(_base_items(kind, base), kind, overlays))
    parsed: dict[str, Any] = {}
    for key, found in _load(kind, None, base, overlays).items():
        try:
            parsed[key] = parse(found)
        except ContentError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ContentError(f"{found.source}: '{key}': {error}") from error
    return MappingProxyType(parsed)


def _base_items(kind: str, base: Path) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for entry in entries_in(base / kind):
        made = _item(kind, entry)
        if made.key in items:
            raise ContentError(f"{entry.source}: the key '{made.key}' stands already in {items[made.key].source}.")
        items[made.key] = made
    return items


def _laid_over(items: dict[str, Item], kind: str, overlays: tuple[Path, ...]) -> dict[str, Item]:
    for directory in overlays:
        for entry in entries_in(directory / kind):
            key = entry.fields.get("key")
            below = items.get(key) if isinstance(key, str) else None
            items[str(key)] = _item(kind, entry) if below is None else _merged(below, entry)
    return items


def _merged(below: Item, entry: Entry) -> Item:
    """The item with an overlay's entry on it: at once when it has no condition, else as a variant."""
    for name in ("citation", "effective_from"):
        if name not in entry.fields:
            raise ContentError(f"{entry.source}: '{below.key}': an overlay needs its own '{name}'.")
    if entry.fields["effective_from"] in ("", None) and "applies_to" not in entry.fields:
        return _overlaid(below, entry)
    variant = _overlaid(replace(below, variants=()), entry)
    return replace(below, variants=(*below.variants, variant))


def _overlaid(below: Item, entry: Entry) -> Item:
    given = {name: value for name, value in entry.fields.items() if name not in HEAD}
    since = _day(entry, "effective_from")
    won: list[Override] = []
    data = _deep(thaw(below.data), given, "", lambda path, new, old: won.append(
        Override(path, freeze(new), freeze(old), str(entry.fields["citation"]), entry.source, since)
    ))  # fmt: skip
    head = {**_head_of(below), **{name: entry.fields[name] for name in HEAD if name in entry.fields}}
    made = _item(below.kind, Entry({**data, **head}, entry.source))
    return replace(made, overrides=(*below.overrides, *won), variants=below.variants)


def _deep(old: dict[str, Any], new: dict[str, Any], path: str, told: Callable[[str, Any, Any], None]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[name] = _deep(before, value, f"{path}{name}.", told)
        elif value != before:
            merged[name] = value
            told(f"{path}{name}", value, before)
    return merged


def _head_of(item: Item) -> dict[str, Any]:
    # Not the citation, the dates and the reviewer: an overlay answers for its own.
    return {
        "key": item.key, "version": item.version, "licence": item.licence, "confidence": item.confidence,
        "reviewer": "", "examples": list(item.examples),
    }  # fmt: skip


def _item(kind: str, entry: Entry) -> Item:
    fields = entry.fields
    missing = [name for name in REQUIRED if name not in fields]
    if missing:
        raise ContentError(f"{entry.source}: '{fields.get('key', '?')}' lacks {', '.join(missing)}.")
    for name in ("key", "citation", "licence"):
        if not isinstance(fields[name], str) or not fields[name].strip():
            raise ContentError(f"{entry.source}: '{fields['key']}': '{name}' must be a text that is not empty.")
    if not CONFIDENCE.match(str(fields["confidence"])):
        raise ContentError(f"{entry.source}: '{fields['key']}': confidence must be V1, V2 or M, as V1/V2.")
    if not isinstance(fields["examples"], list | tuple):
        raise ContentError(f"{entry.source}: '{fields['key']}': 'examples' must be a list.")
    return Item(
        kind=kind,
        key=fields["key"],
        version=fields["version"],
        citation=fields["citation"],
        licence=fields["licence"],
        confidence=str(fields["confidence"]),
        effective_from=_day(entry, "effective_from"),
        effective_to=_day(entry, "effective_to"),
        reviewer=str(fields["reviewer"] or ""),
        reviewed_on=_day(entry, "reviewed_on"),
        examples=freeze(fields["examples"]),
        data=freeze({name: value for name, value in fields.items() if name not in HEAD}),
        source=entry.source,
        applies_to=freeze(fields.get("applies_to", {})),
    )


def _day(entry: Entry, name: str) -> date | None:
    value = entry.fields.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        place = f"{entry.source}: '{entry.fields.get('key')}': '{name}'"
        raise ContentError(f"{place} must be a date such as 2026-01-31.") from error
