"""Pages of access: emergencies, review, administration."""

import csv
import json
from uuid import uuid4

import pytest
from django.urls import reverse

from throughline.foundation.access import labels
from throughline.foundation.access.models import BreakGlass, Grant, PatientAccess, Site, Team, User
from throughline.foundation.access.tests.factories import (
    give_role,
    make_site,
    make_team,
    make_user,
    open_record,
    signed_in,
)
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.kernel import actions as kernel
from throughline.foundation.kernel.actions import NotFound, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site(name="Harbor Hospital")


@pytest.fixture
def patient(site, monkeypatch):
    there = uuid4()

    def find(value):
        if value != there:
            raise NotFound
        return Place(site.id, there)

    monkeypatch.setitem(kernel._locators, "patient_id", find)
    monkeypatch.setattr(labels, "_namers", [lambda viewer, ids: dict.fromkeys(ids, "Rosa Medina")])
    return there


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site, name="Ana Flores")


@pytest.fixture
def supervisor(site):
    return make_user("supervisor", site)


@pytest.fixture
def admin(site):
    return make_user("administrator", site)


REASON = {"reason_code": "urgent-care", "reason": "Chest pain on the phone", "hours": "4"}


def emergency(patient):
    return reverse("access:break-glass", kwargs={"patient_id": patient})


def test_the_reason_opens_the_record_and_the_form_keeps_what_was_typed_when_it_does_not(nurse, patient):
    client = signed_in(nurse)
    assert b"every opening" in client.get(emergency(patient)).content
    answer = client.post(emergency(patient), {**REASON, "reason": "short"})
    assert answer.status_code == 422
    assert "Choose a reason and say in a few words" in answer.content.decode()
    assert ">\nshort</textarea>" in answer.content.decode()
    assert not BreakGlass.objects.exists()
    answer = client.post(emergency(patient), REASON)
    assert (answer.status_code, answer["Location"]) == (302, f"/p/{patient}/")
    assert PatientAccess.objects.get().kind == "break_glass"


def test_whoever_may_see_the_record_already_is_sent_there(nurse, site, patient):
    open_record(patient, site, user=nurse)
    assert signed_in(nurse).get(emergency(patient))["Location"] == f"/p/{patient}/"


def test_no_emergency_reaches_another_site_or_an_unknown_patient(patient):
    stranger = signed_in(make_user("case_manager", make_site()))
    for which in (patient, uuid4()):
        assert stranger.get(emergency(which)).status_code == 404
        assert stranger.post(emergency(which), REASON).status_code == 404


def test_an_opening_waits_on_the_list_until_somebody_else_has_judged_it(nurse, supervisor, patient):
    signed_in(nurse).post(emergency(patient), REASON)
    client = signed_in(supervisor)
    page = client.get(reverse("access:review")).content.decode()
    assert "Ana Flores" in page
    assert "Rosa Medina" in page
    assert "Chest pain on the phone" in page
    opening = BreakGlass.objects.get()
    address = reverse("access:review-opening", kwargs={"break_glass_id": opening.id})
    assert client.post(address, {"justified": "yes", "finding": ""}).status_code == 422
    assert client.post(address, {"justified": "no", "finding": "Was at lunch."}).status_code == 302
    assert "No emergency opening waits" in client.get(reverse("access:review")).content.decode()
    reviewed = client.get(reverse("access:review"), {"show": "reviewed"}).content.decode()
    assert "Not justified" in reviewed
    assert "Was at lunch." in reviewed


def test_a_reviewer_of_another_site_sees_none_of_it(nurse, patient):
    signed_in(nurse).post(emergency(patient), REASON)
    stranger = signed_in(make_user("auditor", make_site()))
    assert "Ana Flores" not in stranger.get(reverse("access:review")).content.decode()
    address = reverse("access:review-opening", kwargs={"break_glass_id": BreakGlass.objects.get().id})
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"justified": "yes", "finding": "x"}).status_code == 404
    assert "Ana Flores" not in stranger.get(reverse("access:audit")).content.decode()
    assert b"Ana Flores" not in b"".join(stranger.get(reverse("access:export-audit", kwargs={"kind": "csv"})))


