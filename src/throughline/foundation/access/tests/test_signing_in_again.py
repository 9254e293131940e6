"""Signing in from the dialog over a page whose session ended, and coming back to the page a form was sent from."""

import pytest
from django.test import Client

from throughline.foundation.access.tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}
PASSWORD = "a long enough pass phrase"


@pytest.fixture
def nurse():
    user = make_user("case_manager", make_site())
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(browser, nurse, password=PASSWORD, **headers):
    return browser.post("/session/sign-in/", {"login": nurse.username, "password": password}, headers=headers)


def test_the_right_password_gives_the_page_a_new_token_and_says_whose(nurse):
    browser = Client()
    answer = sign_in(browser, nurse, **HTMX)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "data-token=" in page
    assert f'data-user="{nurse.pk}"' in page
    assert browser.get("/account/").status_code == 200


def test_a_wrong_password_keeps_the_dialog_and_says_so(nurse):
    browser = Client()
    answer = sign_in(browser, nurse, password="something else", **HTMX)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="sign-in-again"' in page
    assert 'role="alert"' in page
    assert "something else" not in page
    assert browser.get("/account/").status_code == 302


def test_without_htmx_it_leads_to_the_sign_in_page(nurse):
    assert sign_in(Client(), nurse)["Location"] == "/accounts/login/"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/p/1/what-matters/?draft=x", "/p/1/what-matters/"),
        ("https://evil.example/p/", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_too_late_leads_back_to_its_page_of_ours(referer, back):
    answer = Client().post("/account/settings/", {}, headers={"referer": referer})
    assert answer["Location"] == f"/accounts/login/?next={back}"
