"""Who is signed in: the session of a request and its user, each by one prepared statement.

Every page asks both, and the mapper takes five times longer over them than PostgreSQL does. All else of sessions and
accounts is Django's and allauth's own.
"""

import json
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as KeptInDatabase
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS

from throughline.foundation.access.models import User
from throughline.foundation.access.prepared import fetch

_SESSION = f"select session_data from {Session._meta.db_table} where session_key = %(key)s and expire_date > now()"
_COLUMNS = [field.column for field in User._meta.concrete_fields]
_NAMES = [field.attname for field in User._meta.concrete_fields]
_USER = f"select {', '.join(_COLUMNS)} from {User._meta.db_table} where id = %(key)s"


class SessionStore(KeptInDatabase):
    """Django's sessions in the database, read without the mapper."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing, and a new key for it, when it is over or was never there."""
        found = fetch(_SESSION, {"key": self.session_key})
        if not found:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(found[0]["session_data"])
        return held

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model whose rows are the sessions."""
        return Session


class Accounts(AuthenticationBackend):
    """Allauth's accounts, the user of a request read without the mapper."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the user of a session, None when there is none or the account was deactivated."""
        try:
            key = User._meta.pk.to_python(user_id)  # type: ignore[union-attr]
        except ValidationError:
            return None
        found = fetch(_USER, {"key": key})
        if not found:
            return None
        values = list(found[0].values())
        at = _NAMES.index("preferences")
        if isinstance(values[at], str):
            values[at] = json.loads(values[at])
        user = User.from_db(DEFAULT_DB_ALIAS, _NAMES, values)
        return user if self.user_can_authenticate(user) else None
