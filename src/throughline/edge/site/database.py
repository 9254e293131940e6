"""The database as the rest of the product asks for it: its settings, making sure it serves, stopping it.

DATABASE_URL chooses any PostgreSQL 15 to 18. Without it Throughline starts a PostgreSQL of its own.
`database_settings` never starts anything; `ensure_database` does. No Django is imported here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from throughline.edge.site.postgres import place as places
from throughline.edge.site.postgres.binaries import NEWEST, OLDEST
from throughline.edge.site.postgres.refusal import DatabaseUnavailable as DatabaseUnavailable


def is_embedded() -> bool:
    """Return whether the embedded server is used, which is so when DATABASE_URL is not set."""
    return not os.environ.get("DATABASE_URL", "").strip()


def ensure_database() -> str:
    """Make the database serve and return its address, starting the embedded server when that is needed.

    Raises DatabaseUnavailable with one sentence when nothing can serve or the version is not 15 to 18.
    """
    start_database()
    return database_url()


def start_database() -> bool:
    """Make the database serve; return True when the embedded server was started just now."""
    if not is_embedded():
        _check_server(os.environ["DATABASE_URL"].strip())
        return False
    from throughline.edge.site.postgres import launcher

    return launcher.start(places.place())


def stop_database() -> bool:
    """Stop the embedded server; return False when there was none to stop.

    Raises DatabaseUnavailable when DATABASE_URL is set, for that server is not ours to stop.
    """
    if not is_embedded():
        raise DatabaseUnavailable("DATABASE_URL names a server that Throughline did not start and does not stop.")
    from throughline.edge.site.postgres import launcher

    return launcher.stop(places.place())


def database_url() -> str:
    """Return the address of the product's database in libpq's form, without connecting."""
    if is_embedded():
        return places.place().url()
    from psycopg import conninfo

    return conninfo.make_conninfo(**_parts(os.environ["DATABASE_URL"].strip()))


def keeper_url() -> str:
    """Return the address as the role that may read and write every row: the superuser of the embedded server,
    else THROUGHLINE_KEEPER_URL (a role with BYPASSRLS), else the address itself."""
    if is_embedded():
        return places.place().url(role=places.KEEPER)
    from psycopg import conninfo

    chosen = os.environ.get("THROUGHLINE_KEEPER_URL", "").strip() or os.environ["DATABASE_URL"].strip()
    return conninfo.make_conninfo(**_parts(chosen))


def owner_role() -> str | None:
    """Return the role that owns the tables, where `keeper_url` names another one; else None."""
    if is_embedded():
        return places.OWNER
    if not os.environ.get("THROUGHLINE_KEEPER_URL", "").strip():
        return None
    return _parts(os.environ["DATABASE_URL"].strip()).get("user")


def files_folder() -> Path:
    """Return the folder of files kept beside the database; a backup takes it along."""
    return places.place().home / "files"


def _check_server(url: str) -> None:
    """Refuse a server that does not answer or is not PostgreSQL 15 to 18."""
    import psycopg
    from psycopg import conninfo

    parts = _parts(url)
    whose = f"{parts.get('host', 'the local socket')}:{parts.get('port', '5432')}"
    try:
        with psycopg.connect(conninfo.make_conninfo(**parts), connect_timeout=20) as link:
            major = link.info.server_version // 10_000
    except psycopg.OperationalError as wrong:
        why = str(wrong).strip().splitlines()[-1].strip()
        raise DatabaseUnavailable(
            f"The database that DATABASE_URL names at {whose} cannot be reached ({why})."
        ) from None
    if not OLDEST <= major <= NEWEST:
        raise DatabaseUnavailable(
            f"The server at {whose} is PostgreSQL {major}: Throughline needs PostgreSQL {OLDEST} to {NEWEST}."
        )


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
