"""One way to edit a shared thing: a form described once, opened, settled field by field, written, or asked about.

    GOAL = EditForm(
        "careplan.edit-goal", "goal_id", _("a goal"),
        fields=(Field("text", _("Goal"), required=True), Field("by_date", _("By"), kind="day", required=True)),
        told="thing_id", within="careplan.plan",
    )

    @page("careplan.edit-goal", needs=Permission.PLAN_CARE, patient="goal_id")
    def edit_goal(request, viewer, goal_id):
        return edit(request, viewer, GOAL, Edit(
            read=lambda: queries.editable_goal(viewer, goal_id),                       # an Editable, fresh each time
            write=lambda changes, was: actions.change_goal(goal_id=goal_id, changes=changes, was=was, by=…, at=…),
            back=reverse(…)))

The form carries the version of each field. What others changed in other fields stays and is said; the same field asks
Yours, Theirs, Both; a refusal shows the form again with what was typed. The action checks once more under its lock
(`kernel.changing.differing`); when it finds a change in that very moment, everything is read and settled anew.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from throughline.foundation.drafts.records import Editable, Key, Settled
from throughline.foundation.drafts.rules import version_of
from throughline.foundation.drafts.web.conflicts import conflict, say_merged, seen_of, settle
from throughline.foundation.journal import queries as journal
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.changing import ChangedMeanwhile
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats

Choices = tuple[tuple[str, Any], ...]
TRIES = 3
_TIME = re.compile(
    r"^(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?(?::[0-5]\d)?\s*(?:(?P<half>[ap])\.?m\.?)?$", re.IGNORECASE
)
# Every edit form of the product: the test of the forms holds each to the locators and to the pages that show it.
every_form: dict[str, "EditForm"] = {}


class UnableToRead(Refusal):
    """What was typed into a field is not of its kind."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is text, lines, voice (the patient's words), choice, day, time, number or phone.

    A phone is kept as `formats.read_phone` gives it and shown as people read it.

    `choices` are (key, words) or what gives them at the time.
    """

    name: str
    label: Any
    kind: str = "text"
    required: bool = False
    most: int = 300
    choices: Choices | Callable[[], Choices] = ()
    hint: Any = ""
    span: tuple[int, int] = (0, 10)

    def options(self) -> Choices:
        """Return the choices as they are now."""
        return self.choices() if callable(self.choices) else self.choices

    @property
    def single(self) -> bool:
        """Whether it holds one value, of which two cannot both stay."""
        return self.kind in ("choice", "day", "time", "number", "phone")

    def text_of(self, value: Any) -> str:
        """Return a held value as the field shows it."""
        if self.kind == "phone":
            return formats.phone(value or "")
        return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)

    def in_words(self, text: str) -> str:
        """Return a value of one piece as a person reads it."""
        if self.kind == "choice":
            return str(dict(self.options()).get(text, text)) or _("Empty")
        if self.kind == "day" and text:
            try:
                return formats.day(date.fromisoformat(text))
            except ValueError:
                return text
        if self.kind == "time" and text:
            return formats.time_of_day(text)
        return text or _("Empty")

    def value_of(self, text: str) -> Any:
        """Return what the record keeps. Raises UnableToRead with the sentence that says what to enter."""
        text = text.strip()
        if self.required and not text:
            raise UnableToRead(_("Enter %(field)s.") % {"field": str(self.label).lower()})
        if self.kind == "choice" and text not in {key for key, _words in self.options()}:
            raise UnableToRead(_("Choose %(field)s from the list.") % {"field": str(self.label).lower()})
        if self.kind == "day":
            return self._day(text)
        if self.kind == "time":
            return self._time(text)
        if self.kind == "phone":
            return formats.read_phone(text)[: self.most]
        return self._number(text) if self.kind == "number" else self._text(text)

    def _text(self, text: str) -> str:
        """Return the text whole: what does not fit is asked about, never cut."""
        if (over := len(text.replace("\r\n", "\n")) - self.most) > 0:
            said = {"field": str(self.label), "over": over, "most": self.most}
            raise UnableToRead(_("%(field)s: shorten it by %(over)s characters; %(most)s fit.") % said)
        return text

    def _time(self, text: str) -> str:
        """Return "14:30" for 14:30 and for 2:30 PM, which a browser without a field for times sends as typed."""
        found = _TIME.match(text)
        if not text:
            return ""
        hour, half = (int(found["hour"]), (found["half"] or "").lower()) if found else (24, "")
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif half:
            hour = 24
        if found is None or hour > 23:
            raise UnableToRead(_("Enter a time such as 2:30 PM."))
        return f"{hour:02d}:{found['minute'] or '00'}"

    def _day(self, text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as wrong:
            raise UnableToRead(_("Enter a date such as 2026-03-14.")) from wrong

    def _number(self, text: str) -> int | None:
        least, most = self.span
        if text and not (text.isdigit() and least <= int(text) <= most):
            raise UnableToRead(_("Enter a number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return int(text) if text else None


@dataclass(frozen=True, slots=True)
class EditForm:
    """What is edited: the form's key and argument (as of a draft), what presence calls it, its fields.

    `told` is the name under which the story's events name the thing, so that who changed it last can be said; `within`
    the page (of the patient) on which colleagues are told that somebody edits a part of it.
    """

    key: str
    argument: str
    words: Any
    fields: tuple[Field, ...]
    told: str
    within: str = ""
    tab: str = ""

    def __post_init__(self) -> None:
        """Keep the form among all of them."""
        every_form.setdefault(self.key, self)

    def labels(self) -> dict[str, str]:
        """Return each field's name with its label."""
        return {one.name: str(one.label) for one in self.fields}

    def single(self) -> dict[str, Callable[[str], str]]:
        """Return the fields of one value with what says it in words."""
        return {one.name: one.in_words for one in self.fields if one.single}

    def one_line(self) -> frozenset[str]:
        """Return the fields of text without lines."""
        return frozenset(one.name for one in self.fields if one.kind == "text")

    def shown(self, held: Mapping[str, Any]) -> dict[str, str]:
        """Return what each field shows of what is held."""
        return {one.name: one.text_of(held[one.name]) for one in self.fields}