def test_a_supervisor_here_who_is_a_nurse_elsewhere_reviews_only_here(nurse, supervisor, patient, site):
    elsewhere = make_site()
    give_role(supervisor, "case_manager", elsewhere)
    AuditEntry.objects.create(
        at=nurse.date_joined, kind="read", name="x.elsewhere", actor_name="N", site_id=elsewhere.id
    )
    AuditEntry.objects.create(at=nurse.date_joined, kind="read", name="x.here", actor_name="N", site_id=site.id)
    page = signed_in(supervisor).get(reverse("access:audit")).content.decode()
    assert "Looked at: here (x)" in page
    assert "elsewhere (x)" not in page


def test_the_audit_is_filtered_paged_and_names_the_refused(nurse, supervisor, site, patient):
    for number in range(60):
        AuditEntry.objects.create(
            at=nurse.date_joined,
            kind="read",
            name=f"x.page-{number}",
            actor_id=nurse.id,
            actor_name="Ana",
            site_id=site.id,
        )
    AuditEntry.objects.create(
        at=nurse.date_joined, kind="refused", name="x.no", actor_name="Bo", site_id=site.id, detail={"why": "not hers"}
    )
    client = signed_in(supervisor)
    first = client.get(reverse("access:audit"), {"kind": "read", "user": str(nurse.id)}).content.decode()
    assert first.count("<tr>") == 51
    assert "not hers" not in first
    older = first.partition('">Older')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert client.get(reverse("access:audit") + older).content.decode().count("<tr>") == 11
    assert "not hers" in client.get(reverse("access:audit"), {"kind": "refused"}).content.decode()
    assert "Nothing on file" in client.get(reverse("access:audit"), {"until": "2001-01-01"}).content.decode()


def test_the_export_holds_what_the_filter_found_and_is_itself_on_file(nurse, supervisor, site):
    AuditEntry.objects.create(at=nurse.date_joined, kind="read", name="x.one", actor_name="=Bo", site_id=site.id)
    AuditEntry.objects.create(at=nurse.date_joined, kind="write", name="x.two", actor_name="Bo", site_id=site.id)
    client = signed_in(supervisor)
    answer = client.get(reverse("access:export-audit", kwargs={"kind": "csv"}), {"kind": "read"})
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert [(row["name"], row["actor_name"]) for row in rows] == [("x.one", "'=Bo")]
    assert "attachment" in answer["Content-Disposition"]
    answer = client.get(reverse("access:export-audit", kwargs={"kind": "ndjson"}), {"kind": "write"})
    names = [json.loads(line)["name"] for line in b"".join(answer.streaming_content).splitlines()]
    assert "x.two" in names
    assert "x.one" not in names
    assert AuditEntry.objects.filter(kind="export", actor_id=supervisor.id, site_id=site.id).count() == 2


def test_a_user_is_made_given_a_role_and_closed(admin, site):
    client = signed_in(admin)
    made = client.post(
        reverse("access:new-user"),
        {
            "site": str(site.id),
            "full_name": "Bea Ortiz",
            "username": "bea",
            "email": "bea@example.org",
            "roles": ["case_manager", "team_nurse"],
        },
    )
    user = User.objects.get(username="bea")
    assert made["Location"] == reverse("access:user", kwargs={"user_id": user.id})
    assert "Case manager" in client.get(made["Location"]).content.decode()
    client.post(reverse("access:revoke-role", kwargs={"user_id": user.id}), {"site": site.id, "role": "team_nurse"})
    client.post(reverse("access:grant-role", kwargs={"user_id": user.id}), {"site": site.id, "role": "supervisor"})
    held = Grant.objects.filter(user=user, until__isnull=True).values_list("role", flat=True)
    assert set(held) == {"case_manager", "supervisor"}
    client.post(reverse("access:close-account", kwargs={"user_id": user.id}), {"site": site.id, "reason": "left"})
    assert not User.objects.get(id=user.id).is_active
    assert "Bea" not in client.get(reverse("access:users")).content.decode()
    assert "Bea" in client.get(reverse("access:users"), {"show": "all"}).content.decode()
    client.post(reverse("access:reopen-account", kwargs={"user_id": user.id}))
    assert User.objects.get(id=user.id).is_active


