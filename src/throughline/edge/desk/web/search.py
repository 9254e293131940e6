"""The one search box: patients and commands, as a fragment while typing or as a page without JavaScript."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import queries as caseload
from throughline.record.people import queries as people
from throughline.record.people.records import Found, Match

MOST = 8


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do or a place to go, found by its words."""

    words: str
    url_name: str
    needs: Permission | None


COMMANDS = (
    Command("Go to Today", "desk:today", Permission.WORK_CASE),
    Command("Go to Patients", "desk:patients", Permission.SEARCH_PATIENTS),
    Command("Register a new patient", "people:register", Permission.REGISTER_PATIENT),
    Command("Look at possible duplicates", "people:duplicates", Permission.MERGE_PATIENTS),
    Command("New referral", "intake:refer", Permission.REFER_IN),
    Command("Go to intake", "intake:board", Permission.REFER_IN),
    Command("Go to clocks", "clocks:first", Permission.WORK_CLOCKS),
    Command("Review access", "access:review", Permission.REVIEW_ACCESS),
    Command("My account and sign-in", "access:account", None),
    Command("Keyboard shortcuts and help", "ui:help", None),
)


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
    only_commands = text.startswith(">")
    found = Found((), False, "")
    if len(text) >= 2 and not only_commands and viewer.may(Permission.SEARCH_PATIENTS):
        found = people.search_patients(viewer, text, limit=MOST)
    context = {
        "text": text,
        "found": found,
        "lines": _lines(viewer, found),
        "commands": _commands(viewer, text.lstrip("> ")),
        "may_register": viewer.may(Permission.REGISTER_PATIENT),
    }
    if is_fragment(request):
        return render(request, "desk/_found.html", context)
    if len(found.matches) == 1 and found.matches[0].visible:
        return redirect("desk:patient", patient_id=found.matches[0].patient_id)
    return render(request, "desk/search.html", context)


def _lines(viewer: Viewer, found: Found) -> list[Line]:
    if not found.matches:
        return []
    owners = caseload.owners_of(viewer, [match.patient_id for match in found.matches if match.visible])
    return [_line(match, owners.get(match.patient_id, "No open case")) for match in found.matches]


def _line(match: Match, owner: str) -> Line:
    about = f"{match.born} ({match.age}), MRN …{match.mrn_end}" if match.mrn else f"{match.born} ({match.age}), no MRN"
    href = reverse("desk:patient", args=[match.patient_id])
    return Line(match, about, "; ".join(match.why), owner if match.visible else "Not on your list", href)


def _commands(viewer: Viewer, text: str) -> list[tuple[str, str]]:
    """Return the commands whose words hold every word typed, with where they lead, at most eight."""
    typed = text.lower().split()
    shown = []
    for command in COMMANDS:
        if command.needs and not viewer.may(command.needs):
            continue
        if not typed or not all(word in command.words.lower() for word in typed):
            continue
        try:
            shown.append((command.words, reverse(command.url_name)))
        except NoReverseMatch:
            continue
    return shown[:MOST]
