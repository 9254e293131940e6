"""Today on paper: her patients with boxes to tick and two lines each to write on, a sheet of both sides for 23."""

import re
from dataclasses import dataclass
from textwrap import shorten
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from throughline.edge.desk.web import panels
from throughline.edge.desk.web.today import asked_of
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload
from throughline.practice.caseload.records import Row

EXTRAS = 2  # boxes beside the first thing due; the rest is counted, so that a row keeps its height
TITLE, EXTRA = 80, 48  # most letters of the first thing due and of those beside it, for the same reason


@dataclass(frozen=True, slots=True)
class Printed:
    """One patient of the sheet, in words."""

    number: str
    name: str
    about: str
    identifiers: str
    verb: str
    title: str
    left: str
    instant: str
    extras: tuple[str, ...]
    more: int
    last_contact: str


@require_GET
@page("desk.sheet", needs=Permission.WORK_CASE)
def sheet(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the list as it prints: identifiers in full, or initials for a sheet that leaves the house."""
    query, holders = asked_of(request)
    chip = query.get("show", "all")
    work = caseload.worklist(viewer, holders=holders, include_held="held" in query, chip=chip)
    initials = request.GET.get("names") == "initials"
    context = {
        "rows": [_printed(number, row, viewer, initials) for number, row in enumerate(work.rows, start=1)],
        "initials": initials,
        "covered": [one for one in work.covering if one.away_id in holders],
        "back": f"?{urlencode(query)}" if query else "",
        "full_address": f"?{urlencode(query)}",
        "initials_address": f"?{urlencode(query | {'names': 'initials'})}",
        "now": f"{panels.long_day(viewer)}, {formats.clock(viewer.at, viewer.time_zone, noon=False)}",
        "viewer": viewer,
    }
    return render(request, "desk/sheet.html", context)


def _printed(number: int, row: Row, viewer: Viewer, initials: bool) -> Printed:
    """Return a row in words; with initials neither birth date nor phone, and of the record number the end."""
    born = f"{row.birth_date:%m/%d/%Y}" if row.birth_date else "birth date not recorded"
    full = ", ".join(part for part in (born, row.mrn, formats.phone(row.phone)) if part)
    return Printed(
        number=str(number),
        name=initials_of(row.name) if initials else row.name,
        about=row.about,
        identifiers=f"MRN …{row.mrn[-4:]}" if initials and row.mrn else "" if initials else full,
        verb=row.first.verb,
        title=shorten(_quiet(row.first.title, initials), TITLE, placeholder=" …"),
        left=row.first.left,
        instant=row.first.instant,
        extras=tuple(
            shorten(_quiet(f"{due.verb.lower()}: {due.title}", initials), EXTRA, placeholder=" …")
            for due in row.extras[:EXTRAS]
        ),
        more=max(0, len(row.extras) - EXTRAS),
        last_contact=row.last_contact,
    )


_NUMBER = re.compile(r"\(\d{3}\) \d{3}-\d{4}|\b\d{2}/\d{2}/\d{4}\b")


def _quiet(words: str, initials: bool) -> str:
    """Return the words; on a sheet with initials without the phone numbers and dates somebody wrote into them."""
    return _NUMBER.sub("…", words) if initials else words


def initials_of(name: str) -> str:
    """Return the initials of a name: "Ana Lucía García-Ruiz" is "A. L. G."."""
    return " ".join(f"{part[0].upper()}." for part in name.replace(",", " ").split() if part[0].isalpha())
