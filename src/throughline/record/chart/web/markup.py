"""The markup of the chart's lists, put together in Python.

A patient's page shows a hundred of these lines. Written as a template included for each they cost most of the page's
time; every word that comes from a record passes `escape`.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from throughline.foundation.ui.templatetags.ui import icon
from throughline.record.chart.web.cards import Item


def lines(items: Iterable[Item]) -> SafeString:
    """Return facts as the items of a list: what, more, when, how old, from where, by whom."""
    return mark_safe("".join(map(_line, items)))  # every word of a record below is escaped


def _line(item: Item) -> str:
    stay = f' <span class="tag k-info">{icon("bed", "s")} {escape(item["stay"])}</span>' if item.get("stay") else ""
    author = f", {escape(item['author'])}" if item["author"] else ""
    return f'<li>{_what(item, stay)}\n<br><span class="small muted">{_whence(item)}{author}</span></li>'


def allergies(items: Iterable[Item]) -> SafeString:
    """Return allergies as the items of a list; a high risk is said before the name."""
    risk = f'<span class="tag k-critical">{icon("triangle", "s")} {_("high risk")}</span> '
    found = (
        f'<li>{risk if item["high"] else ""}{_what(item)}\n<br><span class="muted">{_whence(item)}</span></li>'
        for item in items
    )
    return mark_safe("".join(found))  # every word of a record is escaped in _what and _whence


def _what(item: Item, tag: str = "") -> str:
    more = f": {escape(str(item['more']))}" if item["more"] else ""
    return f"<b>{escape(item['words'])}</b>{tag}{more}"


def _whence(item: Item) -> str:
    when = f"{escape(item['when'])}, " if item["when"] else ""
    return f"{when}{escape(item['age'])}, {escape(item['source'])}"


def readings(rows: Iterable[Item]) -> SafeString:
    """Return the rows of the observations table."""
    words = {
        "Latest": _("Latest"),
        "When": _("When"),
        "Before": _("Before"),
        "Source": _("Source"),
        "normal": _("normal"),
        "first value": _("first value"),
        "up": _("up"),
        "down": _("down"),
    }
    return mark_safe("".join(_reading(row, words) for row in rows))  # every word of a record below is escaped


def _reading(row: Item, words: dict[str, str]) -> str:
    usual = f'<br><span class="small muted">{words["normal"]} {escape(row["range"])}</span>' if row["range"] else ""
    author = f"<br>{escape(row['author'])}" if row["author"] else ""
    return (
        f'<tr><th scope="row">{escape(row["name"])}{usual}</th>'
        f'<td data-label="{words["Latest"]}"><b>{escape(row["words"])}</b>{_outside(row)}{_change(row, words)}</td>'
        f'<td class="when" data-label="{words["When"]}">{escape(row["when"]) or "–"}<br>'
        f'<span class="small muted">{escape(row["age"])}</span></td>'
        f'<td data-label="{words["Before"]}">{_earlier(row["earlier"], words)}</td>'
        f'<td data-label="{words["Source"]}" class="small">{escape(row["source"])}{author}</td></tr>\n'
    )


def _outside(row: Item) -> str:
    if not row["outside"]:
        return ""
    kind = "k-critical" if row["outside"] == "critical" else "k-warning"
    return f' <span class="tag {kind}">{icon("triangle", "s")} {escape(row["outside"])}</span>'


def _change(row: Item, words: dict[str, str]) -> str:
    if not row["change"]:
        return ""
    way = "up" if row["rising"] else "down"
    return f'<br><span class="small muted">{icon(way, "s")} {words[way]} {escape(row["change"])}</span>'


# A value that may not be broken into lines; longer ones are sentences.
_SHORT, _KEPT = 24, ' class="nowrap"'


def _earlier(before: list[dict[str, Any]], words: dict[str, str]) -> str:
    if not before:
        return f'<span class="muted">{words["first value"]}</span>'
    return "<br>".join(
        f"<span{_KEPT if len(one['words']) <= _SHORT else ''}>{escape(one['words'])} "
        f'<span class="small muted">{escape(one["when"])}</span></span>'
        for one in before
    )
