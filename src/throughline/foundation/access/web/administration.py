"""Administration of users, sites and teams."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundation.access import actions
from throughline.foundation.access import administration_queries as queries
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.records import SiteRow
from throughline.foundation.access.web import forms
from throughline.foundation.access.web.page import form_status, page, refusals_into
from throughline.foundation.kernel.actions import NotFound, Refusal
from throughline.foundation.kernel.viewer import Viewer

ADMINISTER = Permission.ADMINISTER


class NotFilledIn(Refusal):
    """A small form came back without what it needs."""


def _sites(viewer: Viewer) -> list[SiteRow]:
    return queries.sites(viewer, among=queries.sites_where(viewer, ADMINISTER))


def _ids(viewer: Viewer) -> frozenset[UUID]:
    return queries.sites_where(viewer, ADMINISTER)


def _asked(form: Any) -> dict[str, Any]:
    """Return what a small form asks for. Raises NotFilledIn with its errors."""
    if not form.is_valid():
        raise NotFilledIn(" ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items()))
    return dict(form.cleaned_data)


@require_GET
@page("access.users", needs=ADMINISTER, purpose="operations")
def users(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List the users of the viewer's sites."""
    text, with_closed = request.GET.get("q", "").strip(), request.GET.get("show") == "all"
    rows = queries.users(viewer, among=_ids(viewer), text=text, with_closed=with_closed)
    return render(request, "access/users.html", {"rows": rows, "text": text, "with_closed": with_closed})


