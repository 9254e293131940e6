"""Carries out actions for the kernel: one transaction, one question to access, one row of audit."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import pghistory
from django.db import connection, transaction

from throughline.foundation.access.bulk import insert_rows
from throughline.foundation.access.models import Grant, PatientAccess, TeamMembership
from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.queries import may_see
from throughline.foundation.audit.writing import entry
from throughline.foundation.journal.publishing import gathering
from throughline.foundation.kernel.actions import NotPermitted, Place
from throughline.foundation.kernel.actor import Actor, ActorKind
from throughline.foundation.kernel.viewer import Viewer

_within_action = threading.local()
_SEES_SITE = [name for name, role in ROLES.items() if role.sees_site]
_HELD = "{0}.since <= %(at)s and ({0}.until is null or {0}.until > %(at)s)"
# In one statement, because every act of every nurse asks it: a role that sees the site, or her own or a team's access.
_RELATED = f"""
select exists (
  select 1 from {Grant._meta.db_table} g
  where g.user_id = %(user)s and g.site_id = %(site)s and g.role = any(%(wide)s) and {_HELD.format("g")}
) or exists (
  select 1 from {PatientAccess._meta.db_table} a where a.patient_id = %(patient)s and {_HELD.format("a")}
  and (a.user_id = %(user)s or a.team_id in (
    select m.team_id from {TeamMembership._meta.db_table} m where m.user_id = %(user)s and {_HELD.format("m")}))
)
"""


class DatabaseRuntime:
    """The runtime installed when Django starts."""

    @contextmanager
    def transaction(self, *, name: str, by: Actor, at: datetime) -> Iterator[None]:
        """Open a transaction that tells the history triggers its author.

        Nested actions become savepoints of the outer one, and the outer one stays the name in the history. The lines
        of story, messages and audit of all of them are stored together when the outer one ends.
        """
        with transaction.atomic(), gathering() as rows:
            if getattr(_within_action, "yes", False):
                yield
                return
            _within_action.yes, _within_action.related = True, set()
            try:
                with pghistory.context(user=str(by.user_id or ""), name=by.name, action=name):
                    yield
                    insert_rows(sorted(rows, key=lambda row: row._meta.label))
            finally:
                _within_action.yes, _within_action.related = False, None

    def authorize(self, by: Actor, permission: str, place: Place, at: datetime) -> None:
        """Raise NotPermitted unless the actor holds the permission at the place and may see its patient."""
        if by.is_system:
            return
        if not by.may(permission, place.site_id):
            raise NotPermitted(
                f"Your roles here do not allow you to {permission}. A supervisor or administrator can grant it."
            )
        if place.patient_id is not None and place.site_id is not None:
            self._require_relationship(by, place, at)

    def _require_relationship(self, by: Actor, place: Place, at: datetime) -> None:
        if by.kind is ActorKind.INTEGRATION or (by.user_id is not None and self._is_related(by.user_id, place, at)):
            return
        raise NotPermitted(
            "This patient is not on your list or your team's. Ask the case owner or a supervisor to add you, "
            "or open the record in an emergency with a reason."
        )

    def _is_related(self, user_id: UUID, place: Place, at: datetime) -> bool:
        """Whether the patient is hers; asked once an act, however many acts lie within it (a yes alone is kept)."""
        known, asked = getattr(_within_action, "related", None), (user_id, place, at)
        if known is not None and asked in known:
            return True
        related = self._asked_whether_related(user_id, place, at)
        if related and known is not None:
            known.add(asked)
        return related

    def _asked_whether_related(self, user_id: UUID, place: Place, at: datetime) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                _RELATED,
                {"user": user_id, "site": place.site_id, "patient": place.patient_id, "at": at, "wide": _SEES_SITE},
            )
            found = cursor.fetchone()
        return bool(found and found[0])

    def sees(self, viewer: Viewer, place: Place) -> bool:
        """Whether the viewer may see the patient of the place."""
        if place.patient_id is None or place.site_id is None:
            return False
        return may_see(viewer, patient_id=place.patient_id, site_id=place.site_id)

    def record(self, *, name: str, by: Actor, at: datetime, place: Place, refused: str = "") -> None:
        """Leave the audit row of one act: with its transaction when it was done, at once when it was refused."""
        row = entry(
            kind="refused" if refused else "write",
            name=name,
            by=by,
            at=at,
            site_id=place.site_id,
            patient_id=place.patient_id,
            detail={"why": refused} if refused else {},
        )
        with gathering() as rows:
            rows.append(row)
            if not getattr(_within_action, "yes", False):
                insert_rows(rows)
