"""The one search box: patients and commands, as a fragment while typing or as a page without JavaScript."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from throughline.edge.desk.web import commands
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import queries as caseload
from throughline.record.people import queries as people
from throughline.record.people.records import Found, Match

MOST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One patient found, with the words beside her name made ready."""

    match: Match
    about: str
    why: str
    owner: str
    href: str


@require_http_methods(["GET", "POST"])
@page("desk.search", needs=None)
def search(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what the text finds. Texts come by POST only, so that no name enters an address or a log."""
    text = request.POST.get("q", "").strip()
    subject = _subject(request, viewer)
    only_commands = text.startswith(">")
    found = Found((), False, "")
    if text and not only_commands and viewer.may(Permission.SEARCH_PATIENTS):
        found = people.search_patients(viewer, text, limit=MOST)
    context = {
        "text": text,
        "found": found,
        "lines": _lines(viewer, found),
        "commands": commands.matching(viewer, text, subject),
        "may_register": viewer.may(Permission.REGISTER_PATIENT),
    }
    if is_fragment(request):
        return render(request, "desk/_found.html", context)
    # A record is opened at once only when the text cannot have meant anybody else by its sound.
    if len(found.matches) == 1 and found.matches[0].visible and found.matches[0].sure:
        return redirect("desk:patient", patient_id=found.matches[0].patient_id)
    return render(request, "desk/search.html", context)


def _subject(request: HttpRequest, viewer: Viewer) -> UUID | None:
    """Return the patient whose page the box was used on, when the viewer may see her."""
    try:
        patient_id = UUID(request.POST.get("about", ""))
    except ValueError:
        return None
    return patient_id if people.identities(viewer, [patient_id]) else None


def _lines(viewer: Viewer, found: Found) -> list[Line]:
    if not found.matches:
        return []
    owners = caseload.owners_of(viewer, [match.patient_id for match in found.matches if match.visible])
    return [_line(match, owners.get(match.patient_id, "No open case")) for match in found.matches]


def _line(match: Match, owner: str) -> Line:
    about = f"{match.born} ({match.age}), MRN …{match.mrn_end}" if match.mrn else f"{match.born} ({match.age}), no MRN"
    href = reverse("desk:patient", args=[match.patient_id])
    return Line(match, about, "; ".join(match.why), owner if match.visible else "Not on your list", href)
