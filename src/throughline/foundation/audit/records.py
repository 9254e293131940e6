"""What the audit shows to reviewers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act or look: who, what, when, on whose record, for which purpose."""

    id: UUID
    at: datetime
    kind: str
    name: str
    actor_id: UUID | None
    actor_name: str
    actor_kind: str
    site_id: UUID | None
    patient_id: UUID | None
    purpose: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What a reviewer asks for; what is None or empty does not narrow. `until` is not included."""

    since: datetime | None = None
    until: datetime | None = None
    patient_id: UUID | None = None
    actor_id: UUID | None = None
    kinds: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines newest first, and where older ones begin: (at, id) of the last line shown, None at the end."""

    lines: tuple[AuditLine, ...]
    older: tuple[datetime, UUID] | None
