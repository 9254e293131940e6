"""The page decorator: who gets in, who is sent where, and what is written down."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from throughline.foundation.access import wall
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.tests.factories import give_role, make_site, make_user, open_record
from throughline.foundation.access.web.page import form_status, page, pages, refusals_into, viewer_of
from throughline.foundation.audit.models import AuditEntry
from throughline.foundation.kernel import actions
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Place, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _marks_forgotten():
    before = dict(pages)
    yield
    pages.clear()
    pages.update(before)


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def patient(site, monkeypatch):
    """A patient as the page sees one: an identifier with a place."""
    there = uuid4()

    def find(value):
        if value != there:
            raise NotFound
        return Place(site_id=site.id, patient_id=there)

    monkeypatch.setitem(actions._locators, "patient_id", find)
    return there


def ask(view, user, *, method="get", htmx=False, **kwargs):
    request = getattr(RequestFactory(), method)("/somewhere/?x=1")
    request.user = user
    request.htmx = SimpleNamespace(boosted=False) if htmx else None
    return view(request, **kwargs)


@page("test.list", needs=Permission.SEARCH_PATIENTS)
def a_list(request, viewer):
    return HttpResponse(f"{viewer.actor.name} {viewer_of(request) is viewer} {sorted(wall.standing().sites)}")


@page("test.record", needs=Permission.SEE_PATIENT, patient="patient_id")
def a_record(request, viewer, patient_id):
    return HttpResponse("the record")


def test_nobody_is_sent_to_sign_in_and_back():
    answer = ask(a_list, AnonymousUser())
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/somewhere/%3Fx%3D1"


def test_htmx_of_nobody_gets_the_sign_in_dialog_not_a_page():
    answer = ask(a_list, AnonymousUser(), htmx=True)
    assert answer.status_code == 401
    assert b"<dialog" in answer.content
    assert b"<html" not in answer.content


def test_the_viewer_is_handed_over_within_her_sites_and_nothing_may_be_cached(site):
    nurse = make_user("case_manager", site, name="Ana Flores")
    answer = ask(a_list, nurse)
    assert answer.content.decode() == f"Ana Flores True [{site.id!r}]"
    assert answer["Cache-Control"] == "no-store"
    assert wall.standing().sites == frozenset()


def test_a_role_without_the_permission_reads_who_can_grant_it(site):
    answer = ask(a_list, make_user("administrator", site))
    assert answer.status_code == 403
    assert "case manager" in answer.content.decode()
    assert "administrator of your site can grant it" in answer.content.decode()
    assert AuditEntry.objects.get(kind="refused").name == "test.list"


def test_a_deactivated_user_may_do_nothing(site):
    assert ask(a_list, make_user("case_manager", site, is_active=False)).status_code == 403


def test_a_role_not_yet_held_counts_for_nothing(site):
    user = make_user(None)
    give_role(user, "case_manager", site, since=datetime(2999, 1, 1, tzinfo=UTC))
    assert ask(a_list, user).status_code == 403


def test_an_assigned_nurse_sees_the_record_and_the_look_is_written_once(site, patient):
    nurse = make_user("case_manager", site)
    open_record(patient, site, user=nurse)
    assert ask(a_record, nurse, patient_id=patient).content == b"the record"
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.patient_id, entry.site_id, entry.actor_id, entry.purpose) == (
        "read",
        patient,
        site.id,
        nurse.id,
        "treatment",
    )


def test_a_post_writes_no_read(site, patient):
    nurse = make_user("case_manager", site)
    open_record(patient, site, user=nurse)
    assert ask(a_record, nurse, method="post", patient_id=patient).status_code == 200
    assert not AuditEntry.objects.exists()


def test_not_hers_is_offered_in_an_emergency_and_written_down(site, patient):
    nurse = make_user("case_manager", site)
    answer = ask(a_record, nurse, patient_id=patient)
    assert answer.status_code == 404
    assert "emergency" in answer.content.decode()
    assert AuditEntry.objects.get().kind == "refused"


def test_not_there_and_not_hers_read_alike_for_roles_without_break_glass(site, patient):
    clerk = make_user("intake_clerk", site)
    not_hers, not_there = (ask(a_record, clerk, patient_id=which) for which in (patient, uuid4()))
    assert not_hers.status_code == not_there.status_code == 404
    assert not_hers.content == not_there.content


def test_another_site_s_patient_is_not_there_even_for_roles_with_break_glass(patient):
    stranger = make_user("case_manager", make_site())
    answer = ask(a_record, stranger, patient_id=patient)
    assert answer.status_code == 404
    assert "emergency" not in answer.content.decode()


def test_the_permission_is_asked_at_the_patient_s_own_site(site, patient):
    user = make_user("case_manager", make_site())
    give_role(user, "administrator", site)
    assert ask(a_record, user, patient_id=patient).status_code == 403


@pytest.mark.parametrize(
    ("raised", "status"), [(Refusal("Not while paused."), 422), (NotPermitted("Ask her."), 403), (NotFound(), 404)]
)
def test_what_an_action_raises_becomes_the_answer(site, raised, status):
    @page("test.raises", needs=None)
    def raises(request, viewer):
        raise raised

    answer = ask(raises, make_user("case_manager", site))
    assert answer.status_code == status
    assert str(raised) in answer.content.decode()


def test_text_the_database_cannot_keep_is_refused_before_the_view(site):
    request = RequestFactory().post("/somewhere/", {"note": "took\0off"})
    request.user, request.htmx = make_user("case_manager", site), None
    answer = a_list(request)
    assert answer.status_code == 422
    assert "cannot be kept" in answer.content.decode()


def test_a_stream_keeps_the_wall_while_it_flows(site):
    @page("test.stream", needs=None)
    def stream(request, viewer):
        return StreamingHttpResponse(str(wall.standing().sites == viewer.site_ids) for _ in range(2))

    answer = ask(stream, make_user("case_manager", site))
    assert b"".join(answer.streaming_content) == b"TrueTrue"
    assert wall.standing().sites == frozenset()


def test_a_refusal_becomes_the_form_s_own_message():
    from django import forms

    form = forms.Form({})
    assert form.is_valid()
    with refusals_into(form):
        raise Refusal("Close the open task first.")
    assert form.errors == {"__all__": ["Close the open task first."]}
    assert form_status(form) == 422


def test_a_missing_permission_is_not_the_form_s_matter():
    from django import forms

    with pytest.raises(NotPermitted), refusals_into(forms.Form({})):
        raise NotPermitted("no")


def test_two_pages_of_one_name_are_refused():
    with pytest.raises(TypeError, match=r"Two pages are called test\.list"):
        page("test.list", needs=None)(lambda request, viewer: None)


@pytest.mark.parametrize(
    ("roles", "purpose"),
    [
        (["auditor"], "operations"),
        (["utilisation_reviewer"], "payment"),
        (["utilisation_reviewer", "auditor"], "payment"),
        (["utilisation_reviewer", "case_manager"], "treatment"),
    ],
)
def test_a_look_is_written_down_for_what_the_readers_roles_are_there_for(site, patient, roles, purpose):
    reader = make_user(roles[0], site)
    for role in roles[1:]:
        give_role(reader, role, site)
    open_record(patient, site, user=reader)
    assert ask(a_record, reader, patient_id=patient).status_code == 200
    assert AuditEntry.objects.get().purpose == purpose
