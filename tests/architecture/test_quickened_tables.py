"""The quick way to make the tables of an empty database gives the same tables as Django's own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from throughline.edge.site.database import database_url
from throughline.edge.site.postgres import transfer

SOURCE = Path(__file__).resolve().parents[2] / "src"
# Django leaves much to be collected on its way; looking for it less often takes a tenth of the time away.
MIGRATE = """
import gc; gc.set_threshold(50_000)
import django; django.setup()
from django.core.management import call_command
call_command('migrate')
"""


def _tables(url: str) -> str:
    """Return the schema as SQL, without what differs from one dump to the next."""
    program = transfer.programs_for(url).program("pg_dump")
    done = subprocess.run([program, "--schema-only", f"--dbname={url}"], capture_output=True, text=True, check=True)
    return re.sub(r"^\\(un)?restrict .*$", "", done.stdout, flags=re.MULTILINE)


@pytest.mark.django_db
def test_quickened_migrations_make_the_tables_django_makes() -> None:
    name = str(connection.settings_dict["NAME"])
    own_way = f"own_way_{name}"  # several runs may share one server
    quick = psycopg.conninfo.make_conninfo(database_url(), dbname=name)
    own = psycopg.conninfo.make_conninfo(quick, dbname=own_way)
    with psycopg.connect(quick, autocommit=True) as link:
        link.execute(f"drop database if exists {own_way} (force)")
        link.execute(f"create database {own_way}")
    try:
        mine = {"DJANGO_SETTINGS_MODULE": "throughline.edge.site.settings", "PYTHONPATH": str(SOURCE)}
        environment = {**os.environ, "DATABASE_URL": own, **mine}
        done = subprocess.run([sys.executable, "-c", MIGRATE], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        made = _tables(own)
        assert "CREATE TABLE public.people_patient" in made
        assert _tables(quick) == made
    finally:
        with psycopg.connect(quick, autocommit=True) as link:
            link.execute(f"drop database if exists {own_way} (force)")
