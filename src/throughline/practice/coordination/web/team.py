"""The care team's page, adding somebody by name, and the page of one place: what she is to be shown, and its end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.entered import entered_day, entered_number
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.actions import outside
from throughline.practice.coordination.actions import team as actions
from throughline.practice.coordination.actions.team import MemberIn, SharingIn
from throughline.practice.coordination.queries import directory
from throughline.practice.coordination.queries import sharing as sharing_queries
from throughline.practice.coordination.queries import team as queries
from throughline.practice.coordination.queries.referrals import referrals_of
from throughline.practice.coordination.rules import roles, sharing
from throughline.record.cases import queries as cases
from throughline.record.documents import queries as documents
from throughline.record.people import queries as people


def patient_context(viewer: Viewer, patient_id: UUID, tab: str) -> dict[str, Any]:
    """Return what every page of a patient needs: who she is, her case, the tab that is current."""
    identity = people.identity(viewer, patient_id)
    return {
        "identity": identity,
        "patient_id": patient_id,
        "case": cases.open_case_of(viewer, patient_id),
        "tab": tab,
        "viewer": viewer,
        "may": viewer.may(Permission.COORDINATE, identity.site_id),
    }


def _context(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> dict[str, Any]:
    context = patient_context(viewer, patient_id, "team")
    found = queries.team_of(viewer, patient_id)
    did = request.GET.get("did", "")
    changed = next((m for m in (*found.members, *found.former) if str(m.id) == did), None)
    sent = referrals_of(viewer, patient_id)
    return context | {"team": found, "changed": changed, "roles": roles.ROLES.items(), "referrals": sent}


@require_GET
@page("coordination.team", needs=Permission.SEE_PATIENT, patient="patient_id")
def team(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show who cares for the patient, inside and outside; `?did=` names the place that was just changed."""
    return render(request, "coordination/team.html", _context(request, viewer, patient_id))


