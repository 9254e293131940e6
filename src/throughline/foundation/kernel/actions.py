"""The one way to write. `@action` opens the transaction, locates the record, asks whether the actor may, runs the
function and leaves an audit row. It knows none of those parts: the access package installs them at start."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import UUID

from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.time import require_aware
from throughline.foundation.kernel.viewer import Viewer

P = ParamSpec("P")
R = TypeVar("R")


class Refusal(Exception):
    """An act that may not be done now. Its text is one sentence that says why and what to do instead."""


class NotPermitted(Refusal):
    """The actor's roles or care relationship do not cover the act. Says who can grant it."""


class NotFound(Refusal):
    """The record does not exist, or not for this viewer: the two are never told apart."""


class UnableToKeep(Refusal):
    """What was entered has no room where it belongs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an act happens: the site that answers for it and the patient it touches, if any.

    `moved_to` is the record a retired one was joined into, where the place was asked for together with it.
    """

    site_id: UUID | None
    patient_id: UUID | None = None
    moved_to: UUID | None = None


class Runtime(Protocol):
    """What the wrapper needs from the layers above the kernel."""

    def transaction(self, *, name: str, by: Actor, at: datetime) -> AbstractContextManager[Any]: ...

    def place(self, argument: str, value: Any, by: Actor, at: datetime) -> Place: ...

    def authorize(self, by: Actor, permission: str, place: Place, at: datetime) -> None: ...

    def sees(self, viewer: Viewer, place: Place) -> bool: ...

    def record(self, *, name: str, by: Actor, at: datetime, place: Place, refused: str = "") -> None: ...


_locators: dict[str, Callable[[Any], Place]] = {}
tables: dict[str, tuple[str, str]] = {}
moves: dict[str, str] = {}  # the column of such a table that names what a row was joined into, where there is one
_installed: list[Runtime] = []
registry: dict[str, Callable[..., Any]] = {}


def install(runtime: Runtime) -> None:
    """Make `runtime` the one that carries out every action from now on."""
    _installed[:] = [runtime]


def locator(
    argument: str, *, table: str = "", patient: str = "patient_id", moved: str = ""
) -> Callable[[Callable[[Any], Place]], Callable[[Any], Place]]:
    """Register how the value of `argument` (such as "case_id") leads to its Place.

    Where that is the `site_id` and the `patient` column of the row with this id in one `table`, naming them lets the
    runtime ask for the place together with what else it asks. `moved` names the column of the row it was joined into.
    """

    def register(find: Callable[[Any], Place]) -> Callable[[Any], Place]:
        _locators[argument] = find
        if table:
            tables[argument] = (table, patient)
            moves[argument] = moved
        return find

    return register


# The places of records an act has met already: an act within it on the same record does not ask for them again.
_places: ContextVar[dict[tuple[str, Any], Place] | None] = ContextVar("throughline_places", default=None)


@contextmanager
def remembering_places() -> Iterator[None]:
    """Remember, until the block ends, where each record lies that was located in it."""
    token = _places.set({})
    try:
        yield
    finally:
        _places.reset(token)


def remember_place(argument: str, value: Any, place: Place) -> None:
    """Say where a record lies that was just read or made within this act."""
    known = _places.get()
    if known is not None:
        known[argument, value] = place


def known_place(argument: str, value: Any) -> Place | None:
    """Return where a record lies that this act has met already, else None."""
    return (_places.get() or {}).get((argument, value))


def locate(argument: str, value: Any) -> Place:
    """Return the Place an argument's value belongs to. Raises NotFound when there is no such record."""
    if argument == "site_id":
        return Place(site_id=value)
    found = known_place(argument, value)
    if found is None:
        found = _locators[argument](value)
        remember_place(argument, value, found)
    return found


def require_sight(viewer: Viewer, place: Place) -> None:
    """Raise NotFound unless the viewer may see the patient of `place`: for queries that stand below access."""
    if not _installed[0].sees(viewer, place):
        raise NotFound("There is no such patient, or not on your list.")


def _check_signature(function: Callable[..., Any], on: str | None) -> None:
    parameters = inspect.signature(function).parameters
    for parameter in parameters.values():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise TypeError(f"{function.__qualname__}: every argument of an action is keyword-only.")
    for required in ("by", "at", *([on] if on else [])):
        if required not in parameters or parameters[required].default is not inspect.Parameter.empty:
            raise TypeError(f"{function.__qualname__}: an action must require `{required}`.")


def action(
    name: str, *, needs: str | None, on: str | None = None, audited: bool = True
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function the action called `name`.

    `needs` is the permission asked for; None for what is nobody's but the actor's own (her settings, a draft, what she
    sent and takes back): the function itself then touches nothing of others. `audited=False` leaves no audit row, for
    one's own paper alone (tests/architecture names each). `on` names the argument that leads to the site and patient
    ("patient_id", "case_id", "site_id"; None for acts on the installation itself). The function must take
    keyword-only arguments with `by` and `at` required; anything else raises TypeError at import.
    The wrapped call raises NotPermitted, NaiveTime, or what the function refuses with.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        _check_signature(function, on)
        if name in registry:
            raise TypeError(f"Two actions are called {name}.")

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by, at = kwargs["by"], kwargs["at"]
            if not isinstance(by, Actor) or not isinstance(at, datetime):
                raise TypeError(f"{name}: `by` is an Actor and `at` a datetime.")
            require_aware(at)
            how = (name, needs, on, audited)
            result: R = _carry_out(function, how, by, at, args, kwargs)
            return result

        registry[name] = run
        run.action_name = name  # type: ignore[attr-defined]
        run.permission = needs  # type: ignore[attr-defined]
        run.audited = audited  # type: ignore[attr-defined]
        return run

    return decorate


def _carry_out(
    function: Callable[..., Any],
    how: tuple[str, str | None, str | None, bool],
    by: Actor,
    at: datetime,
    args: Any,
    kwargs: Any,
) -> Any:
    runtime = _installed[0]
    name, needs, on, audited = how
    place = Place(None)
    try:
        with runtime.transaction(name=name, by=by, at=at):
            if on:
                place = runtime.place(on, kwargs[on], by, at)
            if needs is not None:
                runtime.authorize(by, needs, place, at)
            if place.patient_id is None and isinstance(kwargs.get("patient_id"), UUID):
                # The act is allowed by site, but the audit shall still say whose record it touched.
                place = Place(place.site_id, kwargs["patient_id"])
            result = function(*args, **kwargs)
            if audited:
                runtime.record(name=name, by=by, at=at, place=place)
            return result
    except NotPermitted as refusal:
        # Outside the rolled-back transaction, so that the attempt itself is on file.
        runtime.record(name=name, by=by, at=at, place=place, refused=str(refusal))
        raise
