"""The offer of what was kept: when it was begun, what was written, Continue or Discard."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.template.loader import render_to_string

from throughline.foundation.drafts.records import Kept
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats


def offer(request: HttpRequest, kept: Kept, fields: list[tuple[str, str, str, bool]], href: str, viewer: Viewer) -> str:
    """Return the offer as it stands before its form; `fields` are (name, label, value, whether it was typed)."""
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    began = formats.moment(kept.began_at, viewer.time_zone, today)
    context = {"kept": kept, "began": began, "fields": fields, "href": href}
    return render_to_string("drafts/_offer.html", context, request)


def plain_fields(kept: Kept) -> list[tuple[str, str, str, bool]]:
    """Return a draft's fields where its form is not at hand: named as the form names them."""
    return [
        (name, name.replace("_", " ").capitalize(), value, bool(value))
        for name, values in kept.words.items()
        for value in values
    ]