def test_a_name_in_use_comes_back_as_the_form_s_message(admin, site, nurse):
    answer = signed_in(admin).post(
        reverse("access:new-user"),
        {
            "site": str(site.id),
            "full_name": "B",
            "username": nurse.username,
            "email": "b@example.org",
            "roles": ["auditor"],
        },
    )
    assert answer.status_code == 422
    assert "belongs to an account already" in answer.content.decode()


def test_a_refusal_of_a_button_is_a_sentence(admin, site):
    answer = signed_in(admin).post(
        reverse("access:grant-role", kwargs={"user_id": admin.id}), {"site": str(site.id), "role": "supervisor"}
    )
    assert answer.status_code == 422
    assert "cannot give yourself" in answer.content.decode()


def test_an_administrator_reaches_neither_users_nor_sites_of_others(admin, nurse):
    other = make_site()
    stranger = make_user("case_manager", other)
    client = signed_in(admin)
    assert client.get(reverse("access:user", kwargs={"user_id": stranger.id})).status_code == 404
    assert client.get(reverse("access:site", kwargs={"site_id": other.id})).status_code == 404
    answer = client.post(
        reverse("access:grant-role", kwargs={"user_id": nurse.id}), {"site": str(other.id), "role": "supervisor"}
    )
    assert answer.status_code == 422
    assert not Grant.objects.filter(user=nurse, site=other).exists()
    team = make_team(other)
    assert client.post(reverse("access:join-team", kwargs={"team_id": team.id}), {"user": nurse.id}).status_code == 403


def test_the_list_of_users_costs_a_fixed_number_of_statements(admin, site, django_assert_num_queries):
    from throughline.foundation.access import administration_queries
    from throughline.foundation.access.tests.factories import as_viewer

    viewer = as_viewer(admin)
    for _ in range(2):
        with django_assert_num_queries(4):
            administration_queries.users(viewer, among=[site.id])
        make_team(site, *(make_user("team_nurse", site) for _ in range(10)))


def test_sites_and_teams_are_made_and_filled(admin, site, nurse):
    client = signed_in(admin)
    client.post(
        reverse("access:sites"),
        {"name": "Bay Clinic", "key": "bay", "kind": "clinic", "time_zone": "America/Chicago"},
    )
    bay = Site.objects.get(key="bay")
    assert client.get(reverse("access:site", kwargs={"site_id": bay.id})).status_code == 200
    twice = client.post(
        reverse("access:sites"), {"name": "B", "key": "bay", "kind": "clinic", "time_zone": "America/Chicago"}
    )
    assert twice.status_code == 422
    here = reverse("access:site", kwargs={"site_id": site.id})
    client.post(here, {"name": "Harbor", "time_zone": "America/Denver"})
    assert Site.objects.get(id=site.id).name == "Harbor"
    client.post(reverse("access:new-team", kwargs={"site_id": site.id}), {"name": "Heart"})
    team = Team.objects.get()
    client.post(reverse("access:join-team", kwargs={"team_id": team.id}), {"user": nurse.id})
    assert "Ana Flores" in client.get(here).content.decode().partition("Heart")[2].partition("Put in the team")[0]
    client.post(reverse("access:leave-team", kwargs={"team_id": team.id}), {"user": nurse.id})
    assert not team.memberships.filter(until__isnull=True).exists()


def test_times_are_shown_in_the_viewer_s_own_zone(nurse, supervisor, patient):
    signed_in(nurse).post(emergency(patient), REASON)
    User.objects.filter(id=supervisor.id).update(time_zone="Pacific/Honolulu")
    assert "HST" in signed_in(supervisor).get(reverse("access:review")).content.decode()


@pytest.mark.parametrize("name", ["access:review", "access:audit", "access:users", "access:sites", "access:new-user"])
def test_a_nurse_is_told_who_can_grant_what_she_lacks(nurse, name):
    answer = signed_in(nurse).get(reverse(name))
    assert answer.status_code == 403
    assert "can grant it" in answer.content.decode()
