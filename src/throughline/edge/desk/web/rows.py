"""The markup of one row of Today, put together in Python.

A list shows fifty of them. Written as a template they cost twenty times what they cost here, and most of a page's
time; every word that comes from a record passes `escape`.
"""

from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from throughline.edge.desk.web.pages import ACTS, Line
from throughline.foundation.ui.templatetags.ui import icon


class _Words(NamedTuple):
    """The words of a row in one language."""

    now: str
    more: str
    details: str
    select: str
    acts: dict[str, str]


@lru_cache(maxsize=16)
def _words_of(_language: str | None) -> _Words:
    """Return the words in the language that is on, looked up once a process and not five times a row."""
    acts = {act: gettext(act) for act in ("Call", "Open", *ACTS.values())}
    return _Words(gettext("Now"), gettext("more"), gettext("Details"), gettext("Select"), acts)


def row(line: Line, *, ticked: bool = False) -> str:
    """Return a closed row, its box ticked when it is selected."""
    return f"{head(line, ticked=ticked)}</tbody>"


def head(line: Line, *, opened: bool = False, focus: bool = False, ticked: bool = False) -> SafeString:
    """Return a row up to the place where its opened part would follow; the caller closes the `tbody`."""
    here, first, words = line.row, line.row.first, _words_of(get_language())
    current = ' aria-current="true"' if opened else ""
    body = (
        f'<tbody class="t{line.tier} one" id="row-{line.id}" data-row'
        f"{' data-focus' if focus else ''}>"
        f'<tr class="row"{current}><td class="row__line"><span class="node">{icon(line.icon)}</span></td>'
        f'<th class="row__who" scope="row"><a href="{line.page}">{escape(here.name)}</a>'
        f'<span class="row__sub">{escape(line.about)}</span></th>'
        f'<td class="row__why"><b>{escape(first.verb)}:</b> {escape(first.title)}{_also(line, words)}</td>'
        f'<td class="row__due"><b{f" class={chr(34)}{line.tone}{chr(34)}" if line.tone else ""}>'
        f"{escape(first.left) or words.now}</b><span>{escape(first.instant)}</span></td>"
        f"{_acts(line, opened, ticked, words)}</tr>"
    )
    return mark_safe(body)  # every word of a record above is escaped


def _also(line: Line, words: _Words) -> str:
    """Return what else is due, two of it in words, and her private line."""
    items = [f"<li>{escape(extra)}</li>" for extra in line.extras[:2]]
    if len(line.extras) > 2:
        items.append(f"<li>{len(line.extras) - 2} {words.more}</li>")
    if line.row.scratch:
        items.append(f'<li class="scratch">{escape(line.row.scratch)}</li>')
    more = f' <span class="more">{line.more}</span>' if line.more else ""
    return f'{more}<ul class="also">{"".join(items)}</ul>' if items else more


def _acts(line: Line, opened: bool, ticked: bool, words: _Words) -> str:
    """Return the act that fits, the details where the act is another, and the box that selects the row.

    A click on a link that only opens something is carried out in place by app.js: writing each address twice, once for
    htmx, would be a tenth of the page. The head of the row names the patient for all of them; the script adds her name.
    """
    task = line.row.first.task_id
    primary = " btn-primary" if line.tier == "0" else ""
    unfold = 'data-key="o"' + (' role="button" aria-expanded="true"' if opened else "")
    where = f'href="{line.back}" hx-get="{line.panel}?open=none" data-close' if opened else f'href="{line.panel}"'
    if line.first == line.panel:
        act = f'<a class="btn btn-s{primary} btn-more" {where} {unfold}>{words.acts[line.act]}</a>'
    else:
        act = (
            f'<a class="btn btn-s{primary}" href="{line.first}">{words.acts[line.act]}</a>'
            f' <a class="btn btn-s btn-icon btn-more" {where} {unfold} aria-label="{words.details}"></a>'
        )
    named = f'aria-label="{words.select}"{" checked" if ticked else ""}'
    box = f'<input type="checkbox" name="task" value="{task}" form="bulk" data-key="x" {named}>'
    return f'<td class="row__act">{act}{box if task else ""}</td>'
