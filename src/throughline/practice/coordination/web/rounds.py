"""Rounds on the whole screen, one patient at a time, and case conferences. All by plain forms."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.audit.queries import changed_last_by
from throughline.foundation.drafts.web.conflicts import conflict, settle
from throughline.foundation.kernel.actions import NotPermitted, Refusal, locate
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import queries as caseload
from throughline.practice.coordination.actions import rounds as actions
from throughline.practice.coordination.queries import rounds as queries
from throughline.practice.coordination.queries.appointments import zone_of
from throughline.practice.coordination.records.rounds import AnswerIn, ConferenceIn
from throughline.practice.coordination.rules import rounds as rules
from throughline.practice.coordination.rules.moments import UnreadableWhen, read_when
from throughline.practice.coordination.web.team import patient_context
from throughline.record.cases import queries as cases

PRESENT = {"present": _("Present")}


@require_GET
@page("coordination.rounds", needs=Permission.COORDINATE)
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show which lists can be gone through, and the latest rounds."""
    context = {"lists": queries.lists(viewer), "rounds": queries.rounds_of(viewer)}
    return render(request, "coordination/rounds.html", context)


@require_POST
@page("coordination.begin", needs=Permission.COORDINATE)
def begin(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Begin or go on with a round of a list."""
    wanted = request.POST.get("list", "")
    chosen = next((one for one in queries.lists(viewer) if one.key == wanted), None)
    if chosen is None:
        raise Refusal("This list is empty now, or not yours. Choose one from the page of rounds.")
    made = actions.begin_round(
        site_id=chosen.site_id,
        name=chosen.name,
        unit=chosen.unit,
        patients=queries.patients_of(viewer, chosen),
        present=[viewer.actor.name],
        by=viewer.actor,
        at=viewer.at,
    )
    return redirect("coordination:round", round_id=made)


@require_GET
@page("coordination.round", needs=Permission.COORDINATE, patient="round_id")
def board(request: HttpRequest, viewer: Viewer, round_id: UUID) -> HttpResponse:
    """Show a round: first what an earlier one left, then every line; on paper it is the rounds sheet."""
    found = queries.round_shown(viewer, round_id)
    context = {
        "round": found,
        "next": queries.next_entry(viewer, round_id),
        "present_text": "\n".join(found.present),
    }
    return render(request, "coordination/round.html", context)


@require_POST
@page("coordination.present", needs=Permission.COORDINATE, patient="round_id")
def present(request: HttpRequest, viewer: Viewer, round_id: UUID) -> HttpResponse:
    """Write down who takes part; what two write down at once is put side by side."""
    held = queries.round_shown(viewer, round_id).present
    settled = settle(request, PRESENT, {"present": "\n".join(held)})
    if settled.conflicts:
        back = reverse("coordination:round", args=[round_id])
        who = changed_last_by(viewer, "coordination.round", round_id) or _("A colleague")
        return conflict(request, settled, changed_by=who, back=back, about=_("Round"))
    names = rules.present_of(settled.values["present"])
    actions.note_present(round_id=round_id, present=names, was=held, by=viewer.actor, at=viewer.at)
    return redirect("coordination:round", round_id=round_id)


@require_POST
@page("coordination.end-round", needs=Permission.COORDINATE, patient="round_id")
def end(request: HttpRequest, viewer: Viewer, round_id: UUID) -> HttpResponse:
    """End a round."""
    actions.end_round(round_id=round_id, by=viewer.actor, at=viewer.at)
    messages.success(request, "The round ended. What is open stands first in the next one.")
    return redirect("coordination:rounds")


@require_http_methods(["GET", "POST"])
@page("coordination.round-entry", needs=Permission.COORDINATE, patient="round_entry_id")
def entry(request: HttpRequest, viewer: Viewer, round_entry_id: UUID) -> HttpResponse:
    """Ask the four prompts of one patient; an answer goes on to the next."""
    round_id = queries.round_of(viewer, round_entry_id)
    trouble = ""
    if request.method == "POST":
        try:
            _answer(request, viewer, round_entry_id)
            return _onward(viewer, round_id, round_entry_id)
        except NotPermitted:
            raise
        except Refusal as refusal:
            trouble = str(refusal)
    context = _entry_context(viewer, round_id, round_entry_id) | {
        "trouble": trouble,
        "typed": request.POST,
        "did": request.GET.get("did", "") if not trouble else "",
    }
    return render(request, "coordination/round_entry.html", context, status=422 if trouble else 200)


def _answer(request: HttpRequest, viewer: Viewer, round_entry_id: UUID) -> None:
    post = request.POST
    known = {one.key: one.title for one in rules.barriers()}
    chosen, written = known.get(post.get("barrier", ""), ""), post.get("barrier_text", "").strip()
    barrier = ": ".join(part for part in (chosen, written) if part)
    ready = True if post.get("ready") == "yes" else False if barrier or post.get("ready") == "no" else None
    try:
        owner_id = UUID(post["owner"]) if post.get("owner") else None
    except ValueError as error:
        raise rules.UnableToRound("Choose who clears it from the list.") from error
    said = AnswerIn(
        ready=ready,
        barrier=barrier,
        owner_id=owner_id,
        by=post.get("by", "today"),
        question=post.get("question", ""),
    )
    actions.answer(round_entry_id=round_entry_id, said=said, by=viewer.actor, at=viewer.at)


def _onward(viewer: Viewer, round_id: UUID, round_entry_id: UUID) -> HttpResponse:
    following = queries.next_entry(viewer, round_id, round_entry_id)
    if following is None:
        return redirect("coordination:round", round_id=round_id)
    return redirect(f"{reverse('coordination:round-entry', args=[following])}?did={round_entry_id}")


def _entry_context(viewer: Viewer, round_id: UUID, round_entry_id: UUID) -> dict[str, Any]:
    shown = queries.round_shown(viewer, round_id)
    places = [one.id for one in shown.entries]
    here = places.index(round_entry_id)
    found = shown.entries[here]
    case = cases.open_case_of(viewer, found.patient_id)
    return {
        "round": shown,
        "entry": found,
        "number": here + 1,
        "before": places[here - 1] if here else None,
        "after": places[here + 1] if here + 1 < len(places) else None,
        "left": [one for one in shown.unfinished if one.patient_id == found.patient_id],
        "barriers": rules.barriers(),
        "by_words": _moments(viewer, found.patient_id),
        "colleagues": caseload.colleagues(viewer, shown.site_id),
        "matters": case.matters_most if case else "",
        "matters_language": case.matters_most_language if case else "",
        "others": {str(one.id): one.patient_name for one in shown.entries},
    }


def _moments(viewer: Viewer, patient_id: UUID) -> list[tuple[str, str]]:
    """The times by which a barrier can be cleared, as they fall now in the patient's zone; equal ones once."""
    zone = zone_of(viewer, patient_id)
    today = viewer.at.astimezone(ZoneInfo(zone)).date()
    times = {key: rules.by_when(key, at=viewer.at, zone=zone) for key in rules.BY_WHEN}
    if times["soon"] == times["today"]:
        del times["soon"]
    return [(key, formats.moment(when, zone, today)) for key, when in times.items()]


@require_POST
@page("coordination.undo-entry", needs=Permission.COORDINATE, patient="round_entry_id")
def undo(request: HttpRequest, viewer: Viewer, round_entry_id: UUID) -> HttpResponse:
    """Take back an answer and show the patient again."""
    actions.undo_answer(round_entry_id=round_entry_id, by=viewer.actor, at=viewer.at)
    return redirect("coordination:round-entry", round_entry_id=round_entry_id)


@require_http_methods(["GET", "POST"])
@page("coordination.conferences", needs=Permission.SEE_PATIENT, patient="patient_id")
def conferences(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show a patient's case conferences and write the minutes of one; the patient's wishes stand on top."""
    trouble = ""
    if request.method == "POST":
        try:
            made = _hold(request, viewer, patient_id)
            return redirect("coordination:conference", conference_id=made)
        except NotPermitted:
            raise
        except Refusal as refusal:
            trouble = str(refusal)
    context = patient_context(viewer, patient_id, "team") | {
        "conferences": queries.conferences_of(viewer, patient_id),
        "trouble": trouble,
        "typed": request.POST,
        "now": f"today {formats.clock(viewer.at, viewer.time_zone, noon=False)}",
    }
    return render(request, "coordination/conferences.html", context, status=422 if trouble else 200)


def _hold(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> UUID:
    post = request.POST
    if twice := queries.held_a_moment_ago(viewer, patient_id, post.get("question", ""), post.get("minutes", "")):
        return twice
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    try:
        at = read_when(post.get("at", ""), today=today, zone=viewer.time_zone)
    except UnreadableWhen as error:
        raise rules.UnableToRound("Write when the conference was: a day and a time.") from error
    held = ConferenceIn(
        at=at,
        question=post.get("question", ""),
        minutes=post.get("minutes", ""),
        present=tuple(rules.present_of(post.get("present", ""))),
        patient_present=bool(post.get("patient_present")),
        dissent=post.get("dissent", ""),
        decisions=tuple(line.strip() for line in post.get("decisions", "").splitlines() if line.strip()),
    )
    return actions.hold_conference(patient_id=patient_id, conference=held, by=viewer.actor, at=viewer.at)


@require_GET
@page("coordination.conference", needs=Permission.SEE_PATIENT, patient="conference_id")
def conference(request: HttpRequest, viewer: Viewer, conference_id: UUID) -> HttpResponse:
    """Show the minutes of one case conference, to read and to print."""
    found = queries.conference(viewer, conference_id)
    patient_id = locate("conference_id", conference_id).patient_id or found.patient_id
    context = patient_context(viewer, patient_id, "team") | {"conference": found}
    return render(request, "coordination/conference.html", context)
