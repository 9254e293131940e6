"""Reads content files (TOML, YAML, JSON) into entries; says file and place in every refusal."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from throughline.foundation.content.records import ContentError

SUFFIXES = (".toml", ".yaml", ".yml", ".json")
EXAMPLES = ".examples"  # phq9.examples.yaml stands beside phq9.yaml


@dataclass(frozen=True)
class Entry:
    """One entry as it stands in a file, before checks."""

    fields: dict[str, Any]
    source: str


def entries_in(folder: Path) -> Iterator[Entry]:
    """Every entry of every content file below `folder`, files in order of name.

    A file is one entry, or carries `[defaults]` and a list named `entries`. A companion file
    `<name>.examples.<suffix>` adds its `examples` to the entry of `<name>`.
    """
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and not path.stem.endswith(EXAMPLES):
            yield from _entries_of(path)


def read_file(path: Path) -> dict[str, Any]:
    """The file as a mapping. Raises ContentError with the reader's own line and column."""
    try:
        text = path.read_text(encoding="utf-8")
        loaded = _parse(path, text)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(loaded, dict):
        raise ContentError(f"{path}: must hold a table of named fields, not {type(loaded).__name__}.")
    return loaded


def _parse(path: Path, text: str) -> Any:
    if path.suffix.lower() == ".toml":
        return tomllib.loads(text)
    if path.suffix.lower() == ".json":
        return json.loads(text)
    return read_yaml(text)


def read_yaml(text: str) -> Any:
    """What a YAML text says, read by libyaml where it is there: a tenth of the time. Raises yaml.YAMLError."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.safe_load(text)  # refuses it too, and shows the line


def _entries_of(path: Path) -> Iterator[Entry]:
    loaded = read_file(path)
    if "entries" not in loaded:
        yield Entry(_with_examples(path, loaded), str(path))
        return
    strangers = set(loaded) - {"defaults", "entries"}
    if strangers:
        raise ContentError(f"{path}: beside 'entries' only 'defaults' may stand, not {sorted(strangers)}.")
    defaults = loaded.get("defaults", {})
    if not isinstance(loaded["entries"], list) or not isinstance(defaults, dict):
        raise ContentError(f"{path}: 'entries' must be a list of tables and 'defaults' a table.")
    for place, fields in enumerate(loaded["entries"]):
        if not isinstance(fields, dict):
            raise ContentError(f"{path}: entries[{place}] must be a table.")
        yield Entry({**defaults, **fields}, str(path))


def _with_examples(path: Path, fields: dict[str, Any]) -> dict[str, Any]:
    for suffix in SUFFIXES:
        beside = path.with_name(path.stem + EXAMPLES + suffix)
        if beside.exists():
            more = read_file(beside).get("examples", [])
            return {**fields, "examples": [*fields.get("examples", []), *more]}
    return fields
