"""Raises the second wall on the tables: a policy of PostgreSQL on every table with a site.

The wall is raised whenever the schema has been brought up to date, on every table of a model with a `site`, and on the
history table of each, so that nobody who adds a table has to remember it. A model says otherwise by an attribute:

    site_wall = "write-anywhere"    rows are read within the wall and written from anywhere (the audit)
    site_wall = "none"              no wall, because the rows are read to find out where the wall stands

docs/adr/0006 says why, against what, and at which cost.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps

POLICY = "site_wall"
# A login that PostgreSQL exempts from policies (a superuser) steps down to this role for the length of a request.
STEPPED_DOWN = "throughline_walled"
VERSION = "2"

# Both settings are read, and the sites made ids of, once per statement (an init plan), not once per row: the last cast
# changes nothing and only says that `any` looks into one array, not over the rows of a query.
_WITHIN = """(
  (select coalesce(current_setting('throughline.wall', true), '')) = 'open'
  or {column} = any (
    (select coalesce(nullif(current_setting('throughline.sites', true), ''), '{{}}')::uuid[])::uuid[])
)"""


@dataclass(frozen=True, slots=True)
class Walled:
    """One table the wall stands on; `anywhere`: rows may be written for any site."""

    table: str
    column: str
    anywhere: bool

    @property
    def mark(self) -> str:
        """Return what the policy's comment says when it is up to date."""
        return f"{VERSION} {'write-anywhere' if self.anywhere else 'within'}"


def walled_tables() -> list[Walled]:
    """Return every table that must have the wall, from the models that are installed."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        column = next((field.column for field in model._meta.local_fields if field.column == "site_id"), None)
        rule = getattr(model, "site_wall", "within")
        if column and rule != "none" and not model._meta.proxy:
            found.append(Walled(model._meta.db_table, column, rule == "write-anywhere"))
    return sorted(found, key=lambda walled: walled.table)


def missing_walls(connection: Any) -> list[Walled]:
    """Return the tables that exist and whose wall is absent, not forced on their owner, or out of date."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select c.relname, c.relrowsecurity and c.relforcerowsecurity, obj_description(p.oid, 'pg_policy')
               from pg_class c left join pg_policy p on p.polrelid = c.oid and p.polname = %s
               where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')""",
            [POLICY],
        )
        state = {table: (forced, mark) for table, forced, mark in cursor.fetchall()}
    return [
        walled for walled in walled_tables() if walled.table in state and state[walled.table] != (True, walled.mark)
    ]


def raise_walls(connection: Any) -> list[str]:
    """Raise the wall where it is missing and return the names of those tables. Safe to repeat."""
    missing = missing_walls(connection)
    with connection.cursor() as cursor:
        for walled in missing:
            within = _WITHIN.format(column=walled.column)
            table = connection.ops.quote_name(walled.table)
            check = "true" if walled.anywhere else within
            cursor.execute(
                f"drop policy if exists {POLICY} on {table};"
                f"create policy {POLICY} on {table} using {within} with check ({check});"
                f"comment on policy {POLICY} on {table} is '{walled.mark}';"
                f"alter table {table} enable row level security;"
                f"alter table {table} force row level security;"
            )
        if _is_superuser(cursor):
            _make_stepped_down(cursor)
    return [walled.table for walled in missing]


def _is_superuser(cursor: Any) -> bool:
    cursor.execute("select rolsuper from pg_roles where rolname = session_user")
    return bool(cursor.fetchone()[0])


def _make_stepped_down(cursor: Any) -> None:
    cursor.execute(
        f"""
        do $$ begin
          if not exists (select from pg_roles where rolname = '{STEPPED_DOWN}') then
            create role {STEPPED_DOWN} nologin nosuperuser nobypassrls;
          end if;
          execute format('grant usage on schema %I to {STEPPED_DOWN}', current_schema());
          execute format('grant select, insert, update, delete on all tables in schema %I to {STEPPED_DOWN}',
                         current_schema());
          execute format('grant usage, select, update on all sequences in schema %I to {STEPPED_DOWN}',
                         current_schema());
        end $$;"""
    )


def exemption(connection: Any) -> tuple[bool, bool]:
    """Return whether the login is a superuser, and whether the role it steps down to is there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select (select rolsuper from pg_roles where rolname = session_user),
                      exists (select from pg_roles where rolname = %s)""",
            [STEPPED_DOWN],
        )
        superuser, role_is_there = cursor.fetchone()
    return bool(superuser), bool(role_is_there)


def rls_is_effective(connection: Any) -> bool:
    """Whether PostgreSQL really holds the wall here: every table has it, and the login is bound by it or steps down."""
    if missing_walls(connection):
        return False
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls from pg_roles where rolname = session_user")
        superuser, exempt = cursor.fetchone()
    return exemption(connection)[1] if superuser else not exempt


def after_migrate(*, using: str, **_: Any) -> None:
    """Raise the walls after the schema changed; called by Django for the access app."""
    from django.db import connections

    if connections[using].vendor == "postgresql":
        raise_walls(connections[using])
