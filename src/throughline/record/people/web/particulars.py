"""A patient's particulars: facts changed in one form, names, phones, addresses, numbers and people added and ended."""

from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.drafts.web.conflicts import conflict, merged, say_merged, seen_of, settle
from throughline.foundation.journal import queries as journal
from throughline.foundation.kernel.entered import entered_day
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.people import actions, queries
from throughline.record.people.queries.identity import today_of
from throughline.record.people.records import Particulars
from throughline.record.people.web.adding import ADDITIONS
from throughline.record.people.web.forms import FactsForm


@require_http_methods(["GET", "POST"])
@page("people.particulars", needs=Permission.EDIT_PATIENT, patient="patient_id")
def particulars(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show everything of who she is; save the facts, or show both versions when another changed the same ones."""
    held = queries.particulars(viewer, patient_id)
    settled = settle(request, FACTS, _as_typed(held))
    if settled.conflicts:
        who, back = _changed_last_by(viewer, patient_id), request.path
        return conflict(request, settled, changed_by=who, back=back, about=held.identity.name)
    form = FactsForm(merged(request, settled), initial=_initial(held), today=today_of(viewer))
    theirs: dict[str, Any] = {}
    if form.is_valid():
        changes = form.changes()
        shown = {name: _shown(request, name, held.facts) for name in held.facts if name in changes}
        try:
            actions.change_particulars(
                patient_id=patient_id, changes=changes, shown=shown, by=viewer.actor, at=viewer.at
            )
            say_merged(request, settled, FACTS, changed_by=_changed_last_by(viewer, patient_id))
            return _done(request, patient_id, "Saved.")
        except actions.ChangedMeanwhile as changed:
            theirs = changed.theirs
            form.add_error(None, str(changed))
        except actions.UnableToChange as refusal:
            form.add_error(None, str(refusal))
    context = _context(held, form, theirs) | {"seen": request.POST.getlist("seen") or seen_of(_as_typed(held))}
    return render(request, "people/particulars.html", context, status=409 if theirs else form_status(form))


# Every fact that is one text; races are several and are settled by the action alone.
FACTS = {name: field.label for name, field in FactsForm.base_fields.items() if name != "race_categories"}


def _as_typed(held: Particulars) -> dict[str, str]:
    initial = _initial(held)
    return {name: "" if initial[name] is None else str(initial[name]) for name in FACTS}


def _changed_last_by(viewer: Viewer, patient_id: UUID) -> str:
    told = journal.timeline(viewer, patient_id, kinds=["people"], limit=1).lines
    return told[0].actor_name if told else "A colleague"


def _initial(held: Particulars) -> dict[str, Any]:
    facts: dict[str, Any] = dict(held.facts)
    facts["birth_date"] = f"{facts['birth_date']:%m/%d/%Y}" if facts["birth_date"] else ""
    facts["interpreter_needed"] = {True: "true", False: "false"}.get(facts["interpreter_needed"], "")
    return facts


def _shown(request: HttpRequest, name: str, facts: dict[str, object]) -> Any:
    """Return what a field said when the form was opened, in the kind the record keeps."""
    said = request.POST.get(f"was-{name}")
    if said is None or any(part.startswith(f"{name}:") for part in request.POST.getlist("seen")):  # settled already
        return facts[name]
    if name == "birth_date":
        return parse_date(said) if said else None
    if name == "interpreter_needed":
        return {"True": True, "False": False}.get(said)
    return [code for code in said.split(",") if code] if name == "race_categories" else said


def _context(
    held: Particulars, form: Any, theirs: dict[str, Any], opened: Any = None, what: str = ""
) -> dict[str, Any]:
    was = {
        name: ",".join(value) if isinstance(value, list) else "" if value is None else value
        for name, value in held.facts.items()
    }
    lists = [
        {"key": key, "about": about, "rows": getattr(held, about.held), "form": opened if key == what else about.form()}
        for key, about in ADDITIONS.items()
    ]
    return {"held": held, "form": form, "was": was.items(), "theirs": theirs.items(), "lists": lists, "open": what}


@require_POST
@page("people.add-particular", needs=Permission.EDIT_PATIENT, patient="patient_id")
def add(request: HttpRequest, viewer: Viewer, patient_id: UUID, what: str) -> HttpResponse:
    """Add a name, phone, address, number or contact person."""
    if what not in ADDITIONS:
        raise Http404
    form = ADDITIONS[what].form(request.POST, today=today_of(viewer))
    if form.is_valid():
        with refusals_into(form):
            form.act(patient_id=patient_id, by=viewer.actor, at=viewer.at)
            return _done(request, patient_id, "Added.", what)
    held = queries.particulars(viewer, patient_id)
    facts = FactsForm(initial=_initial(held), today=today_of(viewer))
    context = _context(held, facts, {}, form, what) | {"seen": seen_of(_as_typed(held))}
    return render(request, "people/particulars.html", context, status=422)


@require_POST
@page("people.end-particular", needs=Permission.EDIT_PATIENT, patient="patient_id")
def end(request: HttpRequest, viewer: Viewer, patient_id: UUID, row_id: UUID) -> HttpResponse:
    """End one thing as of today; it stays on file and findable."""
    what = ADDITIONS.get(request.POST.get("what", ""))
    if what is None:
        raise Http404
    until = today_of(viewer)
    actions.end_particular(
        patient_id=patient_id, what=what.what, row_id=row_id, until=until, by=viewer.actor, at=viewer.at
    )
    return _done(request, patient_id, "Ended as of today; it stays on file.", request.POST["what"])


@require_POST
@page("people.deceased", needs=Permission.EDIT_PATIENT, patient="patient_id")
def deceased(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Record that the patient died, or that this was noted by mistake."""
    if "reason" in request.POST:
        reason = request.POST["reason"]
        actions.take_back_death(patient_id=patient_id, reason=reason, by=viewer.actor, at=viewer.at)
        return _done(request, patient_id, "Taken back: she lives.")
    day, now = entered_day(request.POST.get("on", "")), viewer.at.astimezone(ZoneInfo(viewer.time_zone))
    # Noon is the same day in every zone the record is read in; of today only what has passed.
    died_at = datetime.combine(day, time(12), now.tzinfo) if day else None
    if day == now.date():
        died_at = now
    actions.mark_deceased(patient_id=patient_id, died_at=died_at, by=viewer.actor, at=viewer.at)
    return _done(request, patient_id, "Recorded.")


def _done(request: HttpRequest, patient_id: UUID, said: str, anchor: str = "") -> HttpResponse:
    messages.success(request, said)
    place = redirect("people:particulars", patient_id=patient_id)
    place["Location"] += f"#{anchor}" if anchor else ""
    return place
