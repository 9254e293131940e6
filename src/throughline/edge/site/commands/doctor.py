"""`throughline doctor`: say in sentences what is wrong with this setting for real records; exit 1 when anything is."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from throughline.edge.site.diagnosis import Facts, Finding, findings

_DATABASE_FACTS = """
select
  (select rolsuper from pg_roles where rolname = current_user),
  (select rolbypassrls from pg_roles where rolname = current_user),
  (select count(*) from pg_class where relrowsecurity),
  (select coalesce(array_agg(relname::text order by relname), '{}') from pg_class
     where relrowsecurity and not relforcerowsecurity and pg_get_userbyid(relowner) = current_user),
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false),
  inet_server_addr() is not null and inet_server_addr() <> inet_client_addr(),
  current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'
    and current_setting('synchronous_commit') <> 'off',
  clock_timestamp()
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the form of the answer."""
    parser.add_argument("--json", action="store_true", help="answer in JSON, with what is well too")


def run(args: argparse.Namespace) -> int:
    """Look, say, and return 1 when something is wrong."""
    looked = findings(gather())
    wrong = [one for one in looked if one.wrong]
    print(as_json(looked) if args.json else as_text(wrong, len(looked)))
    return 1 if wrong else 0


def as_json(looked: list[Finding]) -> str:
    """Return every finding as JSON."""
    return json.dumps({"ok": not any(one.wrong for one in looked), "findings": [asdict(one) for one in looked]})


def as_text(wrong: list[Finding], looked: int) -> str:
    """Return what is wrong and what to do about it, one paragraph each."""
    if not wrong:
        return f"Nothing is wrong: {looked} things were looked at."
    lines = [f"- {one.sentence}\n  {one.remedy}" for one in wrong]
    return "\n".join([*lines, f"{len(wrong)} of {looked} things to mend before real records are kept here."])


def gather() -> Facts:
    """Return the facts of this installation; the database must serve, its tables need not be there."""
    from django.conf import settings

    from throughline.edge.site import database, schema

    pending = schema.pending()
    return Facts(
        demo_secret=settings.SECRET_KEY == settings.DEMO_SECRET,
        secret_length=len(settings.SECRET_KEY),
        debug=settings.DEBUG,
        behind_tls_proxy=settings.BEHIND_TLS_PROXY,
        hosts=tuple(settings.ALLOWED_HOSTS),
        embedded=database.is_embedded(),
        demo_users=_demo_users(),
        without_second_factor=_without_second_factor(now=datetime.now(UTC)),
        pending_migrations=len(pending),
        **_of_database(),
    )


def _of_database() -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_DATABASE_FACTS)
        superuser, bypasses, secured, unforced, encrypted, remote, durable, there = cursor.fetchone()
    return {
        "superuser": superuser,
        "bypasses_row_security": bypasses,
        "tables_with_row_security": secured,
        "tables_not_forced": tuple(unforced),
        "encrypted": encrypted,
        "remote": remote,
        "durable": durable,
        "clock_apart": (there - datetime.now(UTC)).total_seconds(),
    }


def _demo_users() -> int | None:
    from django.contrib.auth import get_user_model
    from django.db import DatabaseError, transaction

    try:
        with transaction.atomic():
            return get_user_model()._default_manager.filter(is_demo=True, is_active=True).count()
    except DatabaseError:
        return None


def _without_second_factor(*, now: datetime) -> tuple[str, ...]:
    """Return who holds a powerful role and signs in with a password alone; demonstration accounts are told apart."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import DatabaseError, transaction
    from django.db.models import Q

    from throughline.foundation.access.permissions import ROLES, Permission

    if settings.SECOND_FACTOR_REQUIRED:
        return ()
    power = {Permission.ADMINISTER, Permission.SUPERVISE, Permission.REVIEW_ACCESS}
    roles = [role.key for role in ROLES.values() if role.permissions & power]
    holds = Q(grants__role__in=roles, grants__since__lte=now)
    current = Q(grants__until__isnull=True) | Q(grants__until__gt=now)
    users = get_user_model()._default_manager.filter(holds, current, is_active=True, is_demo=False)
    try:
        with transaction.atomic():
            strong = users.filter(authenticator__type__in=["totp", "webauthn"]).values("pk")
            found = users.exclude(pk__in=strong).order_by("username").values_list("username", flat=True).distinct()
            return tuple(found)
    except DatabaseError:
        return ()
