"""What was typed outlives the session: a dialog comes, she signs in again in a second tab, and the form still works."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor
from throughline.foundation.access.records import DEMO_PASSWORD

pytestmark = pytest.mark.journey

ASK = "htmx.ajax('GET', '/session/', {target: '#session', swap: 'innerHTML'})"  # as the page does every 30 s


def test_a_form_outlives_a_session_that_ended(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.sign_in("adam")
    page = visitor.page
    page.goto("/administration/users/new/")
    page.locator("#id_full_name").fill("Typed Before")
    before = page.locator("main input[name=csrfmiddlewaretoken]").input_value()
    visitor.context.clear_cookies(name="sessionid")
    page.evaluate(ASK)
    dialog = page.locator("#sign-in-again")
    dialog.wait_for()
    assert page.evaluate("document.querySelector('#sign-in-again').matches(':modal')")
    assert visitor.barriers() == []
    with visitor.context.expect_page() as opened:
        dialog.locator("a").click()
    second = opened.value
    second.locator("input[name=login]").fill("adam")
    second.locator("input[name=password]").fill(DEMO_PASSWORD)
    second.locator("form:has(input[name=password]) button[type=submit]").click()
    second.wait_for_url("**/session/back/")
    page.bring_to_front()
    dialog.locator("button").click()
    page.evaluate(ASK)
    page.wait_for_function(
        "old => document.querySelector('main input[name=csrfmiddlewaretoken]').value !== old", arg=before
    )
    page.locator("#id_username").fill("typed-before")
    page.locator("#id_email").fill("typed-before@example.org")
    page.locator("input[name=roles]").first.check()
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/administration/users/*-*/")
    assert page.locator("h1").inner_text() == "Typed Before"
