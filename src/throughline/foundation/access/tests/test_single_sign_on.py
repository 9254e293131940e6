"""The whole ceremony with a provider that speaks OpenID Connect: there, back, and who she is here."""

from urllib.parse import parse_qs, urlsplit

import environ
import pytest
import requests
from django.test import Client

from throughline.edge.site.single_sign_on import single_sign_on
from throughline.foundation.access.tests import identity_provider
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
START, BACK = "/accounts/oidc/hospital/login/", "/accounts/oidc/hospital/login/callback/"


@pytest.fixture
def hospital(settings, monkeypatch):
    with identity_provider.provider() as serving:
        monkeypatch.setenv("THROUGHLINE_OIDC_URL", serving.address)
        monkeypatch.setenv("THROUGHLINE_OIDC_CLIENT_ID", identity_provider.CLIENT)
        monkeypatch.setenv("THROUGHLINE_OIDC_CLIENT_SECRET", identity_provider.SECRET)
        settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(environ.Env())
        yield serving


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


def proven(hospital, nurse, **claims):
    hospital.person = {"sub": f"staff-{nurse.id}", "email": nurse.email, "email_verified": True, **claims}


def go(client, start=START):
    """Follow the browser's way to the provider and back; return the product's answer to the last step."""
    there = client.post(start)
    assert there.status_code == 302
    back = requests.get(there["Location"], allow_redirects=False, timeout=10).headers["Location"]
    asked = urlsplit(back)
    assert (asked.netloc, asked.path) == ("testserver", BACK)
    return client.get(f"{asked.path}?{asked.query}")


def is_signed_in(client):
    return client.get("/account/").status_code == 200


def test_a_nurse_comes_in_by_the_hospital_s_own_sign_in_and_it_is_on_file(hospital, nurse):
    proven(hospital, nurse)
    client = Client()
    answer = go(client, f"{START}?next=/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert is_signed_in(client)
    assert AuditEntry.objects.filter(kind="sign-in", name="access.sign-in", actor_id=nurse.id).count() == 1


def test_the_second_time_the_provider_s_own_number_finds_her_even_under_a_new_address(hospital, nurse):
    proven(hospital, nurse)
    go(Client())
    proven(hospital, nurse, email="married-name@hospital.example")
    client = Client()
    go(client)
    assert is_signed_in(client)
    assert AuditEntry.objects.filter(name="access.sign-in", actor_id=nurse.id).count() == 2


def test_the_browser_is_sent_with_a_state_and_a_challenge_that_only_it_can_answer(hospital):
    asked = parse_qs(urlsplit(Client().post(START)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"][0]
    assert asked["state"][0]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


def test_nobody_without_an_account_gets_in_and_no_account_comes_of_it(hospital, nurse, django_user_model):
    hospital.person = {"sub": "staff-unknown", "email": "unknown@hospital.example", "email_verified": True}
    client = Client()
    answer = go(client)
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    assert "administrator" in page.content.decode()
    assert not is_signed_in(client)
    assert not django_user_model.objects.filter(email="unknown@hospital.example").exists()


def test_a_closed_account_stays_closed(hospital, nurse):
    proven(hospital, nurse)
    nurse.is_active = False
    nurse.save()
    client = Client()
    go(client)
    assert not is_signed_in(client)


@pytest.mark.parametrize("wrong", ["state", "error", "audience", "issuer"])
def test_a_way_back_that_does_not_fit_signs_nobody_in(hospital, nurse, wrong):
    proven(hospital, nurse)
    client = Client()
    if wrong == "state":
        there = client.post(START)["Location"]
        back = urlsplit(requests.get(there, allow_redirects=False, timeout=10).headers["Location"])
        answer = client.get(BACK, {"code": parse_qs(back.query)["code"][0], "state": "somebody-elses"})
    else:
        hospital.refuses = "access_denied" if wrong == "error" else ""
        if wrong != "error":
            setattr(hospital, wrong, "https://elsewhere.example")
        answer = go(client)
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    assert page.status_code < 500
    assert "Sign in" in page.content.decode()
    assert not is_signed_in(client)


def test_a_provider_that_is_down_is_said_and_the_password_still_serves(hospital, settings, nurse):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"
    client = Client(raise_request_exception=False)
    answer = client.post(START)
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    assert page.status_code < 500
    assert "password" in page.content.decode()
