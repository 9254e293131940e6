"""The policy of docs/howto/notifications.md: dialogs for safety alone, no sound, no mail, one row per fact."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.tests.factories import as_actor, make_site, make_user
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.clocks.actions import ClockIn, start_clock
from throughline.record.clocks.models import Clock

PRODUCT = Path(__file__).resolve().parents[2] / "src" / "throughline"
# Each template that opens a dialog over the page, and why it may. "tier 0" is safety; a capability adds its own here.
DIALOGS = {
    "_session.html": "the session itself: two minutes before it ends",
    "_sign_in_again.html": "the session itself: it has ended",
}
OPENS = re.compile(r"<dialog\b|role=[\"']alertdialog[\"']|aria-modal", re.I)
LOUD = re.compile(r"new\s+Audio|\.play\(|<audio|Notification\b|pushManager|navigator\.vibrate|\balert\(|\bconfirm\(")
MAIL = re.compile(r"\b(send_mail|mail_admins|EmailMessage|EmailMultiAlternatives|send_mass_mail)\b")


def test_only_safety_and_the_session_interrupt() -> None:
    opening = {
        path.name: path.relative_to(PRODUCT) for path in PRODUCT.rglob("*.html") if OPENS.search(path.read_text())
    }
    unnamed = {name: where for name, where in opening.items() if name not in DIALOGS}
    assert not unnamed, f"{unnamed} interrupt. Make a row on Today of it, or name it here if it is tier 0."
    assert all(why.startswith(("the session itself", "tier 0")) for why in DIALOGS.values())
    assert set(DIALOGS) == set(opening)


def test_nothing_makes_a_sound_or_pops_up_outside_the_page() -> None:
    wrong = [
        f"{path.relative_to(PRODUCT)}: {found.group()}"
        for pattern in ("*.js", "*.html")
        for path in PRODUCT.rglob(pattern)
        if (found := LOUD.search(path.read_text()))
    ]
    assert not wrong, wrong


def test_nobody_sends_mail_but_sign_in() -> None:
    wrong = [
        str(path.relative_to(PRODUCT))
        for path in PRODUCT.rglob("*.py")
        if "tests" not in path.parts and MAIL.search(path.read_text())
    ]
    assert not wrong, f"{wrong} send mail; what leaves goes through journal/leaving.py"


def test_everybody_with_a_list_has_a_digest_and_nothing_else_to_answer() -> None:
    from throughline.foundation.access import rules

    assert len(rules.digest_times({})) == 2
    assert rules.digest_due(rules.digest_times({"digest": []}), datetime.now(UTC)) is None
    assert ROLES


@pytest.mark.django_db
def test_a_fact_heard_twice_leaves_one_open_clock() -> None:
    site, at = make_site(), datetime.now(UTC)
    nurse = make_user("case_manager", site)
    patient = make_patient(site)
    make_case(site, nurse, patient=patient, at=at)
    begun = ClockIn(key="moon", start=at.isoformat())
    for _ in range(2):
        try:
            start_clock(patient_id=patient.id, clock=begun, by=as_actor(nurse, at=at), at=at)
        except Exception as refusal:
            assert "already" in str(refusal)  # noqa: PT017  # refused or heard once: one row either way
    assert Clock.objects.filter(patient_id=patient.id, rule_key="moon").count() == 1
