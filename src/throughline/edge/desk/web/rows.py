"""The markup of one row of Today, put together in Python.

A list shows fifty of them. Written as a template they cost twenty times what they cost here, and most of a page's
time; every word that comes from a record passes `escape`.
"""

from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from throughline.edge.desk.web.pages import Line
from throughline.foundation.ui.templatetags.ui import icon


@lru_cache(maxsize=128)
def _in_language(_language: str | None, words: str) -> str:
    return gettext(words)


def _(words: str) -> str:
    """Return the words in the reader's language: asked five times a row, looked up once a process."""
    return _in_language(get_language(), words)


def row(line: Line, *, ticked: bool = False) -> str:
    """Return a closed row, its box ticked when it is selected."""
    return f"{head(line, ticked=ticked)}</tbody>"


def head(line: Line, *, opened: bool = False, focus: bool = False, ticked: bool = False) -> SafeString:
    """Return a row up to the place where its opened part would follow; the caller closes the `tbody`."""
    here, first = line.row, line.row.first
    current = ' aria-current="true"' if opened else ""
    body = (
        f'<tbody class="t{line.tier} one" id="row-{line.id}" data-row'
        f"{' data-focus' if focus else ''}>"
        f'<tr class="row"{current}><td class="row__line"><span class="node">{icon(line.icon)}</span></td>'
        f'<th class="row__who" scope="row"><a href="{line.page}">{escape(here.name)}</a>'
        f'<span class="row__sub">{escape(line.about)}</span></th>'
        f'<td class="row__why"><b>{escape(first.verb)}:</b> {escape(first.title)}{_also(line)}</td>'
        f'<td class="row__due"><b{f" class={chr(34)}{line.tone}{chr(34)}" if line.tone else ""}>'
        f"{escape(first.left) or _('Now')}</b><span>{escape(first.instant)}</span></td>"
        f"{_acts(line, opened, ticked)}</tr>"
    )
    return mark_safe(body)  # every word of a record above is escaped


def _also(line: Line) -> str:
    """Return what else is due, two of it in words, and her private line."""
    items = [f"<li>{escape(words)}</li>" for words in line.extras[:2]]
    if len(line.extras) > 2:
        items.append(f"<li>{len(line.extras) - 2} {_('more')}</li>")
    if line.row.scratch:
        items.append(f'<li class="scratch">{escape(line.row.scratch)}</li>')
    more = f' <span class="more">{line.more}</span>' if line.more else ""
    return f'{more}<ul class="also">{"".join(items)}</ul>' if items else more


def _acts(line: Line, opened: bool, ticked: bool) -> str:
    """Return the act that fits, the details where the act is another, and the box that selects the row.

    A click on a link that only opens something is carried out in place by app.js: writing each address twice, once for
    htmx, would be a tenth of the page. The head of the row names the patient for all of them; the script adds her name.
    """
    task = line.row.first.task_id
    primary = " btn-primary" if line.tier == "0" else ""
    unfold = 'data-key="o"' + (' role="button" aria-expanded="true"' if opened else "")
    where = f'href="{line.back}" hx-get="{line.panel}?open=none" data-close' if opened else f'href="{line.panel}"'
    if line.first == line.panel:
        act = f'<a class="btn btn-s{primary} btn-more" {where} {unfold}>{_(line.act)}</a>'
    else:
        act = (
            f'<a class="btn btn-s{primary}" href="{line.first}">{_(line.act)}</a>'
            f' <a class="btn btn-s btn-icon btn-more" {where} {unfold} aria-label="{_("Details")}"></a>'
        )
    label, tick = _("Select"), " checked" if ticked else ""
    box = f'<input type="checkbox" name="task" value="{task}" form="bulk" data-key="x" aria-label="{label}"{tick}>'
    return f'<td class="row__act">{act}{box if task else ""}</td>'
