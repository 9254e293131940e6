"""The markup of the rows of the Patients list, put together in Python for the reason the rows of Today are."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from throughline.edge.desk.web.pages import patterns
from throughline.practice.caseload.records import PatientRow


class _Words(NamedTuple):
    """The words of a row in one language, ready to print."""

    deceased: str
    age: str
    owner: str
    contact: str
    opened: str
    programme: str


@lru_cache(maxsize=16)
def _words_of(_language: str | None) -> _Words:
    said = ("Deceased", "Age", "Owner", "Contact", "Opened", "Programme")
    return _Words(*(escape(gettext(word)) for word in said))


def markup(rows: Iterable[PatientRow]) -> SafeString:
    """Return the rows of a table, every word of a record escaped."""
    words = _words_of(get_language())
    page = patterns()[0]
    return mark_safe("\n".join(_row(row, words, page) for row in rows))  # every word of a record is escaped there


def _row(row: PatientRow, words: _Words, page: str) -> str:
    identifier = str(row.patient_id)
    preferred = f' <span class="muted">&ldquo;{escape(row.preferred_name)}&rdquo;</span>' if row.preferred_name else ""
    deceased = f' <span class="tag">{words.deceased}</span>' if row.deceased else ""
    owner = f'<span class="tag k-gap">{escape(row.owner)}</span>' if row.unowned else escape(row.owner)
    return (
        f'<tr id="row-{identifier}" data-row tabindex="-1"><th scope="row">'
        f'<a href="{page % identifier}" data-open>{escape(row.name)}</a>{preferred}{deceased}'
        f'<span class="row__sub">MRN {escape(row.mrn)}, {escape(row.phone)}</span></th>'
        f'<td data-label="{words.age}" class="nowrap">{escape(row.age)}<span class="row__sub">{escape(row.born)}</span>'
        f'</td><td data-label="{words.owner}">{owner}<span class="row__sub">{escape(row.state)}</span></td>'
        f'<td data-label="{words.contact}">{escape(row.last_contact)}</td>'
        f'<td data-label="{words.opened}" class="nowrap">{escape(row.opened)}</td>'
        f'<td data-label="{words.programme}">{escape(row.programmes)}</td></tr>'
    )