@require_POST
@page("coordination.find-member", needs=Permission.COORDINATE, patient="patient_id")
def find(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show who answers to a name; posted, so that no name stands in an address."""
    return _choices(request, viewer, patient_id)


def _choices(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    text = request.POST.get("q", "")
    found = {"candidates": directory.find(viewer, patient_id, text), "q": text.strip(), "patient_id": patient_id}
    if is_fragment(request):
        return render(request, "coordination/_candidates.html", found)
    return render(request, "coordination/team.html", _context(request, viewer, patient_id) | found)


@require_POST
@page("coordination.add-member", needs=Permission.COORDINATE, patient="patient_id")
def add(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Add whoever was chosen; a name alone adds the one who answers to it, several are shown to choose from."""
    post = request.POST
    ref, text = post.get("ref", ""), post.get("q", "")
    if not ref and not post.get("free"):
        found = directory.find(viewer, patient_id, text)
        if len(found) != 1:
            return _choices(request, viewer, patient_id)
        ref = found[0].ref
    typed = {name: post.get(name, "") for name in ("role", "role_other", "why", "words", "phone", "keep")}
    member = MemberIn(ref=ref, name=text, **typed)
    made = actions.add_member(patient_id=patient_id, member=member, by=viewer.actor, at=viewer.at)
    return _back(patient_id, made)


def _back(patient_id: UUID | None, member_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('coordination:team', args=[patient_id])}?did={member_id}#row-{member_id}")


@require_POST
@page("coordination.adopt-outside", needs=Permission.COORDINATE, patient="patient_id")
def adopt(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Put those who were ticked on the team: computed anew here, nothing typed into a form becomes a member."""
    offered = {one.name: one for one in queries.team_of(viewer, patient_id).offered}
    chosen = [offered[name] for name in request.POST.getlist("name") if name in offered]
    members = [MemberIn(ref=one.ref, name=one.name, role=one.role) for one in chosen]
    count = actions.adopt_outside(patient_id=patient_id, members=members, by=viewer.actor, at=viewer.at)
    messages.success(request, f"{count} put on the team. Nothing is shared with anybody before the patient agrees.")
    return redirect("coordination:team", patient_id=patient_id)


@require_GET
@page("coordination.member", needs=Permission.SEE_PATIENT, patient="member_id")
def member(request: HttpRequest, viewer: Viewer, member_id: UUID) -> HttpResponse:
    """Show one place on the team: how to reach her, what she may see, and what of the record that is today."""
    return render(request, "coordination/member.html", _member_context(viewer, member_id))


def _member_context(viewer: Viewer, member_id: UUID) -> dict[str, Any]:
    found = queries.member(viewer, member_id)
    about = documents.documents_about(viewer, outside.subject_of(member_id))
    return patient_context(viewer, found.patient_id, "team") | {
        "member": found,
        "roles": roles.ROLES.items(),
        "channels": actions.CHANNELS.items(),
        "categories": sharing.CATEGORIES,
        "usual": found.categories if found.decision else sharing.USUAL,
        "selection": None if found.is_inside else sharing_queries.selection_for(viewer, found),
        "links": [link for one in about for link in documents.shares_of(viewer, one.id)],
    }


@require_POST
@page("coordination.decide-sharing", needs=Permission.COORDINATE, patient="member_id")
def decide(request: HttpRequest, viewer: Viewer, member_id: UUID) -> HttpResponse:
    """Record what the patient lets her see."""
    post = request.POST
    decided = SharingIn(
        decision=post.get("decision", ""),
        categories=tuple(post.getlist("category")),
        written=post.get("written") == "1",
        given_by=post.get("given_by", ""),
        until=entered_day(post.get("until", "")),
    )
    actions.decide_sharing(member_id=member_id, sharing_in=decided, by=viewer.actor, at=viewer.at)
    return _back(locate("member_id", member_id).patient_id, member_id)


@require_POST
@page("coordination.end-member", needs=Permission.COORDINATE, patient="member_id")
def end(request: HttpRequest, viewer: Viewer, member_id: UUID) -> HttpResponse:
    """End her place on the team."""
    actions.end_member(member_id=member_id, reason=request.POST.get("reason", ""), by=viewer.actor, at=viewer.at)
    return _back(locate("member_id", member_id).patient_id, member_id)


@require_POST
@page("coordination.undo-member", needs=Permission.COORDINATE, patient="member_id")
def undo(request: HttpRequest, viewer: Viewer, member_id: UUID) -> HttpResponse:
    """Take back the last change of her place."""
    version = entered_number(request.POST.get("version", ""), 0)
    actions.undo_member(member_id=member_id, version=version, by=viewer.actor, at=viewer.at)
    messages.success(request, "Undone.")
    return redirect("coordination:team", patient_id=locate("member_id", member_id).patient_id)


@require_POST
@page("coordination.share-with-member", needs=Permission.COORDINATE, patient="member_id")
def share(request: HttpRequest, viewer: Viewer, member_id: UUID) -> HttpResponse:
    """Make a page for a member outside and show its link, this once: only its hash is kept."""
    days = entered_number(request.POST.get("days", ""), outside.DAYS)
    made = outside.share_with(member_id=member_id, viewer=viewer, days=days, by=viewer.actor, at=viewer.at)
    link = request.build_absolute_uri(reverse("documents:shared", args=[made.token]))
    return render(request, "coordination/member.html", _member_context(viewer, member_id) | {"link": link})


@require_POST
@page("coordination.note-contact", needs=Permission.COORDINATE, patient="member_id")
def contacted(request: HttpRequest, viewer: Viewer, member_id: UUID) -> HttpResponse:
    """Keep that we were in touch with her now."""
    actions.note_contact(member_id=member_id, by=viewer.actor, at=viewer.at)
    return _back(locate("member_id", member_id).patient_id, member_id)
