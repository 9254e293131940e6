"""The quick way to make the tables of an empty database gives the same tables as Django's own."""

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from throughline.edge.site.database import database_url
from throughline.edge.site.postgres import transfer


def _tables(url: str) -> str:
    """Return the schema as SQL, without what differs from one dump to the next."""
    program = transfer.programs_for(url).program("pg_dump")
    done = subprocess.run([program, "--schema-only", f"--dbname={url}"], capture_output=True, text=True, check=True)
    return re.sub(r"^\\(un)?restrict .*$", "", done.stdout, flags=re.MULTILINE)


@pytest.fixture
def connected(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database without a transaction around the test: no row of it is touched."""
    with django_db_blocker.unblock():
        yield


def test_quickened_migrations_make_the_tables_django_makes(connected: None) -> None:
    quick = psycopg.conninfo.make_conninfo(database_url(), dbname=str(connection.settings_dict["NAME"]))
    own_way = "own_way"
    with psycopg.connect(quick, autocommit=True) as link:
        link.execute(f"drop database if exists {own_way}")
        link.execute(f"create database {own_way}")
    usual = connection.settings_dict["NAME"]
    try:
        connection.close()
        connection.settings_dict["NAME"] = own_way
        call_command("migrate", interactive=False, verbosity=0)
        connection.close()
        assert _tables(quick) == _tables(psycopg.conninfo.make_conninfo(quick, dbname=own_way))
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        with psycopg.connect(quick, autocommit=True) as link:
            link.execute(f"drop database if exists {own_way} (force)")
