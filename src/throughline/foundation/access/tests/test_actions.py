"""Users, roles, teams and the relationships that open a record: what is done and what is refused."""

from uuid import uuid4

import pghistory
import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from throughline.foundation.access import actions
from throughline.foundation.access.actions import UnableToDeactivate, UnableToGrant, UnableToOpen
from throughline.foundation.access.models import Grant, PatientAccess, Site, User
from throughline.foundation.access.queries import may_see
from throughline.foundation.access.runtime import DatabaseRuntime
from throughline.foundation.access.tests.factories import (
    NOON,
    as_actor,
    as_viewer,
    give_role,
    make_site,
    make_team,
    make_user,
    open_record,
)
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.foundation.kernel.actor import system

pytestmark = pytest.mark.django_db
SYSTEM = system("test")


@pytest.fixture
def site():
    return make_site(name="Harbor Hospital")


@pytest.fixture
def admin(site):
    return make_user("administrator", site)


def by(user):
    return {"by": as_actor(user), "at": NOON}


FOUNDING = {
    "site_key": "harbor",
    "site_name": "Harbor Hospital",
    "username": "admin",
    "full_name": "Ada Ines Holt",
    "email": "ada@example.org",
    "password": "a long phrase for founding",
}


def test_an_installation_is_founded_once_with_its_first_administrator():
    site_id = actions.found_installation(**FOUNDING, by=SYSTEM, at=NOON)
    first = User.objects.get(username="admin")
    assert first.check_password("a long phrase for founding")
    assert (first.initials, first.is_superuser) == ("AIH", False)
    assert as_viewer(first).may("administer users and sites", site_id)
    with pytest.raises(actions.UnableToFound, match="already has a site"):
        actions.found_installation(**{**FOUNDING, "site_key": "b", "username": "b"}, by=SYSTEM, at=NOON)


def test_founding_with_a_weak_password_leaves_nothing_behind():
    with pytest.raises(actions.UnableToCreateUser, match="too short"):
        actions.found_installation(**{**FOUNDING, "password": "short"}, by=SYSTEM, at=NOON)
    assert not Site.objects.exists()


def test_an_administrator_creates_a_user_with_roles_and_the_story_says_so(site, admin):
    user_id = actions.create_user(
        site_id=site.id,
        username="ana",
        full_name="Ana Flores",
        email="ana@example.org",
        credentials="RN, CCM",
        roles=["case_manager"],
        **by(admin),
    )
    user = User.objects.get(id=user_id)
    assert not user.has_usable_password()
    assert user.time_zone == site.time_zone
    assert list(Grant.objects.filter(user=user).values_list("role", flat=True)) == ["case_manager"]
    assert set(JournalEntry.objects.values_list("sentence", flat=True)) == {
        "Ana Flores, RN, CCM was given an account.",
        "Ana Flores, RN, CCM was given the role case manager.",
    }
    assert AuditEntry.objects.filter(name="access.create-user", actor_id=admin.id, site_id=site.id).exists()


def test_a_name_or_address_in_use_is_refused_whatever_its_case(site, admin):
    taken = make_user("case_manager", site)
    for fields in ({"username": taken.username.upper(), "email": ""}, {"username": "x", "email": taken.email.upper()}):
        with pytest.raises(actions.UnableToCreateUser, match="belongs to an account already"):
            actions.create_user(site_id=site.id, full_name="B", roles=[], **fields, **by(admin))


@pytest.mark.parametrize("role", ["case_manager", "supervisor", "auditor"])
def test_only_administrators_of_that_site_create_users(site, role):
    for user in (make_user(role, site), make_user("administrator", make_site())):
        with pytest.raises(NotPermitted):
            actions.create_user(site_id=site.id, username="x", full_name="X", email="", roles=[], **by(user))
    assert AuditEntry.objects.filter(kind="refused", name="access.create-user").count() == 2


def test_nobody_gives_herself_a_role(site, admin):
    with pytest.raises(UnableToGrant, match="cannot give yourself"):
        actions.grant_role(user_id=admin.id, site_id=site.id, role="case_manager", **by(admin))


def test_a_role_is_given_once_and_taken_back_from_that_moment(site, admin):
    nurse = make_user("case_manager", site)
    with pytest.raises(UnableToGrant, match="here already"):
        actions.grant_role(user_id=nurse.id, site_id=site.id, role="case_manager", **by(admin))
    with pytest.raises(UnableToGrant, match="no role wizard"):
        actions.grant_role(user_id=nurse.id, site_id=site.id, role="wizard", **by(admin))
    actions.revoke_role(user_id=nurse.id, site_id=site.id, role="case_manager", **by(admin))
    assert not as_viewer(nurse).site_ids
    with pytest.raises(UnableToGrant, match="does not have this role"):
        actions.revoke_role(user_id=nurse.id, site_id=site.id, role="case_manager", **by(admin))


def test_a_site_keeps_an_administrator(site, admin):
    second = make_user("administrator", site)
    actions.revoke_role(user_id=second.id, site_id=site.id, role="administrator", **by(admin))
    with pytest.raises(UnableToGrant, match="last administrator"):
        actions.revoke_role(user_id=admin.id, site_id=site.id, role="administrator", **by(admin))


