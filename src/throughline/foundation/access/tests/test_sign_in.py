"""Signing in, staying signed in, and being signed out."""

from datetime import UTC, datetime, timedelta

import environ
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse

from throughline.edge.site.single_sign_on import single_sign_on
from throughline.foundation.access.queries import has_second_factor
from throughline.foundation.access.tests.factories import PASSWORD, make_site, make_user, signed_in
from throughline.foundation.access.web import timeouts
from throughline.foundation.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


def sign_in(client, user, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": user.username, "password": password, **extra})


def is_signed_in(client):
    return client.get("/account/").status_code == 200


def test_the_page_asks_for_passkey_or_password_without_inline_script(client):
    page = client.get(LOGIN).content.decode()
    assert 'id="passkey_login"' in page
    assert 'name="password"' in page
    assert "<script>" not in page
    assert "Sign up" not in page


def test_a_nurse_signs_in_by_name_or_address_and_comes_back_where_she_was(nurse):
    for name in (nurse.username, nurse.email.upper()):
        client = Client()
        answer = client.post(LOGIN, {"login": name, "password": PASSWORD, "next": "/account/"})
        assert answer.status_code == 302
        assert answer["Location"] == "/account/"
        assert is_signed_in(client)
    assert AuditEntry.objects.filter(kind="sign-in", name="access.sign-in", actor_id=nurse.id).count() == 2


def test_a_redirect_to_elsewhere_is_not_followed(nurse):
    answer = sign_in(Client(), nurse, next="https://evil.example/")
    assert answer["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_read_alike_and_are_on_file(client, nurse):
    pages = []
    for name in (nurse.username, "nobody-here"):
        page = client.post(LOGIN, {"login": name, "password": "wrong"}).content.decode()
        pages.append(page[page.index("<h1") :].replace(name, "").partition("csrfmiddlewaretoken")[0])
        assert "not correct" in page
    assert pages[0] == pages[1]
    typed = AuditEntry.objects.filter(name="access.sign-in-failed").values_list("actor_name", flat=True)
    assert set(typed) == {nurse.username, "nobody-here"}


def test_after_five_wrong_tries_even_the_right_password_waits(client, nurse):
    for _ in range(5):
        sign_in(client, nurse, "wrong")
    assert b"Too many failed" in sign_in(client, nurse).content
    assert not is_signed_in(client)


def test_a_closed_account_does_not_sign_in(client, nurse):
    nurse.is_active = False
    nurse.save()
    sign_in(client, nurse)
    assert not is_signed_in(client)
    told = client.get(client.post(LOGIN, {"login": nurse.username, "password": PASSWORD})["Location"]).content.decode()
    assert "ask an administrator of your site to open it" in told
    assert f'href="{LOGIN}"' in told


def test_nobody_signs_up_and_nobody_changes_her_own_address(client, nurse):
    answer = client.post("/accounts/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD})
    assert b"There is no account for you here yet" in answer.content
    assert not type(nurse).objects.filter(username="x").exists()
    assert signed_in(nurse).get("/accounts/email/").status_code == 404


def test_the_reset_page_does_not_tell_who_has_an_account(client, nurse):
    answers = [client.post("/accounts/password/reset/", {"email": to}) for to in (nurse.email, "nobody@example.org")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/accounts/password/reset/done/")}
    assert [message.to for message in mail.outbox] == [[nurse.email]]


def test_the_reset_link_sets_a_new_password_once_and_does_not_sign_in(client, nurse):
    client.post("/accounts/password/reset/", {"email": nurse.email})
    link = next(word for word in mail.outbox[0].body.split() if "/accounts/password/reset/key/" in word)
    form = client.get(link, follow=True)
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    client.post(form.redirect_chain[-1][0], new)
    assert not is_signed_in(client)
    sign_in(client, nurse, "another long phrase")
    assert is_signed_in(client)
    assert b"csrfmiddlewaretoken" in Client().get(link, follow=True).content
    assert "password1" not in Client().get(link, follow=True).content.decode()


def code_now():
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(SECRET, counter))


def test_with_an_authenticator_app_the_password_alone_is_not_enough(client, nurse):
    TOTP.activate(nurse, SECRET)
    answer = sign_in(client, nurse)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not is_signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    assert is_signed_in(client)


def test_a_recovery_code_works_once(nurse):
    TOTP.activate(nurse, SECRET)
    code = RecoveryCodes.activate(nurse).generate_codes()[0]
    for works in (True, False):
        client = Client()
        sign_in(client, nurse)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_signed_in(client) is works


def test_the_secret_of_an_app_is_not_stored_in_plain(nurse):
    TOTP.activate(nurse, SECRET)
    assert SECRET not in str(Authenticator.objects.get().data)
    assert has_second_factor(nurse.id)


def test_her_own_pages_show_in_the_product_s_shell(nurse):
    client = Client()
    sign_in(client, nurse)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for name in ("mfa_index", "mfa_activate_totp", "usersessions_list", "account_change_password", "mfa_list_webauthn"):
        answer = client.get(reverse(name))
        assert answer.status_code == 200, name
        assert b'class="rail"' in answer.content, name
    assert b"<svg" in client.get(reverse("mfa_activate_totp")).content
    assert b"data:image" not in client.get(reverse("mfa_activate_totp")).content


def test_where_it_is_required_she_adds_a_second_factor_before_anything_else(nurse, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = signed_in(nurse)
    assert client.get("/account/")["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code in (200, 302)
    TOTP.activate(nurse, SECRET)
    assert is_signed_in(client)


def age(client, *, seen=timedelta(0), began=timedelta(0)):
    """Make the session as old as said."""
    session = client.session
    now = datetime.now(UTC)
    session[timeouts.SEEN] = (now - seen).timestamp()
    session[timeouts.BEGAN] = (now - began).timestamp()
    session.save()


def test_after_fifteen_idle_minutes_she_is_signed_out(nurse):
    client = signed_in(nurse)
    age(client, seen=timedelta(minutes=14, seconds=50))
    assert is_signed_in(client)
    age(client, seen=timedelta(minutes=15, seconds=1))
    answer = client.get("/account/")
    assert answer["Location"] == "/accounts/login/?next=/account/"
    assert "time was up" in client.get(answer["Location"]).content.decode()


def test_after_twelve_hours_she_is_signed_out_however_busy(nurse):
    client = signed_in(nurse)
    age(client, began=timedelta(hours=11, minutes=59))
    assert is_signed_in(client)
    age(client, began=timedelta(hours=12, seconds=1))
    assert not is_signed_in(client)


def test_htmx_gets_a_sign_in_dialog_that_leaves_the_page_as_it_is(nurse):
    client = signed_in(nurse)
    age(client, seen=timedelta(minutes=20))
    answer = client.get("/account/", headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (401, "#session")
    assert b'target="_blank"' in answer.content


def test_two_minutes_before_the_end_she_is_asked_and_can_stay(nurse):
    client, htmx = signed_in(nurse), {"hx-request": "true"}
    age(client, seen=timedelta(minutes=12))
    assert b"<dialog" not in client.get("/session/", headers=htmx).content
    age(client, seen=timedelta(minutes=13, seconds=30))
    warning = client.get("/session/", headers=htmx).content
    assert b"<dialog" in warning
    assert b"Stay signed in" in warning
    assert b"<dialog" not in client.post("/session/", headers=htmx).content
    assert b"<dialog" not in client.get("/session/", headers=htmx).content


def test_asking_how_long_is_left_and_a_page_refreshing_itself_are_no_activity(nurse):
    client = signed_in(nurse)
    age(client, seen=timedelta(minutes=10))
    before = client.session[timeouts.SEEN]
    client.get("/session/", headers={"hx-request": "true"})
    client.get("/account/", headers={"X-Throughline-Poll": "1"})
    assert client.session[timeouts.SEEN] == before
    client.get("/account/")
    assert client.session[timeouts.SEEN] > before


def test_staying_works_without_javascript(nurse):
    client = signed_in(nurse)
    age(client, seen=timedelta(minutes=14))
    before = client.session[timeouts.SEEN]
    assert client.post("/session/").status_code == 302
    assert client.session[timeouts.SEEN] > before


def test_the_second_tab_after_signing_in_again_sends_her_back(nurse):
    assert Client().get("/session/back/").status_code == 302
    assert b"go back to the one" in signed_in(nurse).get("/session/back/").content


def test_the_token_of_a_page_is_renewed_after_signing_in_again(nurse):
    client = Client(enforce_csrf_checks=True)
    client.force_login(nurse)
    fragment = client.get("/session/", headers={"hx-request": "true"}).content.decode()
    token = fragment.partition('data-token="')[2].partition('"')[0]
    assert client.post("/session/", {"csrfmiddlewaretoken": token}, headers={"hx-request": "true"}).status_code == 200


def test_single_sign_on_is_off_without_an_address_and_whole_with_one(monkeypatch):
    env = environ.Env()
    monkeypatch.delenv("THROUGHLINE_OIDC_URL", raising=False)
    assert single_sign_on(env) == {}
    for name, value in {"URL": "https://id.example.org", "CLIENT_ID": "throughline", "NAME": "Harbor"}.items():
        monkeypatch.setenv(f"THROUGHLINE_OIDC_{name}", value)
    app = single_sign_on(env)["openid_connect"]["APPS"][0]
    assert (app["client_id"], app["name"]) == ("throughline", "Harbor")
    assert app["settings"]["server_url"] == "https://id.example.org"


def test_the_hospital_s_own_sign_in_is_offered_when_it_is_set(client, settings, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_OIDC_URL", "https://id.example.org")
    monkeypatch.setenv("THROUGHLINE_OIDC_CLIENT_ID", "throughline")
    monkeypatch.setenv("THROUGHLINE_OIDC_NAME", "Harbor Hospital")
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(environ.Env())
    page = client.get(LOGIN).content.decode()
    assert "Sign in with Harbor Hospital" in page
    assert "/accounts/oidc/hospital/login/" in page


def test_my_account_says_what_i_may_do_and_that_a_password_alone_is_weak(nurse):
    page = signed_in(nurse).get("/account/").content.decode()
    assert "Work a case: tasks, contacts, notes" in page
    assert "Only a password protects your account" in page
    TOTP.activate(nurse, SECRET)
    assert "A second factor is set up" in signed_in(nurse).get("/account/").content.decode()
