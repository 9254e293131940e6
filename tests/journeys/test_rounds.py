"""Rounds in a browser: at most four interactions a patient by keys and by mouse, and the same with JavaScript off."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor
from tests.journeys.meter import Meter

pytestmark = pytest.mark.journey
MOST = 4


def _first(v: Visitor) -> None:
    v.page.goto("/rounds/")
    v.page.locator("form:has-text('own list') button").first.click()
    v.page.wait_for_url(re.compile(r"/rounds/[0-9a-f-]{36}/$"))
    v.page.locator("main a.btn-primary").click()
    v.page.wait_for_url("**/rounds/entry/**")


def _went_on(v: Visitor, was: str) -> None:
    v.page.wait_for_url(lambda url: url != was)
    expect(v.page.locator("#toasts .toast")).to_contain_text("Saved")


def test_a_patient_with_a_barrier_takes_at_most_four_interactions(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    _first(dana)
    keys = Meter(dana.page, "keys")
    was = dana.page.url
    keys.key("e")
    keys.key("4")
    _went_on(dana, was)
    mouse = Meter(dana.page, "mouse")
    was = dana.page.url
    mouse.click("label:has(input[value=ride])")
    mouse.pick("#owner", "Theo Marchetti, LPN")
    mouse.type("#question", "Stairs?")
    mouse.click("button[value=tomorrow]")
    _went_on(dana, was)
    ready = Meter(dana.page, "keys")
    was = dana.page.url
    ready.key("1")
    _went_on(dana, was)
    assert (keys.interactions, ready.interactions) == (2, 1)
    assert mouse.interactions <= MOST
    dana.page.locator("#toasts [data-undo]").click()
    dana.page.wait_for_url(re.compile(r"/rounds/entry/[0-9a-f-]{36}/$"))
    expect(dana.page.locator("main")).not_to_contain_text("Answering again replaces it")
    assert dana.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_one_patient_has_no_barrier_and_no_sideways_scroll(
    visit: Callable[..., Visitor], theme: str
) -> None:
    dana = visit(color_scheme=theme)
    dana.sign_in("dana")
    _first(dana)
    assert dana.barriers() == []
    dana.page.set_viewport_size({"width": 320, "height": 700})
    assert dana.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_minute_is_soft_and_told_to_nobody_who_did_not_ask(visit: Callable[..., Visitor]) -> None:
    dana = visit(reduced_motion="reduce")
    dana.sign_in("dana")
    _first(dana)
    timer = dana.page.locator("[role=timer]")
    expect(timer).to_contain_text("of about 1:00")
    expect(timer.locator("[data-timer]")).not_to_have_text("0:00")
    assert dana.page.locator("[aria-live] [data-timer]").count() == 0


def test_rounds_go_on_without_javascript(visit: Callable[..., Visitor]) -> None:
    dana = visit(java_script_enabled=False)
    dana.sign_in("dana")
    _first(dana)
    was, asked = dana.page.url, dana.page.locator("h1").first.inner_text()
    dana.page.locator("input[value=equipment]").check()
    dana.page.locator("button[value=tomorrow]").click()
    _went_on(dana, was)
    name = asked.split(": ")[-1]
    dana.page.goto("/")
    dana.page.locator("tbody.one", has_text=name).locator("a[href^='/p/']").first.click()
    expect(dana.page.locator("#due")).to_contain_text("Equipment")