def test_closing_an_account_signs_her_out_ends_everything_she_holds_and_is_announced(site, admin):
    nurse = make_user("case_manager", site, name="Ana Flores")
    patient = uuid4()
    open_record(patient, site, user=nurse)
    make_team(site, nurse)
    session = SessionStore()
    session.create()
    UserSession.objects.create(user=nurse, ip="127.0.0.1", session_key=session.session_key, user_agent="")
    actions.deactivate_user(user_id=nurse.id, site_id=site.id, reason="moved away", **by(admin))
    assert not SessionStore().exists(session.session_key)
    viewer = as_viewer(nurse)
    assert (viewer.site_ids, viewer.team_ids) == (frozenset(), frozenset())
    assert not PatientAccess.objects.filter(until__isnull=True).exists()
    entry = JournalEntry.objects.get(kind="access.user-deactivated")
    assert entry.sentence == "The account of Ana Flores was closed: moved away."


def test_an_account_with_work_left_is_not_closed(site, admin, monkeypatch):
    nurse = make_user("case_manager", site)
    monkeypatch.setattr(
        actions, "_leaving_checks", [lambda user, site, at: "She owns 3 open cases. Assign them first."]
    )
    with pytest.raises(UnableToDeactivate, match="owns 3 open cases"):
        actions.deactivate_user(user_id=nurse.id, site_id=site.id, reason="left", **by(admin))
    with pytest.raises(UnableToGrant, match="owns 3 open cases"):
        actions.revoke_role(user_id=nurse.id, site_id=site.id, role="case_manager", **by(admin))
    assert User.objects.get(id=nurse.id).is_active


def test_one_s_own_account_a_colleague_elsewhere_and_the_last_administrator_stay(site, admin):
    with pytest.raises(UnableToDeactivate, match="your own account"):
        actions.deactivate_user(user_id=admin.id, site_id=site.id, reason="left", **by(admin))
    both = make_user("case_manager", site)
    give_role(both, "case_manager", make_site(name="Bay Clinic"))
    with pytest.raises(UnableToDeactivate, match="works at Bay Clinic too"):
        actions.deactivate_user(user_id=both.id, site_id=site.id, reason="left", **by(admin))
    with pytest.raises(UnableToDeactivate, match="last administrator"):
        actions.deactivate_user(user_id=admin.id, site_id=site.id, reason="left", by=SYSTEM, at=NOON)
    stranger = make_user("case_manager")
    with pytest.raises(NotFound):
        actions.deactivate_user(user_id=stranger.id, site_id=site.id, reason="left", **by(admin))


def test_a_team_s_open_records_are_open_to_who_joins_and_closed_to_who_leaves(site, admin):
    nurse = make_user("case_manager", site)
    team_id = actions.create_team(site_id=site.id, name="Heart", **by(admin))
    patient = uuid4()
    supervisor = make_user("supervisor", site)
    actions.open_patient_access(
        site_id=site.id, patient_id=patient, team_id=team_id, kind="team", source="case:1", **by(supervisor)
    )
    assert not may_see(as_viewer(nurse), patient_id=patient, site_id=site.id)
    actions.join_team(team_id=team_id, user_id=nurse.id, **by(admin))
    assert may_see(as_viewer(nurse), patient_id=patient, site_id=site.id)
    with pytest.raises(actions.UnableToChangeTeam, match="member of this team already"):
        actions.join_team(team_id=team_id, user_id=nurse.id, **by(admin))
    actions.leave_team(team_id=team_id, user_id=nurse.id, **by(admin))
    assert not may_see(as_viewer(nurse), patient_id=patient, site_id=site.id)
    with pytest.raises(actions.UnableToChangeTeam, match="no role at this team's site"):
        actions.join_team(team_id=team_id, user_id=make_user("case_manager").id, **by(admin))


def test_opening_twice_opens_once_and_closing_ends_only_what_that_source_gave(site):
    supervisor, nurse = make_user("supervisor", site), make_user("case_manager", site)
    patient = uuid4()
    what = {"site_id": site.id, "patient_id": patient, "user_id": nurse.id, **by(supervisor)}
    first = actions.open_patient_access(kind="assignment", source="case:1", **what)
    assert actions.open_patient_access(kind="assignment", source="case:1", **what) == first
    actions.open_patient_access(kind="care_team", source="team:9", **what)
    assert actions.close_patient_access(source="case:1", **what) == 1
    assert may_see(as_viewer(nurse), patient_id=patient, site_id=site.id)
    assert actions.close_patient_access(source="team:9", **what) == 1
    assert not may_see(as_viewer(nurse), patient_id=patient, site_id=site.id)
    assert set(AuditEntry.objects.values_list("patient_id", flat=True)) == {patient}


def test_an_emergency_is_no_ordinary_opening_and_it_has_one_holder(site):
    nurse = make_user("case_manager", site)
    what = {"site_id": site.id, "patient_id": uuid4(), "source": "x", **by(nurse)}
    with pytest.raises(UnableToOpen, match="does not open a record"):
        actions.open_patient_access(kind="break_glass", user_id=nurse.id, **what)
    with pytest.raises(UnableToOpen, match="not both"):
        actions.open_patient_access(kind="care_team", **what)


def test_a_relationship_at_one_site_opens_nothing_at_another(site):
    nurse, patient = make_user("case_manager", site), uuid4()
    other = make_site()
    open_record(patient, other, user=nurse)
    assert not may_see(as_viewer(nurse), patient_id=patient, site_id=other.id)


def test_the_history_names_the_author_and_the_act(site):
    nurse = make_user("case_manager", site)
    outer, inner = as_actor(nurse), SYSTEM
    with DatabaseRuntime().transaction(name="outer", by=outer, at=NOON):
        with DatabaseRuntime().transaction(name="inner", by=inner, at=NOON):
            assert connection.in_atomic_block
        assert pghistory.runtime._tracker.value.metadata == {
            "user": str(nurse.id),
            "name": outer.name,
            "action": "outer",
        }
    assert not hasattr(pghistory.runtime._tracker, "value")
