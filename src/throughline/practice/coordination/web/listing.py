"""The directory: practitioners and organizations found, shown, added, changed, taken off, joined and parted."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.audit.queries import changed_last_by
from throughline.foundation.drafts.web.conflicts import conflict, merged, say_merged, seen_of, settle
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.entered import entered_id
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.actions import listing as actions
from throughline.practice.coordination.queries import listing as queries
from throughline.practice.coordination.queries import providers
from throughline.practice.coordination.records.providers import Entry, ListingAsked
from throughline.practice.coordination.web.listing_forms import (
    HOUSE_KINDS,
    OrganizationForm,
    PlaceForm,
    PractitionerForm,
    of_entry,
    spoken,
)
from throughline.record.people import actions as people
from throughline.record.people.queries import part_preview

FILTERS = ("kind", "q", "specialty", "city", "house_kind", "off")
JOINED = "Joined: everything that named either entry names this one. It can be taken back below."
TABS = (("practitioner", "Practitioners"), ("organization", "Organizations"))


@require_GET
@page("coordination.directory", needs=Permission.SEE_PATIENT)
def directory(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show one page of the practitioners or organizations of the viewer's sites."""
    picked = {name: request.GET[name].strip() for name in FILTERS if request.GET.get(name, "").strip()}
    kind = picked.get("kind") if picked.get("kind") in queries.KINDS else "practitioner"
    plain = {name: picked.get(name, "") for name in ("q", "specialty", "city", "house_kind")}
    asked = ListingAsked(kind=str(kind), off="off" in picked, after=request.GET.get("after", ""), **plain)
    found = queries.listing(viewer, asked)
    context = {
        "asked": asked,
        "found": found,
        "tabs": [(key, words, _link(picked, kind=key)) for key, words in TABS],
        "older": _link(picked, after=found.older) if found.older else "",
        "narrowed": bool(set(picked) - {"kind"}) or bool(asked.after),
        "several": len(viewer.site_ids) > 1,
        "may": viewer.may(Permission.COORDINATE),
    }
    return render(request, "coordination/directory.html", context)


def _link(picked: dict[str, str], **change: str) -> str:
    return f"{reverse('coordination:directory')}?{urlencode(picked | change)}"


@require_GET
@page("coordination.practitioner", needs=Permission.SEE_PATIENT, patient="practitioner_id")
def practitioner(request: HttpRequest, viewer: Viewer, practitioner_id: UUID) -> HttpResponse:
    """Show one practitioner; one joined with another leads there."""
    return _entry(request, viewer, "practitioner", practitioner_id)


@require_GET
@page("coordination.organization", needs=Permission.SEE_PATIENT, patient="organization_id")
def organization(request: HttpRequest, viewer: Viewer, organization_id: UUID) -> HttpResponse:
    """Show one organization; one joined with another leads there."""
    return _entry(request, viewer, "organization", organization_id)


def _entry(request: HttpRequest, viewer: Viewer, kind: str, key: UUID) -> HttpResponse:
    found = providers.whole(viewer, kind, key)
    if found.entry.merged_into:
        return redirect(f"coordination:{kind}", found.entry.merged_into)
    may = viewer.may(Permission.COORDINATE, found.entry.site_id)
    context = {
        "whole": found,
        "entry": found.entry,
        "speaks": spoken(found.entry.languages),
        "house_kind": queries.kind_words(found.entry.house_kind),
        "may": may,
        "may_join": viewer.may(Permission.MERGE_PATIENTS, found.entry.site_id),
        "place_form": PlaceForm(houses=queries.houses_of(viewer, found.entry.site_id))
        if may and kind == "practitioner"
        else None,
    }
    return render(request, "coordination/provider.html", context)


