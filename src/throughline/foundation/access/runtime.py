"""Carries out actions for the kernel: one transaction, one question to access, one row of audit."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import pghistory
from django.db import DataError, connection, transaction

from throughline.foundation.access.bulk import insert_rows
from throughline.foundation.access.models import Grant, PatientAccess, TeamMembership
from throughline.foundation.access.pending import holding, send, told_by
from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.prepared import fetch
from throughline.foundation.access.queries import may_see
from throughline.foundation.audit.writing import entry
from throughline.foundation.journal.publishing import gathering
from throughline.foundation.kernel.actions import (
    NotPermitted,
    Place,
    UnableToKeep,
    known_place,
    locate,
    remember_place,
    remembering_places,
    tables,
)
from throughline.foundation.kernel.actor import Actor, ActorKind
from throughline.foundation.kernel.viewer import Viewer

_within_action = threading.local()

# Written out, because every act asks it: the mapper takes longer to write it than PostgreSQL to answer.
_RELATED = f"""(exists (select 1 from "{Grant._meta.db_table}" g where g.user_id = %(user)s and g.site_id = {{site}}
    and g.role = any(%(wide)s) and g.since <= %(at)s and (g.until is null or g.until > %(at)s))
  or exists (select 1 FROM "{PatientAccess._meta.db_table}" a where a.patient_id = {{patient}}
    and a.since <= %(at)s and (a.until is null or a.until > %(at)s)
    and (a.user_id = %(user)s or a.team_id in (
      select m.team_id from "{TeamMembership._meta.db_table}" m where m.user_id = %(user)s
        and m.since <= %(at)s and (m.until is null or m.until > %(at)s))))) as related"""
_ASKED = "select " + _RELATED.format(site="%(site)s", patient="%(patient)s")


@cache
def _located(table: str, patient: str) -> str:
    """Return the question where a record lies and whether its patient is the user's, in one statement."""
    related = _RELATED.format(site="t.site_id", patient=f"t.{patient}")
    return f'select t.site_id, t.{patient} as patient_id, {related} from "{table}" t where t.id = %(value)s'


def _history(name: str, by: Actor) -> Any:
    return pghistory.context(user=str(by.user_id or ""), name=by.name, action=name)


@cache
def _wide_roles() -> list[str]:
    return [key for key, role in ROLES.items() if role.sees_site]


@contextmanager
def _room_for_texts() -> Iterator[None]:
    """Refuse in words a text longer than its column: the browser's fields end there, whoever passes them by is told."""
    try:
        yield
    except DataError as failure:
        if getattr(failure.__cause__, "sqlstate", "") != "22001":  # string_data_right_truncation
            raise
        raise UnableToKeep("One of the texts is longer than can be kept there. Shorten it and save again.") from failure


class DatabaseRuntime:
    """The runtime installed when Django starts."""

    @contextmanager
    def transaction(self, *, name: str, by: Actor, at: datetime) -> Iterator[None]:
        """Open a transaction that tells the history triggers its author.

        Nested actions are part of the outer one, which stays the name in the history; who means to go on after one of
        them was refused calls it within `transaction.atomic()`. What waits to be written, the lines of story, messages
        and audit of all of them are stored together when the outer one ends.
        """
        if getattr(_within_action, "yes", False):
            with transaction.atomic(savepoint=False), gathering(), holding():
                yield
            return
        with _room_for_texts(), transaction.atomic(), gathering() as rows, remembering_places():
            _within_action.yes, _within_action.related = True, set()
            try:
                # Holding comes first: it must see each statement before the history's settings are put before it.
                with holding() as waiting, _history(name, by) as author, told_by(author):
                    yield
                    if connection.needs_rollback:
                        raise RuntimeError(
                            f"{name} passed over a refusal of an act inside it without a savepoint: nothing is stored."
                        )
                    waiting.extend(rows)
                    send(waiting)
            finally:
                _within_action.yes, _within_action.related = False, None

    def place(self, argument: str, value: Any, by: Actor, at: datetime) -> Place:
        """Return where a record lies; of a person's act, learn in the same statement whether its patient is hers."""
        table, related = tables.get(argument), getattr(_within_action, "related", None)
        if table is None or related is None or by.kind is not ActorKind.PERSON or known_place(argument, value):
            return locate(argument, value)
        found = fetch(_located(*table), {"user": by.user_id, "at": at, "wide": _wide_roles(), "value": value})
        if not found:
            return locate(argument, value)  # which refuses in its own words
        place = Place(found[0]["site_id"], found[0]["patient_id"])
        remember_place(argument, value, place)
        if found[0]["related"] and by.user_id is not None:
            related.add((by.user_id, place, at))
        return place

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
        said = {"user": user_id, "site": place.site_id, "patient": place.patient_id, "at": at, "wide": _wide_roles()}
        return bool(fetch(_ASKED, said)[0]["related"])

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
