"""The markup of a patient's page that repeats: the lines of her story, what is due. Put together in Python.

Fifty lines written as a template cost ten times what they cost here; every word that comes from a record passes
`escape`.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from throughline.foundation.ui.templatetags.ui import icon
from throughline.practice.caseload.records import Due


def story(days: Iterable[dict[str, Any]]) -> SafeString:
    """Return the days of a story with their lines, and the mark where the viewer's last visit ended."""
    above = _("Above: new since your last visit")
    return mark_safe("".join(_day(day, above) for day in days))  # every word of a record below is escaped


def _day(day: dict[str, Any], above: str) -> str:
    return f'<li class="day"><h3>{day["words"]}</h3></li>{"".join(_line(one, above) for one in day["lines"])}'


def _line(one: dict[str, Any], above: str) -> str:
    mark = f'<li class="mark"><span>{above}, {one["mark"]}</span></li>' if one["mark"] else ""
    return (
        f'{mark}<li><span class="node">{icon(one["icon"], "s")}</span><span>{escape(one["sentence"])}'
        f' <span class="small muted">{escape(one["by"])}</span></span>'
        f'<time datetime="{one["iso"]}">{one["time"]}</time></li>\n'
    )


def owners(colleagues: Iterable[tuple[UUID, str]], chosen: UUID | None) -> SafeString:
    """Return colleagues as the options of a choice, the chosen one selected."""
    options = _options(tuple(colleagues))
    return mark_safe(options.replace(f'value="{chosen}"', f'value="{chosen}" selected'))  # the names are escaped


@lru_cache(maxsize=32)
def _options(colleagues: tuple[tuple[UUID, str], ...]) -> str:
    """Return the options of the same colleagues, made once: a large site has a thousand."""
    return "".join(f'<option value="{key}">{escape(name)}</option>' for key, name in colleagues)


def due(items: Iterable[Due]) -> SafeString:
    """Return what is due for a patient as the items of a list; a clock leads to its page."""
    return mark_safe("".join(_due(item) for item in items))  # every word of a record below is escaped


def _due(item: Due) -> str:
    title = escape(item.title)
    if item.clock_id:
        title = f'<a href="{reverse("clocks:clock", args=[item.clock_id])}">{title}</a>'
    when = ", ".join(filter(None, (item.left, item.instant)))
    return f'<li><span><b>{escape(item.verb)}:</b> {title}</span> <span class="end nowrap">{when}</span></li>'
