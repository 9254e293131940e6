"""Keeping drafts while somebody types, discarding and taking up again, and saying who is writing where."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.drafts import actions, queries, rules
from throughline.foundation.drafts.records import Key
from throughline.foundation.drafts.web.offers import offer, plain_fields
from throughline.foundation.drafts.web.places import place_of
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats

FIELD = "f."


def _key(request: HttpRequest) -> Key:
    try:
        return rules.read_key(request.POST.get("key", ""))
    except ValueError:
        raise NotFound("There is no such form.") from None


def _words(request: HttpRequest) -> Mapping[str, list[str]]:
    words = {name[len(FIELD) :]: request.POST.getlist(name) for name in request.POST if name.startswith(FIELD)}
    return words | {name: [] for name in request.POST.getlist("gone")}


@require_POST
@page("drafts.keep", needs=None)
def keep(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Keep the fields typed and answer "Saved 2:31 PM"; 204 when this sheet has been sent already."""
    key = _key(request)
    place = place_of(viewer, key)
    assert place.site_id is not None
    kept = actions.keep(
        key=key,
        site_id=place.site_id,
        patient_id=place.patient_id,
        sheet=request.POST.get("sheet", ""),
        page=request.POST.get("page", ""),
        words=_words(request),
        by=viewer.actor,
        at=viewer.at,
    )
    if not kept:
        return HttpResponse(status=204)
    # Who types is there: a page that only watches this form learns it from here.
    actions.note_presence(site_id=place.site_id, place=str(key), by=viewer.actor, at=viewer.at)
    said = _("Saved %(time)s") % {"time": formats.clock(viewer.at, viewer.time_zone)}
    return HttpResponse(said, content_type="text/plain; charset=utf-8")


@require_POST
@page("drafts.discard", needs=None)
def discard(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Put a draft away, or take that back."""
    key = str(_key(request))
    if request.POST.get("act") == "take-up":
        actions.take_up(key=key, by=viewer.actor, at=viewer.at)
    else:
        actions.discard(key=key, by=viewer.actor, at=viewer.at)
    back = request.POST.get("next", "/")
    if is_fragment(request):
        again = queries.kept(viewer, [key]).get(key)
        if again is None:
            return render(request, "drafts/_discarded.html", {"key": key, "next": back})
        return HttpResponse(offer(request, again, plain_fields(again), again.page, viewer))
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "/")


@require_POST
@page("drafts.presence", needs=None)
def presence(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Note that the viewer writes here and return who else does: asked every 20 seconds by pages with an edit form.

    A page that only watches (`watch`) notes nothing; `within` names a larger place that is told of this part too.
    """
    key, words = _key(request), request.POST.get("words", "")[:60]
    place = place_of(viewer, key)
    assert place.site_id is not None
    if not request.POST.get("watch"):
        note = {"site_id": place.site_id, "by": viewer.actor, "at": viewer.at}
        actions.note_presence(place=str(key), **note)
        if larger := _within(request, viewer):
            actions.note_presence(place=larger, part=words, **note)
    return render(request, "drafts/_present.html", {"who": queries.writing_at(viewer, str(key)), "words": words})


def _within(request: HttpRequest, viewer: Viewer) -> str:
    """Return the larger place's key, once it is known that the viewer may see it; "" without one."""
    try:
        key = rules.read_key(request.POST.get("within", ""))
    except ValueError:
        return ""
    place_of(viewer, key)
    return str(key)
