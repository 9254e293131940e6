"""Keys and buttons of coordination as hands press them: arrows among published times, a button pressed twice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey


def _patient(dana: Visitor) -> str:
    dana.page.goto("/")
    row = dana.page.locator("tbody.one .row__who a", has_text="Guadalupe Hernández").first
    return str(row.get_attribute("href"))


def test_arrows_choose_a_published_time_and_w_leads_past_them(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    dana.page.goto(f"{_patient(dana)}book/")
    first, second = (dana.page.locator("input[name=slot]").nth(n) for n in (0, 1))
    expect(first).to_be_focused()
    dana.page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    expect(second).to_be_checked()
    dana.page.keyboard.press("w")
    expect(dana.page.locator("#id_who")).to_be_focused()
    assert dana.complaints == []


def test_a_button_pressed_twice_sends_once(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    patient = _patient(dana)
    dana.page.goto(f"{patient}refer/")
    dana.page.locator("input[name=service]").fill("Chair lift for the stairs")
    dana.page.locator("button[value=draft]").dblclick()
    dana.page.wait_for_url("**/referral-out/**")
    dana.page.goto(f"{patient}team/")
    expect(dana.page.locator("#referrals")).to_contain_text("Chair lift for the stairs")
    assert dana.page.locator("#referrals tbody tr", has_text="Chair lift for the stairs").count() == 1
