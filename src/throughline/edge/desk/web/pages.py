"""What the templates of the desk are given: words made ready in Python, so that a row costs the template little."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload import queries as caseload
from throughline.practice.caseload import ranking
from throughline.practice.caseload.records import Row, Worklist

ICONS = {0: "octagon", 1: "clock", 2: "due", 3: "late", 4: "gap", 5: "soon"}
CHIPS = (
    ("all", "All"),
    ("safety", "Safety"),
    ("clock", "Clocks"),
    ("call", "Calls"),
    ("late", "Overdue"),
    ("gap", "Gaps"),
    ("language", "Not English"),
)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its words: what is printed without asking anything further."""

    row: Row
    tier: str
    more: str
    icon: str
    tone: str
    act: str
    extras: tuple[str, ...]
    about: str
    id: str
    page: str
    panel: str
    call: str
    first: str
    back: str


@lru_cache(maxsize=1)
def patterns() -> tuple[str, ...]:
    """Return the addresses of a patient's page, panel and call, and her row on Today, with a mark for the identifier.

    Reversing an address costs more than all else a row does, so it is done once and not 400 times a page.
    """
    nobody = UUID(int=0)
    names = ("desk:patient", "desk:panel", "desk:call")
    marked = tuple(reverse(name, args=[nobody]).replace(str(nobody), "%s") for name in names)
    return (*marked, f"{reverse('desk:today')}#row-%s")


TONES = {0: "k-critical", 1: "k-warning", 3: "k-warning"}
ACTS = {"call": "Call", "safety": "Open protocol", "gap": "Mend"}


def line(row: Row, viewer: Viewer) -> Line:
    """Return a row ready to print."""
    act = "Call" if row.first.verb == "Call" else ACTS.get(row.first.kind, "Open")
    identifier = str(row.patient_id)
    page, panel, call, back = (pattern % identifier for pattern in patterns())
    return Line(
        row=row,
        tier=str(row.rank.tier),
        more=f"+{len(row.extras)}" if row.extras else "",
        icon=ICONS[row.rank.tier],
        tone=TONES.get(row.rank.tier, ""),
        act=act,
        extras=tuple(f"{due.verb.lower()}: {due.title}" for due in row.extras),
        about=row.about,
        id=identifier,
        page=page,
        panel=panel,
        call=call,
        first=call if act == "Call" else panel,
        back=back,
    )


def groups(work: Worklist, viewer: Viewer, *, ticked: bool = False) -> list[dict[str, Any]]:
    """Return the rows grouped by tier, in rank order, with words and number of each; `ticked` ones are selected."""
    from throughline.edge.desk.web.rows import row as markup

    found: list[dict[str, Any]] = []
    sizes = Counter(sketch.rank.tier for sketch in work.chosen)
    for tier, rows in groupby(work.rows, key=lambda row: row.rank.tier):
        words, why = ranking.TIER_WORDS[tier]
        html = mark_safe("".join(markup(line(row, viewer), ticked=ticked) for row in rows))  # rows.py escapes
        found.append({"tier": tier, "words": words, "why": why, "size": sizes[tier], "rows": html})
    return found


def chips(work: Worklist, chosen: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """Return the chips that have something to show, the chosen one marked."""
    return [
        {
            "label": label,
            "count": work.counts.get(key, 0),
            "href": f"{reverse('desk:today')}?{urlencode(query | {'show': key})}",
            "pressed": key == chosen,
        }
        for key, label in CHIPS
        if work.counts.get(key, 0) or key in ("all", chosen)
    ]


def token(work: Worklist) -> str:
    """Return a mark of what the list shows, to tell whether it has changed since."""
    import hashlib

    firsts = ((one, one.waiting[0]) for one in work.chosen)
    seen = "|".join(f"{one.patient_id}{one.rank.tier}{first.id}{first.version}" for one, first in firsts)
    return hashlib.blake2s(seen.encode(), digest_size=8).hexdigest()


def answer_row(
    request: HttpRequest, viewer: Viewer, patient_id: UUID, *, said: str, undo: str = "", version: int | None = None
) -> HttpResponse:
    """Return what follows an act in place: the patient's row as it now stands (nothing when it leaves), and a toast.

    Without htmx: back to the page the form came from, to the same row, with words and undo as a message.
    """
    if not is_fragment(request):
        from django.contrib import messages

        messages.success(request, _with_undo(request, said, undo, version) if undo else said)
        back = request.POST.get("next") or reverse("desk:today")
        return redirect(f"{back}#row-{patient_id}" if back.startswith("/") and "//" not in back else "/")
    toast = render_to_string(
        "desk/_toast.html", {"said": said, "undo": undo, "version": version, "patient_id": patient_id}, request
    )
    if request.POST.get("from") == "patient":
        response = HttpResponse(toast)
        response["HX-Trigger"] = "record-changed"
        return response
    left = caseload.worklist(viewer, only=patient_id, holders=_holders(request)).rows
    # A row that leaves keeps its place, empty, so that undo can put it back there.
    body = format_html('<tbody id="row-{}" hidden></tbody>', patient_id)
    if left:
        body = render_to_string("desk/_row.html", {"line": line(left[0], viewer), "moved": True}, request)
    # Beside a row of a table the toast must be parsed on its own, or the browser empties its form.
    return HttpResponse(f"{body}<template>{toast}</template>")


def _with_undo(request: HttpRequest, said: str, undo: str, version: int | None) -> SafeString:
    """Return what was done in words, with the button that takes it back."""
    return format_html(
        '{} <form method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="version" value="{}"><input type="hidden" name="next" value="{}">'
        '<button class="btn btn-s" data-undo>{}</button></form>',
        said,
        undo,
        get_token(request),
        "" if version is None else version,
        request.POST.get("next", ""),
        _("Undo"),
    )


def _holders(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(request.POST["for"])] if request.POST.get("for") else []
    except ValueError:
        return []


def refuse(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a form again with its refusal, status 422, everything typed still in it."""
    return render(request, template, context, status=422)
