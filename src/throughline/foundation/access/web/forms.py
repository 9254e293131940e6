"""Forms of access. They ask and convert; what may be done is decided by the actions."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.foundation.access import rules
from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.records import SiteRow
from throughline.foundation.audit.records import AuditSearch
from throughline.foundation.kernel.time import ZONES
from throughline.foundation.kernel.viewer import Viewer

KINDS = {
    "read": _("Looked at a record"),
    "write": _("Changed something"),
    "refused": _("Was refused"),
    "break-glass": _("Opened in an emergency"),
    "export": _("Exported"),
}


def zones() -> list[tuple[str, str]]:
    """Return the time zones to choose from: those of the United States first, where the product's users are."""
    others = sorted(zone for zone in available_timezones() - set(ZONES) if "/" in zone)
    return [(zone, ZONES.get(zone) or zone.replace("_", " ")) for zone in (*ZONES, *others)]


def roles() -> list[tuple[str, str]]:
    """Return the roles to choose from, with their purpose."""
    return [(role.key, f"{role.title}: {role.purpose}") for role in ROLES.values()]


class BreakGlassForm(forms.Form):
    """Why, in an emergency, and for how long."""

    reason_code = forms.ChoiceField(
        label=_("What is the emergency?"), choices=list(rules.EMERGENCY_REASONS.items()), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("In a few words"),
        help_text=_("A reviewer reads this. Write what you need the record for."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    hours = forms.IntegerField(
        label=_("For how many hours"),
        initial=rules.USUAL_HOURS,
        min_value=1,
        max_value=rules.LONGEST_HOURS,
        help_text=_("At most 24. It closes by itself."),
    )


class ReviewForm(forms.Form):
    """What a reviewer found."""

    justified = forms.TypedChoiceField(
        label=_("Was it justified?"),
        choices=[("yes", _("Justified")), ("no", _("Not justified"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(label=_("What you found"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class AuditFilter(forms.Form):
    """What of the audit to show. Dates are days of the reviewer's own time zone; both are included."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("Everything")), *KINDS.items()])
    user = forms.TypedChoiceField(label=_("Who"), required=False, coerce=lambda value: value or None, empty_value=None)
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, people: Collection[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["user"].choices = [("", _("Anybody")), *people]  # type: ignore[attr-defined]

    def search(self, viewer: Viewer) -> AuditSearch:
        """Return what was asked for; fields with an error narrow nothing and show their error."""
        zone = ZoneInfo(viewer.time_zone)
        self.full_clean()
        asked = getattr(self, "cleaned_data", {})
        since, until = asked.get("since"), asked.get("until")
        return AuditSearch(
            since=datetime.combine(since, time.min, zone) if since else None,
            until=datetime.combine(until, time.max, zone) if until else None,
            patient_id=asked.get("patient"),
            actor_id=asked.get("user"),
            kinds=(asked["kind"],) if asked.get("kind") else (),
        )


class UserForm(forms.Form):
    """A new account."""

    site = forms.ChoiceField(label=_("Site"))
    full_name = forms.CharField(label=_("Full name"), max_length=200)
    credentials = forms.CharField(label=_("Credentials"), help_text=_("Such as RN, CCM"), max_length=60, required=False)
    username = forms.SlugField(label=_("User name"), max_length=60, help_text=_("Letters, digits, - and _"))
    email = forms.EmailField(label=_("Work e-mail"), help_text=_("The link to set a password goes there."))
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=roles, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, sites: Collection[SiteRow]) -> None:
        super().__init__(data)
        self.fields["site"].choices = [(str(site.id), site.name) for site in sites]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """A role at a site, to give or take back."""

    site = forms.ChoiceField(label=_("Site"))
    role = forms.ChoiceField(label=_("Role"), choices=roles)

    def __init__(self, data: Any = None, *, sites: Collection[SiteRow]) -> None:
        super().__init__(data)
        self.fields["site"].choices = [(str(site.id), site.name) for site in sites]  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """Why an account is closed, at which site."""

    site = forms.ChoiceField(label=_("Site"))
    reason = forms.CharField(label=_("Why"), max_length=200, help_text=_("Such as: left the hospital on March 3"))

    def __init__(self, data: Any = None, *, sites: Collection[SiteRow]) -> None:
        super().__init__(data)
        self.fields["site"].choices = [(str(site.id), site.name) for site in sites]  # type: ignore[attr-defined]


class SiteForm(forms.Form):
    """A new site."""

    name = forms.CharField(label=_("Name"), max_length=200)
    key = forms.SlugField(label=_("Key"), max_length=50, help_text=_("Short, for imports: harbor-clinic"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind, kind.capitalize()) for kind in ("hospital", "clinic", "health plan", "community", "practice")],
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)


class SiteChangeForm(forms.Form):
    """Another name or time zone for a site."""

    name = forms.CharField(label=_("Name"), max_length=200)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(label=_("Name of the team"), max_length=120)


class MemberForm(forms.Form):
    """A colleague to put in a team or take out of it."""

    user = forms.UUIDField(label=_("Colleague"))
