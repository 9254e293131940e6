"""The options and absences of a question, written by Python: a page of nine questions has some seventy of them, and a
template needs five times as long for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.template.defaultfilters import date
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language

from throughline.practice.assessment.web.pages import called
from throughline.practice.assessment.web.questions import ABSENCES, Question

register = template.Library()
register.filter("called", called)
REMEMBERED = 256  # questions as they were shown last: an answer changes one of nine
_STEP = ' aria-current="step"'
QUIET = """ hx-vals='{"quiet": "1"}' hx-swap="none\""""


@register.simple_tag(takes_context=True)
def picks(context: Mapping[str, Any], q: Any, kind: str) -> SafeString:
    """Return the options of a question as radio buttons or checkboxes, each saved when it is picked."""
    name, save_at, language = escape(q.place), escape(context["save_at"]), context.get("wording")
    lang = f' lang="{escape(language)}"' if language else ""
    how = QUIET if kind == "checkbox" else ""
    made = []
    for place, one in enumerate(q.choices):
        value, digit = escape(one.value), escape(one.digit)
        if one.picked:
            made.append(f'<input type="hidden" name="k:{name}" value="{value}">')
        marks = f' data-key="{digit}"' if digit else ""
        marks += " checked" if one.picked else ""
        marks += _focus(context, kind) if q.now and not place else ""
        shown = f"<kbd>{digit}</kbd> " if digit and one.digit != one.text else ""
        made.append(
            f'<label><input type="{kind}" name="q:{name}" value="{value}"{marks} hx-post="{save_at}"{how}> '
            f"{shown}<span{lang}>{escape(one.text)}</span></label>"
        )
    return mark_safe("\n".join(made))  # every part is escaped above


def _focus(context: Mapping[str, Any], kind: str) -> str:
    """Return what takes the focus: the first question of a page, the next one after an answer unless a flag rose."""
    if context.get("moved"):
        return "" if context.get("fresh") else " data-focus"
    return " autofocus" if kind == "radio" else ""


@register.simple_tag(takes_context=True)
def absences(context: Mapping[str, Any], q: Any) -> SafeString:
    """Return refused, unable and not asked as further radio buttons of a question."""
    name, save_at = escape(q.place), escape(context["save_at"])
    return mark_safe(  # every part is escaped
        "\n".join(
            f'<label><input type="radio" name="q:{name}" value="absent:{escape(value)}"'
            f'{" checked" if q.absent == value else ""} hx-post="{save_at}"> {escape(words)}</label>'
            for value, words in context["absences"]
        )
    )


@register.simple_tag(takes_context=True)
def section_lines(context: Mapping[str, Any], done: str, of: str) -> SafeString:
    """Return the lines of the section list, each with its dot and how much of it is answered."""
    made, only = [], len(context["sections"]) == 1
    for section, first in context["sections"]:
        now = section.id == context["current"]
        told = done if section.state == "done" else f"{section.settled} {of} {section.due}"
        made.append(
            f'<li><a href="?at={escape(quote(first))}"{_STEP if now or only else ""}>'
            f'<span class="dot dot-{"now" if now else section.state}"></span>{escape(section.title)}'
            f'<span class="sr">, {escape(told)}</span><span class="end">{section.settled}/{section.due}</span></a></li>'
        )
    return mark_safe("\n".join(made))  # every part is escaped or a number


@register.simple_tag
def band_marks(bar: Mapping[str, Any]) -> SafeString:
    """Return the bands of a score, the score so far and the last one, as marks of a drawing."""
    made = [
        f'<rect class="{"b2" if band["odd"] else "b1"}" x="{band["x"]}" y="26" width="{band["width"]}" height="10"/>'
        for band in bar["bands"]
    ]
    if bar["now"]:
        made.append(f'<rect class="b-now" x="0" y="28" width="{bar["now"]}" height="6"/>')
    if bar["prior"]:
        made.append(f'<path class="b-prior" d="M{bar["prior"]["x"]} 21v20"/>')
    return mark_safe("".join(made))  # numbers, worked out from the instrument


@register.simple_tag(takes_context=True)
def question(context: Mapping[str, Any], q: Any) -> SafeString:
    """Return one question as it is shown; what has not changed since it was shown last is not written anew."""
    prior = context["record"].prior if q.prior else None
    frame = _Frame(
        save_at=context["save_at"],
        wording=context.get("wording", ""),
        prior_at=date(localtime(prior.signed_at), "M j") if prior and prior.signed_at else "",
        error=context.get("error", "") if q.place == context.get("error_at") else "",
        back=context.get("back", "") if q.now else "",
        moved=bool(q.now and context.get("moved")),
        fresh=bool(q.now and context.get("fresh")),
        language=get_language() or "",
    )
    return _shown(q, frame)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Everything beside the question itself that its picture depends on."""

    save_at: str
    wording: str
    prior_at: str
    error: str
    back: str
    moved: bool
    fresh: bool
    language: str


@lru_cache(maxsize=REMEMBERED)
def _shown(q: Question, frame: _Frame) -> SafeString:
    parts = {name: getattr(frame, name) for name in frame.__slots__}
    context = parts | {"q": q, "error_at": q.place if frame.error else "", "absences": ABSENCES}
    return render_to_string("assessment/_question.html", context)
