"""What is wrong with a setting for real records, decided from plain facts. No Django, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SHORTEST_SECRET = 40  # characters; Django's own check asks for 50 with 5 different ones
CLOCK_SECONDS = 5.0  # deadlines are counted in hours, sessions in minutes; more than this is a broken clock


@dataclass(frozen=True)
class Facts:
    """What a running installation says of itself."""

    demo_secret: bool
    secret_length: int
    debug: bool
    behind_tls_proxy: bool
    hosts: tuple[str, ...]
    embedded: bool
    demo_users: int | None  # None: the tables are not there yet
    without_second_factor: tuple[str, ...]  # accounts with a powerful role that a password alone opens
    pending_migrations: int
    superuser: bool
    bypasses_row_security: bool
    tables_with_row_security: int
    tables_not_forced: tuple[str, ...]  # owned by this role, which row-level security then does not bind
    encrypted: bool
    remote: bool
    durable: bool
    clock_apart: float  # seconds between this machine and the database


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its key, whether it is wrong, what is wrong and what to do."""

    key: str
    wrong: bool
    sentence: str
    remedy: str


def findings(facts: Facts) -> list[Finding]:
    """Return everything looked at, in the order in which a person would mend it."""
    return [Finding(key, bool(wrong(facts)), sentence(facts), remedy) for key, wrong, sentence, remedy in _TABLE]


def _say(text: str) -> Callable[[Facts], str]:
    return lambda facts: text


_TABLE: tuple[tuple[str, Callable[[Facts], object], Callable[[Facts], str], str], ...] = (
    (
        "secret",
        lambda f: f.demo_secret or f.secret_length < SHORTEST_SECRET,
        _say("The secret key is the one of the demonstration or too short, so sessions can be forged."),
        f"Set THROUGHLINE_SECRET_KEY to at least {SHORTEST_SECRET} random characters and keep it out of backups.",
    ),
    (
        "debug",
        lambda f: f.debug,
        _say("Debugging is on: an error page shows settings and patients' data to whoever caused it."),
        "Remove THROUGHLINE_DEBUG.",
    ),
    (
        "demo-users",
        lambda f: f.demo_users,
        lambda f: f"{f.demo_users or 0} demonstration accounts with a published password can sign in.",
        "Use an installation that was never seeded, or deactivate them.",
    ),
    (
        "second-factor",
        lambda f: f.without_second_factor,
        lambda f: (
            f"{len(f.without_second_factor)} accounts that administer, supervise or review access are opened "
            f"by a password alone: {', '.join(f.without_second_factor[:5])}."
        ),
        "Have them add a passkey or a one-time code, or set THROUGHLINE_SECOND_FACTOR=1 to ask it of everybody.",
    ),
    (
        "tls",
        lambda f: not f.behind_tls_proxy,
        _say("No TLS proxy is declared, so cookies travel without protection and browsers are not held to https."),
        "Serve behind a proxy that sets X-Forwarded-Proto and set THROUGHLINE_BEHIND_TLS_PROXY=1.",
    ),
    (
        "hosts",
        lambda f: "*" in f.hosts,
        _say("Any host name is accepted, so links in messages can be made to point elsewhere."),
        "Set THROUGHLINE_HOSTS to the names this is served under.",
    ),
    (
        "embedded-database",
        lambda f: f.embedded,
        _say("The embedded database is used: it has no replica, no encryption and no updates of its own."),
        "Set DATABASE_URL to a managed PostgreSQL 15 to 18.",
    ),
    (
        "superuser",
        lambda f: f.superuser or f.bypasses_row_security,
        _say("The database role is a superuser or bypasses row-level security, so the second wall does not stand."),
        "Connect as an ordinary role that owns the database.",
    ),
    (
        "row-security",
        lambda f: f.tables_not_forced or not f.tables_with_row_security,
        lambda f: (
            "Row-level security does not bind this role on " + ", ".join(f.tables_not_forced[:5]) + "."
            if f.tables_not_forced
            else "No table has row-level security, so only the first wall stands between the sites."
        ),
        "Bring the tables up to date with `throughline migrate`.",
    ),
    (
        "migrations",
        lambda f: f.pending_migrations,
        lambda f: f"{f.pending_migrations} changes of the tables are pending.",
        "Run `throughline migrate`.",
    ),
    (
        "database-encryption",
        lambda f: f.remote and not f.encrypted,
        _say("The connection to the database crosses a network without encryption."),
        "Add ?sslmode=verify-full to DATABASE_URL.",
    ),
    (
        "durability",
        lambda f: not f.durable,
        _say("The database acknowledges writes before they are safe (fsync, full_page_writes or synchronous_commit)."),
        "Turn fsync, full_page_writes and synchronous_commit on.",
    ),
    (
        "clock",
        lambda f: abs(f.clock_apart) > CLOCK_SECONDS,
        lambda f: f"The clocks of this machine and the database differ by {abs(f.clock_apart):.0f} seconds.",
        "Keep both on network time: deadlines depend on it.",
    ),
)
