"""A nurse's first morning: she signs in, sees her patients, finds one, opens her record; others are turned away."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
NURSE = "dana"


def test_a_nurse_signs_in_and_opens_one_of_her_patients(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.page.goto("/")
    assert "/accounts/login/" in dana.page.url
    assert dana.barriers() == []
    dana.sign_in(NURSE)
    assert dana.page.locator("h1").first.is_visible()
    assert dana.barriers() == []

    dana.page.goto("/patients/")
    links = dana.page.locator("main a[href^='/p/']")
    assert links.count() > 3, "the demonstration gives her a caseload"
    assert dana.barriers() == []

    name = links.first.inner_text().strip()
    links.first.click()
    dana.page.wait_for_url(re.compile(r"/p/[0-9a-f-]{36}/"))
    family = re.split(r"[,\s]", name)[0]
    assert family in dana.page.locator("main").inner_text()
    assert dana.barriers() == []
    assert dana.complaints == []


def test_without_javascript_she_reaches_the_same_record(visit: Callable[..., Visitor]) -> None:
    dana = visit(java_script_enabled=False)
    dana.sign_in(NURSE)
    dana.page.goto("/patients/")
    first = dana.page.locator("main a[href^='/p/']").first
    address = first.get_attribute("href")
    first.click()
    assert address
    assert address in dana.page.url
    assert dana.page.locator("h1").first.is_visible()


def test_a_wrong_password_and_a_stranger_see_nothing(visit: Callable[..., Visitor]) -> None:
    stranger = visit()
    stranger.page.goto("/accounts/login/")
    stranger.page.locator("input[name=login]").fill(NURSE)
    stranger.page.locator("input[name=password]").fill("not the password")
    stranger.page.locator("form:has(input[name=password]) button[type=submit]").click()
    assert "/accounts/login/" in stranger.page.url
    assert stranger.page.locator("main a[href^='/p/']").count() == 0
    for address in ("/", "/patients/", "/intake/"):
        stranger.page.goto(address)
        assert "/accounts/login/" in stranger.page.url
