"""Sends the statements of `kernel.reading`: prepared in the database session, so that each is planned once there.

Planning a statement over thirty tables takes longer than running it. The plan is made for any patient, not for the one
asked for: every condition that matters is an equality with an index, and PostgreSQL would otherwise plan the first five
times anew in every session. The setting also binds what else a session keeps plans of, the one-row triggers of history.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import RawCursor

from throughline.foundation.access.prepared import AFTER


class _Cursor(RawCursor[Any]):
    """A cursor that sends values apart from the statement, and tells a log what it sent."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> "_Cursor":
        """Send a statement; raises what the database refuses with."""
        super().execute(query, params, **{**how, "prepare": True})
        if self._query is None and connection.queries_logged:
            self._query = self._convert_query(query, params)
        return self


def fetch(statement: str, values: Sequence[Any]) -> Sequence[str | None]:
    """Return the only row of the statement, on the connection of this piece of work and behind its wall."""
    connection.ensure_connection()
    session = connection.connection
    if not getattr(session, "throughline_keeps_plans", False):
        if session.prepare_threshold is None:  # Django's own statements carry their values and are never prepared
            session.prepare_threshold = AFTER
        session.execute("set plan_cache_mode = force_generic_plan")
        session.throughline_keeps_plans = True
    with connection._prepare_cursor(_Cursor(session)) as cursor:  # type: ignore[attr-defined]  # the way to a log
        cursor.execute(statement, values)
        row: Sequence[str | None] = cursor.fetchone()
        return row
