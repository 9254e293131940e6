"""How long an emergency opening lasts, what must be said for it, and what the roles table promises."""

from datetime import UTC, datetime, timedelta

import pytest

from throughline.foundation.access import rules
from throughline.foundation.access.permissions import ROLES, Permission

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("hours", [1, 4, 24])
def test_an_opening_ends_after_its_hours(hours):
    assert rules.emergency_expiry(NOON, hours) - NOON == timedelta(hours=hours)


@pytest.mark.parametrize("hours", [0, -1, 25])
def test_an_opening_of_no_hours_or_more_than_a_day_is_refused(hours):
    with pytest.raises(ValueError, match="1 to 24 hours"):
        rules.emergency_expiry(NOON, hours)


@pytest.mark.parametrize(
    ("code", "text", "enough"),
    [
        ("urgent-care", "Chest pain on the phone", True),
        ("urgent-care", "  x       ", False),
        ("urgent-care", "", False),
        ("curiosity", "Chest pain on the phone", False),
    ],
)
def test_a_reason_needs_a_word_from_the_list_and_words_of_her_own(code, text, enough):
    assert rules.reason_is_enough(code, text) is enough


@pytest.mark.parametrize(
    ("name", "initials"), [("Ana Flores", "AF"), ("Mary-Jo van Dyke Smith", "MJV"), ("Cher", "C"), ("", "")]
)
def test_initials(name, initials):
    assert rules.initials_of(name) == initials


def test_the_administrator_sees_no_patient_and_the_auditor_changes_nothing():
    assert Permission.SEE_PATIENT not in ROLES["administrator"].permissions
    assert ROLES["auditor"].permissions == {
        Permission.SEE_PATIENT,
        Permission.SEARCH_PATIENTS,
        Permission.REVIEW_ACCESS,
        Permission.EXPORT,
    }


def test_every_permission_is_held_by_some_role_and_administering_by_one_only():
    assert {p for role in ROLES.values() for p in role.permissions} == set(Permission)
    assert [role.key for role in ROLES.values() if Permission.ADMINISTER in role.permissions] == ["administrator"]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("people.patient-list", "read", "Looked at: patient list (patients)"),
        ("contacts.log-call", "write", "Did: log call (contacts)"),
        ("access.export-audit", "export", "Exported: export audit (access)"),
        ("desk.today-row", "refused", "today row (work list)"),
        ("nightly", "", "nightly"),
    ],
)
def test_an_entry_of_the_audit_says_what_was_done_in_words(name, kind, words):
    assert rules.words_of(name, kind) == words
