"""Possible duplicates: the board, keeping two people apart, merging with a preview, taking a merge back."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.people import actions, queries
from throughline.record.people.records import MergePreview
from throughline.record.people.web.forms import BIRTH_SEXES, GENDERS, LANGUAGES, MARITAL

CODED = {
    "gender": dict(GENDERS),
    "birth_sex": dict(BIRTH_SEXES),
    "marital_status": dict(MARITAL),
    "language": dict(LANGUAGES),
}


@require_GET
@page("people.duplicates", needs=Permission.MERGE_PATIENTS)
def duplicates(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the pairs waiting for a decision, likeliest first."""
    return render(request, "people/duplicates.html", {"pairs": queries.pairs(viewer)})


@require_GET
@page("people.decided", needs=Permission.MERGE_PATIENTS)
def decided(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show what was decided: merges, which can be taken back, and pairs kept apart, which can be reopened."""
    context = {"pairs": queries.pairs(viewer, decided=True), "merges": queries.merges(viewer), "viewer": viewer}
    return render(request, "people/decided.html", context)


@require_POST
@page("people.keep-apart", needs=Permission.MERGE_PATIENTS, patient="pair_id")
def apart(request: HttpRequest, viewer: Viewer, pair_id: UUID) -> HttpResponse:
    """Keep two people apart."""
    actions.keep_apart(pair_id=pair_id, why=request.POST.get("why", ""), by=viewer.actor, at=viewer.at)
    messages.success(request, "Kept as two people. It can be taken back under Decided.")
    return redirect("people:duplicates")


@require_POST
@page("people.reopen-pair", needs=Permission.MERGE_PATIENTS, patient="pair_id")
def reopen(request: HttpRequest, viewer: Viewer, pair_id: UUID) -> HttpResponse:
    """Put a pair kept apart back on the board."""
    actions.reopen_pair(pair_id=pair_id, by=viewer.actor, at=viewer.at)
    messages.success(request, "Back on the board.")
    return redirect("people:duplicates")


@require_http_methods(["GET", "POST"])
@page("people.merge", needs=Permission.MERGE_PATIENTS, patient="patient_id")
def merge(request: HttpRequest, viewer: Viewer, patient_id: UUID, retired_id: UUID) -> HttpResponse:
    """Show what merging the second record into the first would do; merge when confirmed."""
    context = {"refusal": "", "reason": request.POST.get("reason", "")}
    if request.method == "POST":
        take = [name.removeprefix("take-") for name, value in request.POST.items() if value == "theirs"]
        try:
            actions.merge_patients(
                survivor_id=patient_id,
                retired_id=retired_id,
                reason=request.POST.get("reason", ""),
                take=take,
                by=viewer.actor,
                at=viewer.at,
            )
            messages.success(request, "Merged. It can be taken back under Duplicates, Decided.")
            return redirect(f"/p/{patient_id}/")
        except actions.UnableToMerge as refusal:
            context["refusal"] = str(refusal)
    preview = _in_words(queries.merge_preview(viewer, patient_id, retired_id))
    return render(
        request, "people/merge.html", context | {"preview": preview}, status=422 if context["refusal"] else 200
    )


def _in_words(preview: MergePreview) -> MergePreview:
    """Return the preview with codes as the particulars page says them: "Female" for F, "Chinese" for zh."""
    facts = []
    for fact in preview.facts:
        words = CODED.get(fact.name, {})
        ours, theirs = (words.get(value, value) for value in (fact.survivor, fact.retired))
        facts.append(replace(fact, survivor=ours, retired=theirs))
    return replace(preview, facts=tuple(facts))


@require_POST
@page("people.undo-merge", needs=Permission.MERGE_PATIENTS, patient="merge_id")
def undo(request: HttpRequest, viewer: Viewer, merge_id: UUID) -> HttpResponse:
    """Take a merge back: each record has exactly its own rows again."""
    reason = request.POST.get("reason", "")
    actions.unmerge_patients(merge_id=merge_id, reason=reason, by=viewer.actor, at=viewer.at)
    messages.success(request, "Taken back. Both records stand as they did, with what was written since.")
    return redirect("people:decided")
