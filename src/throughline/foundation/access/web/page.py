"""The decorator every page wears: who is asking, may she, may she see this patient, and the line in the audit.

A view is written `def view(request, viewer, **kwargs)`. Time is read here, once per request, as `viewer.at`.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from throughline.foundation.access import wall
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import viewer_for
from throughline.foundation.access.sight import place_and_sight
from throughline.foundation.access.web import answers
from throughline.foundation.audit.writing import write_entry
from throughline.foundation.journal.leaving import left_here
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Place, Refusal
from throughline.foundation.kernel.viewer import Viewer

View = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Page:
    """What a view was marked with: its name, the permission it asks for (None: any signed-in user), the url argument
    that leads to a patient (None: no patient), and the purpose written to the audit (45 CFR 164.506; "": that of the
    reader's roles)."""

    name: str
    needs: Permission | None
    patient: str | None
    purpose: str


pages: dict[str, Page] = {}


class _Answered(Exception):
    """The question whether the viewer may has been answered with this response."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def page(
    name: str, *, needs: Permission | None, patient: str | None = None, purpose: str = ""
) -> Callable[[View], View]:
    """Mark a view as the page called `name`.

    `needs` is the permission asked for: at the patient's site, or at any site when the page is about no patient; None
    lets every signed-in user in. `patient` names the url argument a registered locator understands ("patient_id",
    "case_id"). A patient who is not there and one who is not the viewer's get the same 404, but roles that may open a
    record in an emergency are shown how. Raises TypeError when two pages have one name.
    """
    mark = Page(name, needs, patient, purpose)

    def decorate(view: View) -> View:
        if name in pages:
            raise TypeError(f"Two pages are called {name}.")
        pages[name] = mark

        @functools.wraps(view)
        def run(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return answers.sign_in_first(request)
            viewer = viewer_for(request.user, at=datetime.now(UTC), purpose=purpose)
            request.viewer = viewer  # type: ignore[attr-defined]
            left_here.set(False)
            with wall.narrowed_to(viewer.site_ids), timezone.override(ZoneInfo(viewer.time_zone)):
                response = _answer(view, mark, request, viewer, kwargs)
            if left_here.get():
                # The top bar asks what waits only after something was sent; no page pays for it otherwise.
                request.session["outbox_open"] = True
                response["HX-Trigger-After-Settle"] = "outbox-changed"
            return _sealed(response, viewer)

        run.page = mark  # type: ignore[attr-defined]
        return run

    return decorate


def _answer(view: View, mark: Page, request: HttpRequest, viewer: Viewer, kwargs: dict[str, Any]) -> HttpResponseBase:
    try:
        place = _admitted(mark, request, viewer, kwargs)
        if place.patient_id and request.method in SAFE:
            _write(mark, viewer, place, kind="read")
            if place.site_id:
                viewer = dataclasses.replace(viewer, page_of=(place.patient_id, place.site_id))
                request.viewer = viewer  # type: ignore[attr-defined]
        _refuse_unkeepable(request)
        return view(request, viewer, **kwargs)
    except _Answered as answered:
        return answered.response
    except NotFound:
        return answers.not_found(request)
    except NotPermitted as refusal:
        return answers.not_permitted(request, str(refusal))
    except Refusal as refusal:
        return answers.refused(request, str(refusal))


def _refuse_unkeepable(request: HttpRequest) -> None:
    """Raise Refusal for text PostgreSQL cannot keep; without this every field of every form would have to ask."""
    for fields in (request.GET, request.POST):
        if any("\0" in text for name, values in fields.lists() for text in (name, *values)):
            raise Refusal("The text holds a character that cannot be kept (NUL). Take it out and save again.")


def _admitted(mark: Page, request: HttpRequest, viewer: Viewer, kwargs: dict[str, Any]) -> Place:
    """Return the place the page is about, or raise _Answered with why the viewer does not get it."""
    if mark.patient is None:
        if mark.needs and not viewer.may(mark.needs):
            _turn_away(mark, request, viewer, Place(None), mark.needs)
        return Place(None)
    place, seen = place_and_sight(viewer, mark.patient, kwargs[mark.patient])
    if place.site_id not in viewer.site_ids:
        raise NotFound
    if mark.needs and not viewer.may(mark.needs, place.site_id):
        _turn_away(mark, request, viewer, place, mark.needs)
    if place.moved_to:
        _lead_on(request, place)
    if place.patient_id and not seen:
        _write(mark, viewer, place, kind="refused", why="not her patient")
        if viewer.may(Permission.BREAK_GLASS, place.site_id):
            raise _Answered(answers.offer_break_glass(request, place.patient_id))
        raise NotFound
    return place


def _lead_on(request: HttpRequest, place: Place) -> None:
    """Lead from an address of a retired record to the same of the one it was joined into, which asks who may see it.

    Raises Refusal for what is sent there: nobody would find again what is written in a retired record.
    """
    if request.method not in SAFE:
        raise Refusal("This record was merged into another meanwhile. Search for the patient and write it there.")
    where = request.get_full_path().replace(str(place.patient_id), str(place.moved_to))
    raise _Answered(HttpResponseRedirect(where))


def _turn_away(mark: Page, request: HttpRequest, viewer: Viewer, place: Place, needs: Permission) -> None:
    _write(mark, viewer, place, kind="refused", why=f"lacks: {needs}")
    raise _Answered(answers.not_permitted(request, answers.who_can_grant(needs)))


def _write(mark: Page, viewer: Viewer, place: Place, *, kind: str, why: str = "") -> None:
    write_entry(
        kind=kind,
        name=mark.name,
        by=viewer.actor,
        at=viewer.at,
        site_id=place.site_id,
        patient_id=place.patient_id,
        purpose=viewer.purpose,
        detail={"why": why} if why else {},
    )


def _sealed(response: HttpResponseBase, viewer: Viewer) -> HttpResponseBase:
    """Return the response, never to be cached; a stream keeps the viewer's wall while it flows."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _within(viewer.site_ids, response.streaming_content)
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store"
    return response


def _within(sites: frozenset[UUID], chunks: Any) -> Iterator[bytes]:
    with wall.narrowed_to(sites):
        yield from chunks


def viewer_of(request: HttpRequest) -> Viewer:
    """Return the viewer of a request inside a page. Raises AttributeError outside one: there is no viewer there."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@contextmanager
def refusals_into(form: Any) -> Iterator[None]:
    """Run an action for a form; a refusal becomes the form's own message and the code after the block goes on.

        if form.is_valid():
            with refusals_into(form):
                record_consent(..., by=viewer.actor, at=viewer.at)
                return redirect(...)
        return render(request, "…", {"form": form}, status=form_status(form))

    What the viewer may not do at all (NotPermitted) or cannot see (NotFound) is not the form's matter and passes on.
    """
    try:
        yield
    except (NotPermitted, NotFound):
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal))


def form_status(form: Any) -> int:
    """Return the status a form is shown with: 200 when asked for, 422 when it came back with errors."""
    return 422 if form.is_bound and form.errors else 200
