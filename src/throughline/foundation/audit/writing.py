"""Leaves rows in the audit. Called by the action wrapper and by the page decorator, never by screens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.kernel.actor import Actor


def write_entry(**said: Any) -> None:
    """Append one row; the arguments are those of `entry`."""
    entry(**said).save(force_insert=True)


def entry(
    *,
    kind: str,
    name: str,
    by: Actor,
    at: datetime,
    site_id: UUID | None,
    patient_id: UUID | None,
    purpose: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Return the unsaved row of one act or look: `kind` is read, write, refused, export, sign-in or break-glass."""
    return AuditEntry(
        at=at,
        kind=kind,
        name=name,
        actor_id=by.user_id,
        actor_name=by.name,
        actor_kind=by.kind.value,
        site_id=site_id,
        patient_id=patient_id,
        purpose=purpose,
        detail=dict(detail or {}),
    )
