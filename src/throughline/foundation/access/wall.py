"""The second wall: which sites' rows PostgreSQL itself lets this piece of work touch (row-level security).

Every process starts with the wall closed: no site's rows are seen. A page narrows it to its viewer's sites, and the
system's own work (commands, jobs, tests) opens it explicitly. The standing is kept here as well as in the database
session, so that a connection made anew in the middle of the work stands where the old one stood.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import Error, connection

from throughline.foundation.access import row_security


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the wall is open: to every site, or to those named."""

    open: bool = False
    sites: frozenset[UUID] = frozenset()

    @property
    def settings(self) -> tuple[str, str]:
        """Return the two session settings the policies read."""
        return ("open" if self.open else "", "{" + ",".join(sorted(str(site) for site in self.sites)) + "}")


CLOSED = Standing()
OPEN = Standing(open=True)

_here: ContextVar[Standing | None] = ContextVar("throughline_wall", default=None)
_process: list[Standing] = [CLOSED]


def standing() -> Standing:
    """Return how far the wall is open for the work going on here."""
    return _here.get() or _process[0]


def stand_open() -> None:
    """Open the wall for this whole process: for commands, the job worker and tests, never for a web server."""
    _process[0] = OPEN
    if connection.connection is not None:
        _tell(connection, OPEN)


def stand_closed() -> None:
    """Close the wall for this whole process again: a web server does so after its start-up work."""
    _process[0] = CLOSED
    if connection.connection is not None:
        _tell(connection, CLOSED)


_SETTINGS = "select set_config('throughline.wall', %s, false), set_config('throughline.sites', %s, false)"
_ROLE = ", set_config('role', %s, false)"


def _tell(to: Any, wanted: Standing) -> None:
    """Tell a database session where the wall stands, in one statement."""
    parameters: tuple[str, ...] = wanted.settings
    statement = _SETTINGS
    if _steps_down(to):
        statement += _ROLE
        parameters += ("none" if wanted.open else row_security.STEPPED_DOWN,)
    with to.cursor() as cursor:
        cursor.execute(statement, parameters)


def _steps_down(to: Any) -> bool:
    """Whether this login is exempt from policies and takes a lesser role; once known, kept with the session."""
    to.ensure_connection()
    session = to.connection
    if getattr(session, "throughline_steps_down", None) is None:
        superuser, role_is_there = row_security.exemption(to)
        if superuser and not role_is_there:
            return False  # not yet: the schema is still being made
        session.throughline_steps_down = superuser
    return bool(session.throughline_steps_down)


@contextmanager
def _stand(wanted: Standing) -> Iterator[None]:
    before = standing()
    token = _here.set(wanted)
    try:
        if wanted != before:
            _tell(connection, wanted)
        yield
    finally:
        _here.reset(token)
        if wanted != before:
            _return_to(before)


def _return_to(before: Standing) -> None:
    if connection.connection is None:
        return
    try:
        _tell(connection, before)
    except Error:
        # A broken transaction takes the setting back by itself when it ends; a broken connection must not be reused.
        if not connection.in_atomic_block:
            connection.close()


@contextmanager
def narrowed_to(sites: Iterable[UUID]) -> Iterator[None]:
    """Let only the rows of these sites be seen and written until the block ends."""
    with _stand(Standing(sites=frozenset(sites))):
        yield


@contextmanager
def opened() -> Iterator[None]:
    """Let every site's rows be seen: for the system's own scheduled work."""
    with _stand(OPEN):
        yield


@contextmanager
def closed() -> Iterator[None]:
    """Let no site's rows be seen: for what a person does before it is known who she is."""
    with _stand(CLOSED):
        yield


def on_connection(*, connection: Any, **_: Any) -> None:
    """Tell a database session that was just made where the wall stands."""
    if connection.vendor == "postgresql" and (standing() != CLOSED or _steps_down(connection)):
        _tell(connection, standing())


def before_migrate(**_: Any) -> None:
    """Open the wall for a process that changes the schema, whose steps may carry rows over."""
    stand_open()
