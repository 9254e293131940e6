"""Reads the stories: one YAML file a patient, one for the hospital, one for the words and their codes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from throughline.foundation.content.files import read_yaml

Story = Mapping[str, Any]

REQUIRED = ("key", "story", "site", "mrn", "name", "born", "sex")
KNOWN = frozenset(
    (
        *REQUIRED,
        "gender_identity", "administrative_gender", "pronouns", "language", "interpreter", "phones", "email",
        "address", "marital", "identifiers", "twin", "died", "former", "contacts", "gp", "coverage", "code_status",
        "allergies", "conditions", "medicines", "encounters", "observations", "procedures", "immunizations", "reports",
        "notes", "plans", "team", "appointments", "sensitive", "cases", "referrals", "words", "distinct_from",
    )
)  # fmt: skip


class UnreadableStory(ValueError):
    """A story file cannot be used. Says which file and what to mend."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Everything under seeds/: the hospital, the codes of the words, the crowd's, and the patients by file name."""

    hospital: Mapping[str, Any]
    vocabulary: Mapping[str, Mapping[str, Any]]
    crowd: Mapping[str, Any]
    stories: tuple[Story, ...]

    def story(self, key: str) -> Story:
        """Return the story called `key`. Raises KeyError when there is none."""
        return next_or_raise(self.stories, key)


def next_or_raise(stories: tuple[Story, ...], key: str) -> Story:
    """Return the story called `key` out of `stories`. Raises KeyError when there is none."""
    for story in stories:
        if story["key"] == key:
            return story
    raise KeyError(key)


def seeds_folder() -> Path:
    """Return the folder of stories: THROUGHLINE_SEEDS, or `seeds` beside the source tree or `_seeds` in the wheel.

    Raises UnreadableStory when none of them holds a hospital.
    """
    named = os.environ.get("THROUGHLINE_SEEDS")
    tried = (
        [Path(named)]
        if named
        else [parent / name for parent in Path(__file__).resolve().parents for name in ("seeds", "_seeds")]
    )
    for folder in tried:
        if (folder / "hospital.yaml").is_file():
            return folder
    raise UnreadableStory("No folder with seeds/hospital.yaml was found; set THROUGHLINE_SEEDS to the seeds folder.")


@cache
def read_seeds(folder: Path | None = None) -> Seeds:
    """Return all stories under `folder`, checked for known keys and unlike names.

    Raises UnreadableStory naming the file.
    """
    root = folder or seeds_folder()
    stories = tuple(_read_story(path) for path in sorted((root / "patients").glob("*.yaml")))
    _refuse_repeats(stories)
    return Seeds(
        hospital=MappingProxyType(_read(root / "hospital.yaml")),
        vocabulary=MappingProxyType(_read(root / "vocabulary.yaml")),
        crowd=MappingProxyType(_read(root / "volume.yaml")),
        stories=stories,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as fault:
        raise UnreadableStory(f"{path.name}: {fault}") from fault
    if not isinstance(found, dict):
        raise UnreadableStory(f"{path.name}: begin with named fields, such as 'key: …'.")
    return found


def _read_story(path: Path) -> Story:
    story = _read(path)
    missing = [field for field in REQUIRED if field not in story]
    unknown = sorted(set(story) - KNOWN)
    if missing or unknown:
        said = [f"lacks {', '.join(missing)}"] if missing else []
        said += [f"has unknown {', '.join(unknown)}"] if unknown else []
        raise UnreadableStory(f"{path.name} {' and '.join(said)}.")
    if story["key"] != path.stem:
        raise UnreadableStory(f"{path.name}: the key '{story['key']}' must be the file's name.")
    return MappingProxyType(story)


def _refuse_repeats(stories: tuple[Story, ...]) -> None:
    seen: dict[str, str] = {}
    for story in stories:
        other = seen.setdefault(story["mrn"], story["key"])
        if other != story["key"]:
            raise UnreadableStory(f"{story['key']} and {other} have the same MRN {story['mrn']}.")
