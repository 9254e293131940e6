"""Whether the tables are those the code expects, and bringing them there. Django must be set up."""

from __future__ import annotations

import contextlib
import io

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from throughline.edge.site.quickening import quickened

# One number for the whole product, so that two commands begun at once do not migrate beside each other.
_MIGRATING = 7_461_001


def pending() -> list[str]:
    """Return the names of the migrations not yet applied, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def is_empty() -> bool:
    """Return whether the database holds no table of any kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select not exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'p', 'm', 'v', 'S')"
            " and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast')"
        )
        return bool(cursor.fetchone()[0])


def bring_up_to_date() -> list[str]:
    """Apply what is pending, alone, and return the names applied."""
    if not pending():
        return []
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_MIGRATING])
        try:
            todo = pending()  # another command may have done it while this one waited
            if todo:
                with quickened() if is_empty() else contextlib.nullcontext():
                    call_command("migrate", interactive=False, verbosity=0, stdout=io.StringIO())
        finally:
            connection.close_if_unusable_or_obsolete()
            if connection.connection is not None:
                with connection.cursor() as last:
                    last.execute("select pg_advisory_unlock(%s)", [_MIGRATING])
    return todo
