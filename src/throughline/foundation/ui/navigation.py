"""The sections of the product, in their order; each shows only where its page exists and the viewer may open it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the rail. `needs` is a permission's words; empty for everybody. `letter` follows `g`."""

    url_name: str
    label: str
    icon: str
    needs: str = ""
    letter: str = ""


SECTIONS: tuple[Section, ...] = (
    Section("desk:today", "Today", "today", "work a case: tasks, contacts, notes", "t"),
    Section("desk:patients", "Patients", "patients", "search for patients", "p"),
    Section("coordination:calendar", "Calendar", "calendar", "book, refer and message", "c"),
    Section("coordination:rounds", "Rounds", "rounds", "book, refer and message", "r"),
    Section("intake:board", "Intake", "hand", "enter a referral", "i"),
    Section("coordination:referrals", "Referrals", "send", "book, refer and message", "f"),
    Section("review:caseload", "Gaps", "gap", "work a case: tasks, contacts, notes", "v"),
    Section("coordination:directory", "Directory", "phone", "see a patient's record", "d"),
    Section("coordination:delegated", "Delegated", "assign", "work a case: tasks, contacts, notes", "h"),
    Section("coordination:messages", "Messages", "mail", "book, refer and message", "e"),
    Section("clocks:first", "Clocks", "clock", "start, meet and correct deadlines", "k"),
    Section("clocks:notices", "Notices", "shield", "review authorizations and notices", "n"),
    Section("people:duplicates", "Duplicates", "link", "merge and un-merge patients"),
    Section("caseload:team", "Team", "stack", "see and balance the team's work", "m"),
    Section("access:review", "Access review", "lock", "review who looked at what", ""),
    Section("access:users", "Users", "user", "administer users and sites", ""),
    Section("access:sites", "Sites", "home", "administer users and sites", ""),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a patient's record; its address takes the patient's id. `letter` follows `g` on her pages."""

    key: str
    url_name: str
    label: Any  # translated when it is drawn
    letter: str = ""


PATIENT_TABS: tuple[Tab, ...] = (
    Tab("overview", "desk:patient", _("Overview"), "o"),
    Tab("plan", "careplan:plan", _("Plan"), "l"),
    Tab("assessments", "assessment:list", _("Assessments"), "s"),
    Tab("team", "coordination:team", _("Team"), "e"),
    Tab("messages", "coordination:patient-messages", _("Messages")),
    Tab("calendar", "coordination:patient-calendar", _("Calendar"), "a"),
    Tab("readings", "chart:readings", _("Readings"), "v"),
    Tab("review", "review:patient", _("Gaps")),
    Tab("clocks", "clocks:patient", _("Clocks")),
    Tab("documents", "documents:list", _("Documents"), "d"),
    Tab("story", "desk:story", _("Timeline"), "h"),
    Tab("particulars", "people:particulars", _("Particulars")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A section as the rail draws it."""

    href: str
    label: str
    icon: str
    letter: str
    current: bool


NOBODY = UUID(int=0)  # stands for the patient in an address that is looked up once


@lru_cache(maxsize=64)
def _address(url_name: str) -> str:
    """Return the address of a section, empty where its page does not exist; addresses never change while we run."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=64)
def _tab_address(url_name: str) -> str:
    """Return the address of a tab for the patient `NOBODY`, empty where its page does not exist."""
    try:
        return reverse(url_name, args=[NOBODY])
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=256)
def _needs(href: str) -> str:
    """Return the permission the page at an address asks for, as the page itself says; "" for none."""
    return str(getattr(getattr(resolve(href).func, "page", None), "needs", None) or "")


def may_open(url_name: str, viewer: Any, *args: Any) -> str:
    """Return the address of a page, empty where it does not exist or the viewer lacks the permission it asks for."""
    try:
        href, model = reverse(url_name, args=args), reverse(url_name, args=[NOBODY] * len(args))
    except NoReverseMatch:
        return ""
    needs = _needs(model)
    return href if not needs or (viewer is not None and viewer.may(needs)) else ""


def patient_tabs(patient_id: UUID, current: str, viewer: Any) -> list[Entry]:
    """Return the tabs of a patient's record that the viewer may open, the one called `current` marked."""
    found = []
    for tab in PATIENT_TABS:
        href = _tab_address(tab.url_name)
        if href and (not (needs := _needs(href)) or viewer.may(needs)):
            found.append(
                Entry(href.replace(str(NOBODY), str(patient_id)), str(tab.label), "", tab.letter, tab.key == current)
            )
    return found


def _within(path: str) -> str:
    """Return the address of the section a page lies in where its own does not say so: a patient's page, Today's own."""
    for start, section in (("/p/", "desk:patients"), ("/today/", "desk:today")):
        if path.startswith(start):
            return _address(section)
    return path


def entries(path: str, viewer: Any) -> list[Entry]:
    """Return the sections `viewer` may open, the one `path` lies in marked as current."""
    if viewer is None:
        return []
    found = []
    for section in SECTIONS:
        if section.needs and not viewer.may(section.needs):
            continue
        if href := _address(section.url_name):
            found.append((section, href))
    at = _within(path)
    around = (href for _, href in found if at == href or (href != "/" and at.startswith(href)))
    inside = max(around, key=len, default="")
    return [Entry(href, str(s.label), s.icon, s.letter, href == inside) for s, href in found]
