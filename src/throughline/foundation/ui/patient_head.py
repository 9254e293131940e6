"""The head of every page about a patient: who she is, what nobody may overlook, and the tabs of her record.

What it shows is known to the capabilities above; one of them gives the facts (`given_by`), every page wears the same
head by `{% patient_head %}`.
"""

from collections.abc import Callable
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


Giver = Callable[[Any, UUID, Any], PatientHead]
_giver: list[Giver] = []


def given_by(giver: Giver) -> None:
    """Let this function give the head: (viewer, patient's id, her identity where the page has read it already)."""
    _giver[:] = [giver]


def head_of(viewer: Any, patient_id: UUID, identity: Any = None) -> PatientHead | None:
    """Return the head of a patient's page; None where nobody gives one."""
    return _giver[0](viewer, patient_id, identity) if _giver else None
