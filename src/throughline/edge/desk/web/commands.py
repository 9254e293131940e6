"""The palette: places to go and things to do, found by their words, for the patient at hand or one that is named."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.navigation import entries
from throughline.record.people import queries as people

MOST = 8  # beside patients; after ">" everything that fits
NAMED = 4  # patients offered for an act that was typed with a name


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do or a place to go, found by its words."""

    words: str
    url_name: str
    needs: Permission | None
    query: str = ""


PLACES = (
    Command(gettext_lazy("Register a new patient"), "people:register", Permission.REGISTER_PATIENT),
    Command(gettext_lazy("New referral"), "intake:refer", Permission.REFER_IN),
    Command(gettext_lazy("New practitioner in the directory"), "coordination:add-practitioner", Permission.COORDINATE),
    Command(gettext_lazy("New organization in the directory"), "coordination:add-organization", Permission.COORDINATE),
    Command(gettext_lazy("Print today's sheet"), "desk:sheet", Permission.WORK_CASE),
    Command(gettext_lazy("My account and sign-in"), "access:account", None),
    Command(gettext_lazy("Keyboard shortcuts and help"), "ui:help", None),
)
ACTS = (
    Command(gettext_lazy("Log call"), "desk:call", Permission.WORK_CASE),
    Command(gettext_lazy("New task"), "desk:panel", Permission.WORK_CASE, "?open=task"),
    Command(gettext_lazy("Note"), "desk:panel", Permission.WORK_CASE, "?open=note"),
    Command(gettext_lazy("Book appointment"), "coordination:book", Permission.WORK_CASE),
    Command(gettext_lazy("Refer to a service"), "coordination:refer", Permission.WORK_CASE),
    Command(gettext_lazy("Open the plan"), "careplan:plan", Permission.SEE_PATIENT),
    Command(gettext_lazy("Start an assessment"), "assessment:list", Permission.WORK_CASE),
    Command(gettext_lazy("Care team"), "coordination:team", Permission.SEE_PATIENT),
    Command(gettext_lazy("Documents"), "documents:list", Permission.SEE_PATIENT),
    Command(gettext_lazy("Clocks of the patient"), "clocks:patient", Permission.WORK_CLOCKS),
    Command(gettext_lazy("Timeline"), "desk:story", Permission.SEE_PATIENT),
)


def matching(viewer: Viewer, text: str, subject: UUID | None) -> list[tuple[str, str]]:
    """Return the commands the text finds, words and address. After ">" all of them are listed, else at most eight.

    With a `subject` acts are for her. An act typed with a name ("log call garcia") is offered for whom the name finds.
    """
    only = text.startswith(">")
    typed = text.lstrip("> ").lower()
    if not typed and not only:
        return []
    found = _acts_for(viewer, typed, subject) if subject else _acts_named(viewer, typed)
    found += [(words, address) for words, address in _places(viewer) if _fits(words, typed)]
    return found if only else found[:MOST]


def _fits(words: str, typed: str) -> bool:
    return all(word in words.lower() for word in typed.split())


def _address(command: Command, *arguments: UUID) -> str:
    """Return where a command leads, nothing where its page does not exist."""
    try:
        return reverse(command.url_name, args=arguments) + command.query
    except NoReverseMatch:
        return ""


def _places(viewer: Viewer) -> list[tuple[str, str]]:
    there = [(_("Go to %s") % entry.label, entry.href) for entry in entries("", viewer)]
    allowed = [one for one in PLACES if one.needs is None or viewer.may(one.needs)]
    return there + [(str(one.words), address) for one in allowed if (address := _address(one))]


def _acts_for(viewer: Viewer, typed: str, subject: UUID) -> list[tuple[str, str]]:
    allowed = [one for one in ACTS if one.needs is None or viewer.may(one.needs)]
    fitting = [one for one in allowed if _fits(str(one.words), typed)]
    return [(str(one.words), address) for one in fitting if (address := _address(one, subject))]


def _acts_named(viewer: Viewer, typed: str) -> list[tuple[str, str]]:
    """Return the act the text begins with, for each patient the rest of it finds."""
    for act in ACTS:
        words = str(act.words).lower()
        name = typed.removeprefix(words).strip()
        if not typed.startswith(words) or len(name) < 2 or not (act.needs and viewer.may(act.needs)):
            continue
        seen = [one for one in people.search_patients(viewer, name, limit=NAMED).matches if one.visible]
        lines = [(f"{act.words}: {one.name}, {one.born}", _address(act, one.patient_id)) for one in seen]
        return [(words, address) for words, address in lines if address]
    return []