@dataclass(frozen=True, slots=True)
class Edit:
    """How one thing is read, written (what changes, and all that was held) and left.

    `choices` are those of fields that depend on the patient or the site.
    """

    read: Callable[[], Editable]
    write: Callable[[dict[str, Any], dict[str, Any]], object]
    back: str
    choices: Mapping[str, Choices] = field(default_factory=dict)


def edit(request: HttpRequest, viewer: Viewer, form: EditForm, one: Edit) -> HttpResponse:
    """Show the form, or write what was sent: merged, asked about (409) or refused (422) with everything typed kept."""
    if one.choices:
        given = tuple(replace(part, choices=one.choices.get(part.name, part.choices)) for part in form.fields)
        form = replace(form, fields=given)
    if request.method != "POST":
        thing = one.read()
        return _shown(request, form, thing, one, form.shown(thing.held))
    for _try in range(TRIES):
        try:
            return _settled(request, viewer, form, one)
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile(_("Several people are changing this at once. Send it again; your words are kept."))


def _settled(request: HttpRequest, viewer: Viewer, form: EditForm, one: Edit) -> HttpResponse:
    thing = one.read()
    settled = settle(request, form.labels(), form.shown(thing.held), form.single(), form.one_line())
    if settled.conflicts:
        who = last_by(viewer, form, thing)
        return conflict(request, settled, changed_by=who, back=one.back, about=thing.about)
    try:
        changes = _changes(form, settled, thing)
        if changes:
            one.write(changes, dict(thing.held))
    except ChangedMeanwhile:
        raise
    except Refusal as refusal:
        return _shown(request, form, thing, one, dict(settled.values), error=str(refusal))
    if settled.theirs:
        say_merged(request, settled, form.labels(), changed_by=last_by(viewer, form, thing, others=True))
    if changes:
        messages.success(request, _("Saved: %(about)s.") % {"about": thing.about})
    return redirect(one.back)


def _changes(form: EditForm, settled: Settled, thing: Editable) -> dict[str, Any]:
    """Return the values to write by field: those that are no longer what is held."""
    now = form.shown(thing.held)
    return {
        one.name: one.value_of(settled.values[one.name])
        for one in form.fields
        if version_of(settled.values[one.name]) != version_of(now[one.name])
    }


def last_by(viewer: Viewer, form: EditForm, thing: Editable, *, others: bool = False) -> str:
    """Return who changed the thing last as the story tells it; with `others` who but the viewer."""
    told = journal.timeline(viewer, thing.patient_id, about={form.told: [thing.id]}, limit=20).lines
    names = [line.actor_name for line in told if not others or line.actor_id != viewer.user_id]
    return names[0] if names else _("A colleague")


def _shown(
    request: HttpRequest, form: EditForm, thing: Editable, one: Edit, values: dict[str, str], *, error: str = ""
) -> HttpResponse:
    now = form.shown(thing.held)
    seen = request.POST.getlist("seen") or seen_of(now)
    context = {
        "form": form,
        "thing": thing,
        "patient_id": thing.patient_id,
        "mark": str(Key(form.key, form.argument, thing.id)),
        "within": str(Key(form.within, "patient_id", thing.patient_id)) if form.within else "",
        "rows": [(part, values[part.name], part.options()) for part in form.fields],
        "seen": seen,
        "back": one.back,
        "error": error,
        "tab": form.tab,
    }
    return render(request, "drafts/edit.html", context, status=422 if error else 200)
