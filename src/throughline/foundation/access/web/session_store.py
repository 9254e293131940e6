"""Sessions as Django keeps them in its table, read by a prepared statement: every request begins with one."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from throughline.foundation.access.prepared import fetch

_KEPT = "select session_data from django_session where session_key = %s and expire_date > %s"


class SessionStore(db.SessionStore):
    """The table's own store in everything but the reading."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing, and no key any more, when it is over or never was."""
        connection.close_if_health_check_failed()  # the first statement of a request may find the server restarted
        rows = fetch(_KEPT, [self.session_key, timezone.now()])
        if not rows:
            self._session_key = None
            return {}
        kept: dict[str, Any] = self.decode(rows[0]["session_data"])
        return kept
