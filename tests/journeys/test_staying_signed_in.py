"""What was typed outlives the session: a dialog lies over the page, she signs in there or in a second tab, goes on."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor
from throughline.foundation.access.records import DEMO_PASSWORD

pytestmark = pytest.mark.journey

ASK = "htmx.ajax('GET', '/session/', {target: '#session', swap: 'innerHTML'})"  # as the page does every 30 s
NEW_TOKEN = "old => document.querySelector('main input[name=csrfmiddlewaretoken]').value !== old"


def _typed_before_the_end(visitor: Visitor) -> str:
    """Open a form, type, end the session, and return the form's token as it was."""
    visitor.sign_in("adam")
    page = visitor.page
    page.goto("/administration/users/new/")
    page.locator("#id_full_name").fill("Typed Before")
    before = page.locator("main input[name=csrfmiddlewaretoken]").input_value()
    visitor.context.clear_cookies(name="sessionid")
    page.evaluate(ASK)
    page.locator("#sign-in-again").wait_for()
    assert page.evaluate("document.querySelector('#sign-in-again').matches(':modal')")
    return before


def _finish(visitor: Visitor, username: str) -> None:
    page = visitor.page
    page.locator("#id_username").fill(username)
    page.locator("#id_email").fill(f"{username}@example.org")
    page.locator("input[name=roles]").first.check()
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/administration/users/*-*/")
    assert page.locator("h1").inner_text() == "Typed Before"


def test_she_signs_in_over_the_page_and_goes_on(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    before = _typed_before_the_end(visitor)
    page = visitor.page
    assert visitor.barriers() == []
    page.locator("#again-login").fill("adam")
    page.locator("#again-password").fill("not the password")
    page.locator("#again-sign-in").click()
    page.locator("#sign-in-again [role=alert]").wait_for()
    page.locator("#again-password").fill(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#sign-in-again").wait_for(state="detached")
    page.wait_for_function(NEW_TOKEN, arg=before)
    _finish(visitor, "typed-before")


def test_she_signs_in_in_a_second_tab_and_goes_on(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    before = _typed_before_the_end(visitor)
    page = visitor.page
    with visitor.context.expect_page() as opened:
        page.locator("#sign-in-again a").click()
    second = opened.value
    second.locator("input[name=login]").fill("adam")
    second.locator("input[name=password]").fill(DEMO_PASSWORD)
    second.locator("form:has(input[name=password]) button[type=submit]").click()
    second.wait_for_url("**/session/back/")
    page.bring_to_front()
    page.locator("#sign-in-again [data-again]").click()
    page.locator("#sign-in-again").wait_for(state="detached")
    page.wait_for_function(NEW_TOKEN, arg=before)
    _finish(visitor, "typed-in-two-tabs")


def test_somebody_else_who_signs_in_does_not_get_the_page(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    _typed_before_the_end(visitor)
    page = visitor.page
    page.locator("#again-login").fill("dana")
    page.locator("#again-password").fill(DEMO_PASSWORD)
    page.locator("#again-sign-in").click()
    page.wait_for_url(lambda address: "/administration/" not in address)
    assert "Typed Before" not in page.content()
