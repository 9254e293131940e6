"""The head of every page about a patient: who she is, what nobody may overlook, and the tabs of her record.

What it shows is known to the capabilities above; one of them gives the facts (`given_by`), every page wears the same
head by `{% patient_head %}`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PatientHead:
    """What the head shows, in words. `warnings` are what must be seen on every page (allergies)."""

    patient_id: UUID
    name: str
    preferred_name: str
    about: str
    deceased: bool
    language: str
    warnings: tuple[str, ...]
    phone: str
    call_address: str
    facts: tuple[tuple[str, str], ...]


Giver = Callable[[Any, UUID, Mapping[str, Any]], PatientHead]
_giver: list[Giver] = []


def given_by(giver: Giver) -> None:
    """Let this function give the head: (viewer, patient's id, what the page has read already)."""
    _giver[:] = [giver]


def head_of(viewer: Any, patient_id: UUID, known: Mapping[str, Any]) -> PatientHead | None:
    """Return the head of a patient's page; None where nobody gives one. `known` is what the page has read already."""
    return _giver[0](viewer, patient_id, known) if _giver else None