@require_http_methods(["GET", "POST"])
@page("access.new-user", needs=ADMINISTER, purpose="operations")
def new_user(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make an account."""
    form = forms.UserForm(request.POST or None, sites=_sites(viewer))
    if form.is_valid():
        with refusals_into(form):
            asked = dict(form.cleaned_data)
            site_id = UUID(asked.pop("site"))
            user_id = actions.create_user(site_id=site_id, **asked, by=viewer.actor, at=viewer.at)
            messages.success(request, _("The account is made. She sets her password by “Trouble signing in”."))
            return redirect("access:user", user_id=user_id)
    return render(request, "access/new_user.html", {"form": form}, status=form_status(form))


@require_GET
@page("access.user", needs=ADMINISTER, purpose="operations")
def user(request: HttpRequest, viewer: Viewer, user_id: UUID) -> HttpResponse:
    """Show one user: roles, teams, and what can be done."""
    sites = _sites(viewer)
    shown = {
        "person": queries.user(viewer, user_id, among=_ids(viewer)),
        "role_form": forms.RoleForm(sites=sites),
        "close_form": forms.CloseForm(sites=sites),
    }
    return render(request, "access/user.html", shown)


@require_POST
@page("access.grant-role", needs=ADMINISTER, purpose="operations")
def grant_role(request: HttpRequest, viewer: Viewer, user_id: UUID) -> HttpResponse:
    """Give a role."""
    asked = _asked(forms.RoleForm(request.POST, sites=_sites(viewer)))
    actions.grant_role(user_id=user_id, site_id=UUID(asked["site"]), role=asked["role"], by=viewer.actor, at=viewer.at)
    return redirect("access:user", user_id=user_id)


@require_POST
@page("access.revoke-role", needs=ADMINISTER, purpose="operations")
def revoke_role(request: HttpRequest, viewer: Viewer, user_id: UUID) -> HttpResponse:
    """Take a role back."""
    asked = _asked(forms.RoleForm(request.POST, sites=_sites(viewer)))
    actions.revoke_role(user_id=user_id, site_id=UUID(asked["site"]), role=asked["role"], by=viewer.actor, at=viewer.at)
    return redirect("access:user", user_id=user_id)


@require_POST
@page("access.close-account", needs=ADMINISTER, purpose="operations")
def close_account(request: HttpRequest, viewer: Viewer, user_id: UUID) -> HttpResponse:
    """Close an account and sign its owner out."""
    asked = _asked(forms.CloseForm(request.POST, sites=_sites(viewer)))
    actions.deactivate_user(
        user_id=user_id, site_id=UUID(asked["site"]), reason=asked["reason"], by=viewer.actor, at=viewer.at
    )
    messages.success(request, _("The account is closed and signed out everywhere."))
    return redirect("access:user", user_id=user_id)


@require_POST
@page("access.reopen-account", needs=ADMINISTER, purpose="operations")
def reopen_account(request: HttpRequest, viewer: Viewer, user_id: UUID) -> HttpResponse:
    """Open a closed account again, without roles."""
    asked = _asked(forms.MemberForm({"user": user_id}))
    for site in sorted(_ids(viewer)):
        try:
            actions.reactivate_user(user_id=asked["user"], site_id=site, by=viewer.actor, at=viewer.at)
        except NotFound:
            continue
        messages.success(request, _("The account is open again. Give it a role."))
        return redirect("access:user", user_id=user_id)
    raise NotFound("There is no such user at your sites.")


@require_http_methods(["GET", "POST"])
@page("access.sites", needs=ADMINISTER, purpose="operations")
def sites(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """List the viewer's sites and add one."""
    form = forms.SiteForm(request.POST or None)
    if form.is_valid():
        with refusals_into(form):
            site_id = actions.add_site(**form.cleaned_data, by=viewer.actor, at=viewer.at)
            messages.success(request, _("The site is there, and you administer it."))
            return redirect("access:site", site_id=site_id)
    return render(request, "access/sites.html", {"rows": _sites(viewer), "form": form}, status=form_status(form))


def _site(viewer: Viewer, site_id: UUID) -> SiteRow:
    for site in _sites(viewer):
        if site.id == site_id:
            return site
    raise NotFound("There is no such site of yours.")


@require_http_methods(["GET", "POST"])
@page("access.site", needs=ADMINISTER, purpose="operations")
def site(request: HttpRequest, viewer: Viewer, site_id: UUID) -> HttpResponse:
    """Show a site with its teams, and change its name or time zone."""
    row = _site(viewer, site_id)
    form = forms.SiteChangeForm(request.POST or {"name": row.name, "time_zone": row.time_zone})
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            actions.change_site(site_id=site_id, **form.cleaned_data, by=viewer.actor, at=viewer.at)
            return redirect("access:site", site_id=site_id)
    shown = {
        "site": row,
        "form": form,
        "teams": queries.teams(viewer, site_id=site_id),
        "people": queries.users(viewer, among=[site_id]),
        "team_form": forms.TeamForm(),
    }
    return render(request, "access/site.html", shown, status=form_status(form))


@require_POST
@page("access.new-team", needs=ADMINISTER, purpose="operations")
def new_team(request: HttpRequest, viewer: Viewer, site_id: UUID) -> HttpResponse:
    """Make a team."""
    asked = _asked(forms.TeamForm(request.POST))
    actions.create_team(site_id=_site(viewer, site_id).id, **asked, by=viewer.actor, at=viewer.at)
    return redirect("access:site", site_id=site_id)


@require_POST
@page("access.join-team", needs=ADMINISTER, purpose="operations")
def join_team(request: HttpRequest, viewer: Viewer, team_id: UUID) -> HttpResponse:
    """Put a colleague in a team."""
    asked = _asked(forms.MemberForm(request.POST))
    site_id = actions.join_team(team_id=team_id, user_id=asked["user"], by=viewer.actor, at=viewer.at)
    return redirect("access:site", site_id=site_id)


@require_POST
@page("access.leave-team", needs=ADMINISTER, purpose="operations")
def leave_team(request: HttpRequest, viewer: Viewer, team_id: UUID) -> HttpResponse:
    """Take a colleague out of a team."""
    asked = _asked(forms.MemberForm(request.POST))
    site_id = actions.leave_team(team_id=team_id, user_id=asked["user"], by=viewer.actor, at=viewer.at)
    return redirect("access:site", site_id=site_id)
