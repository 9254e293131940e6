"""The database as the rest of the product asks for it: its settings, making sure it serves, stopping it.

DATABASE_URL chooses any PostgreSQL 15 to 18. Without it Throughline starts a PostgreSQL of its own.
`database_settings` never starts anything; `ensure_database` does. No Django is imported here.
"""

from __future__ import annotations

import os
from typing import Any

from throughline.edge.site.postgres import place as places


class DatabaseUnavailable(Exception):
    """No database can be used; the message is one sentence for the person at the keyboard."""


def is_embedded() -> bool:
    """Return whether the embedded server is used, which is so when DATABASE_URL is not set."""
    return not os.environ.get("DATABASE_URL", "").strip()


def database_settings() -> dict[str, Any]:
    """Return Django's settings of the default database, without connecting to or starting anything.

    Raises DatabaseUnavailable when DATABASE_URL is not a PostgreSQL address.
    """
    if is_embedded():
        here = places.place()
        return _settings(
            {
                "dbname": places.DATABASE,
                "user": places.OWNER,
                "host": str(here.sockets),
                "port": str(places.PORT),
            }
        )
    return _settings(_parts(os.environ["DATABASE_URL"].strip()))


def _parts(url: str) -> dict[str, str]:
    """Return the libpq keywords of a PostgreSQL address, refusing any other kind."""
    from psycopg import ProgrammingError, conninfo

    for alias in ("postgis://", "psql://", "pgsql://"):
        if url.startswith(alias):
            url = "postgresql://" + url.removeprefix(alias)
    try:
        if "://" in url and not url.startswith(("postgres://", "postgresql://")):
            raise ProgrammingError("it names another kind of database")
        parts = conninfo.conninfo_to_dict(url)
    except ProgrammingError as wrong:
        # The address may hold a password, so it is not repeated.
        raise DatabaseUnavailable(
            "DATABASE_URL is not an address of a PostgreSQL database such as "
            f"postgresql://user:password@host:5432/name ({str(wrong).splitlines()[0]})."
        ) from None
    if not parts.get("dbname"):
        raise DatabaseUnavailable("DATABASE_URL names no database: add /name at its end.")
    return {key: str(value) for key, value in parts.items() if value is not None}


def _settings(parts: dict[str, str]) -> dict[str, Any]:
    """Return Django's form of libpq keywords; those Django has no word for become options."""
    rest = dict(parts)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": rest.pop("dbname"),
        "USER": rest.pop("user", ""),
        "PASSWORD": rest.pop("password", ""),
        "HOST": rest.pop("host", ""),
        "PORT": rest.pop("port", ""),
        "OPTIONS": rest,
    }