@require_http_methods(["GET", "POST"])
@page("coordination.add-practitioner", needs=Permission.COORDINATE)
def add_practitioner(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Add a practitioner with where she works; who may be there already is shown first."""
    sites, site_id = _sites(request, viewer)
    data = request.POST if request.method == "POST" else None
    form, place = PractitionerForm(data), PlaceForm(data, houses=queries.houses_of(viewer, site_id))
    others: tuple[tuple[UUID, str], ...] = ()
    certain = False
    if data is not None and form.is_valid() and place.is_valid():
        with refusals_into(form):
            try:
                made = people.add_practitioner(
                    site_id=site_id, entry=form.entry(), place=place.place(), anyway=bool(data.get("anyway")),
                    by=viewer.actor, at=viewer.at,
                )  # fmt: skip
                return _added(request, "practitioner", made)
            except people.AlreadyListed as refusal:
                others, certain = refusal.others, refusal.certain
                raise
    return _form_page(
        request, form, "practitioner", place=place, sites=sites, site_id=site_id, others=others, certain=certain
    )


@require_http_methods(["GET", "POST"])
@page("coordination.add-organization", needs=Permission.COORDINATE)
def add_organization(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Add an organization; one that may be it already is shown first."""
    sites, site_id = _sites(request, viewer)
    data = request.POST if request.method == "POST" else None
    form = OrganizationForm(data)
    others: tuple[tuple[UUID, str], ...] = ()
    certain = False
    if data is not None and form.is_valid():
        with refusals_into(form):
            try:
                made = people.add_organization(
                    site_id=site_id, entry=form.entry(), anyway=bool(data.get("anyway")), by=viewer.actor, at=viewer.at
                )
                return _added(request, "organization", made)
            except people.AlreadyListed as refusal:
                others, certain = refusal.others, refusal.certain
                raise
    return _form_page(request, form, "organization", sites=sites, site_id=site_id, others=others, certain=certain)


def _sites(request: HttpRequest, viewer: Viewer) -> tuple[list[tuple[UUID, str]], UUID]:
    """Return the sites she may add at, and the one chosen or the first."""
    sites = queries.sites_of(viewer, Permission.COORDINATE)
    wanted = request.POST.get("site") or request.GET.get("site")
    return sites, next((key for key, _ in sites if str(key) == wanted), sites[0][0])


def _added(request: HttpRequest, kind: str, made: UUID) -> HttpResponse:
    messages.success(request, "Added to the directory.")
    return redirect(f"coordination:{kind}", made)


def _form_page(request: HttpRequest, form: Any, kind: str, **context: Any) -> HttpResponse:
    context |= {"form": form, "kind": kind, "person": kind == "practitioner"}
    forms = [form, *([context["place"]] if "place" in context else [])]
    status = max(form_status(one) for one in forms)
    return render(request, "coordination/provider_form.html", context, status=status)


def _edited(
    request: HttpRequest, viewer: Viewer, entry: Entry, form_of: type[Any], write: Callable[[dict[str, Any]], object]
) -> Any:
    """Show the form of an entry, or write it: another field changed meanwhile stays, the same field asks."""
    initial = of_entry(entry)
    labels = {name: str(field.label) for name, field in form_of.base_fields.items()}
    now = {name: str(initial[name] or "") for name in labels}
    settled = settle(request, labels, now, {"kind": lambda key: dict(HOUSE_KINDS).get(key, key)})
    kind = "organization" if form_of is OrganizationForm else "practitioner"
    shown = f"coordination:{kind}"
    if settled.conflicts:
        who = changed_last_by(viewer, f"people.{kind}", entry.id) or _("A colleague")
        return conflict(request, settled, changed_by=who, back=reverse(shown, args=[entry.id]), about=entry.name)
    form = form_of(merged(request, settled), initial=initial)
    if form.is_bound and form.is_valid():
        with refusals_into(form):
            who = changed_last_by(viewer, f"people.{kind}", entry.id, others=True) if settled.theirs else ""
            write(form.entry())
            say_merged(request, settled, labels, changed_by=who or _("A colleague"))
            return redirect(shown, entry.id)
    seen = request.POST.getlist("seen") or seen_of(now)
    return _form_page(request, form, kind, entry=entry, seen=seen)


@require_http_methods(["GET", "POST"])
@page("coordination.change-practitioner", needs=Permission.COORDINATE, patient="practitioner_id")
def change_practitioner(request: HttpRequest, viewer: Viewer, practitioner_id: UUID) -> HttpResponse:
    """Change what a practitioner's entry says."""

    def write(columns: dict[str, Any]) -> None:
        people.change_practitioner(practitioner_id=practitioner_id, entry=columns, by=viewer.actor, at=viewer.at)

    return _edited(request, viewer, providers.entry(viewer, "practitioner", practitioner_id), PractitionerForm, write)


@require_http_methods(["GET", "POST"])
@page("coordination.change-organization", needs=Permission.COORDINATE, patient="organization_id")
def change_organization(request: HttpRequest, viewer: Viewer, organization_id: UUID) -> HttpResponse:
    """Change what an organization's entry says."""

    def write(columns: dict[str, Any]) -> None:
        people.change_organization(organization_id=organization_id, entry=columns, by=viewer.actor, at=viewer.at)

    return _edited(request, viewer, providers.entry(viewer, "organization", organization_id), OrganizationForm, write)


@require_POST
@page("coordination.add-place", needs=Permission.COORDINATE, patient="practitioner_id")
def add_place(request: HttpRequest, viewer: Viewer, practitioner_id: UUID) -> HttpResponse:
    """Note one more place where a practitioner works."""
    entry = providers.entry(viewer, "practitioner", practitioner_id)
    form = PlaceForm(request.POST, houses=queries.houses_of(viewer, entry.site_id))
    if not form.is_valid():
        raise Refusal("Choose the organization from the list.")
    people.add_place(practitioner_id=practitioner_id, place=form.place(), by=viewer.actor, at=viewer.at)
    return redirect("coordination:practitioner", practitioner_id)


@require_POST
@page("coordination.end-place", needs=Permission.COORDINATE, patient="role_id")
def end_place(request: HttpRequest, viewer: Viewer, role_id: UUID) -> HttpResponse:
    """End a place of work."""
    return redirect("coordination:practitioner", people.end_place(role_id=role_id, by=viewer.actor, at=viewer.at))


@require_POST
@page("coordination.list-practitioner", needs=Permission.COORDINATE, patient="practitioner_id")
def list_practitioner(request: HttpRequest, viewer: Viewer, practitioner_id: UUID) -> HttpResponse:
    """Take a practitioner off the directory, or put her back."""
    act: dict[str, Any] = {"practitioner_id": practitioner_id, "by": viewer.actor, "at": viewer.at}
    if request.POST.get("listed"):
        people.list_practitioner(listed=True, **act)
    else:
        actions.take_off_practitioner(**act)
    return redirect("coordination:practitioner", practitioner_id)


@require_POST
@page("coordination.list-organization", needs=Permission.COORDINATE, patient="organization_id")
def list_organization(request: HttpRequest, viewer: Viewer, organization_id: UUID) -> HttpResponse:
    """Take an organization off the directory, or put it back."""
    act: dict[str, Any] = {"organization_id": organization_id, "by": viewer.actor, "at": viewer.at}
    if request.POST.get("listed"):
        people.list_organization(listed=True, **act)
    else:
        actions.take_off_organization(**act)
    return redirect("coordination:organization", organization_id)


@require_POST
@page("coordination.join-practitioners", needs=Permission.MERGE_PATIENTS, patient="practitioner_id")
def join_practitioners(request: HttpRequest, viewer: Viewer, practitioner_id: UUID) -> HttpResponse:
    """Make the entry chosen one with this one, which stays."""
    other = _other(request)
    people.join_practitioners(practitioner_id=other, into_id=practitioner_id, by=viewer.actor, at=viewer.at)
    messages.success(request, JOINED)
    return redirect("coordination:practitioner", practitioner_id)


@require_POST
@page("coordination.join-organizations", needs=Permission.MERGE_PATIENTS, patient="organization_id")
def join_organizations(request: HttpRequest, viewer: Viewer, organization_id: UUID) -> HttpResponse:
    """Make the entry chosen one with this one, which stays."""
    other = _other(request)
    people.join_organizations(organization_id=other, into_id=organization_id, by=viewer.actor, at=viewer.at)
    messages.success(request, JOINED)
    return redirect("coordination:organization", organization_id)


@require_http_methods(["GET", "POST"])
@page("coordination.part-entries", needs=Permission.MERGE_PATIENTS, patient="join_id")
def part_entries(request: HttpRequest, viewer: Viewer, join_id: UUID) -> HttpResponse:
    """Show what taking a join back would do, and take it back."""
    refusal, reason = "", request.POST.get("reason", "")
    if request.method == "POST":
        try:
            restored = people.part_entries(join_id=join_id, reason=reason, by=viewer.actor, at=viewer.at)
        except people.UnableToPart as said:
            refusal = str(said)
        else:
            messages.success(request, "Parted: each entry has its own again, and what was written since stays.")
            return redirect(f"coordination:{part_preview(viewer, join_id).join.kind}", restored)
    context = {"preview": part_preview(viewer, join_id), "refusal": refusal, "reason": reason}
    return render(request, "coordination/part_entries.html", context, status=422 if refusal else 200)


def _other(request: HttpRequest) -> UUID:
    return entered_id(request.POST.get("other", ""), "Choose which entry is the same.")
