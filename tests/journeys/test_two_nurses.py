"""Two browsers at one goal of a plan: different fields merge and it is said, the same field asks, Both keeps both; who
edits is seen on the plan and on the form."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey

NAME = "Hernández-Villaseñor"
MORE = "I want to climb the stairs to my room"
LESS = "I want to breathe when I lie down"


def _plan_of(page: Page) -> str:
    page.goto("/patients/")
    link = page.locator(f"a:has-text('{NAME}')").first.get_attribute("href") or ""
    found = re.search(r"/p/[0-9a-f-]+/", link)
    assert found, link
    return f"{found[0]}plan/"


def _goal(page: Page, plan: str) -> str:
    """Return the address of the edit form of a goal written for this journey."""
    page.goto(plan)
    need = page.locator("section.need").first
    need.locator("summary:has-text('Goal or action by hand')").click()
    form = need.locator("form[action*='/goal/']:has(input[name=by_date])")
    form.locator("input[name=text]").fill("Climb a flight of stairs")
    form.locator("input[name=by_date]").fill("2031-05-01")
    form.locator("button").click()
    found = page.locator(".goal:has-text('Climb a flight of stairs') a[href$='/edit/']")
    return found.first.get_attribute("href") or ""


def test_two_nurses_edit_one_goal(visit: Callable[..., Visitor]) -> None:
    dana, gwen = visit(), visit()
    dana.sign_in("dana")
    gwen.sign_in("gwen")
    plan = _plan_of(dana.page)
    form = _goal(dana.page, plan)

    # Both open it; each sees the other, and so does who only reads the plan.
    gwen.page.goto(form)
    dana.page.goto(form)
    expect(dana.page.locator("main")).to_contain_text("is editing a goal")
    expect(gwen.page.locator("main")).to_contain_text("is editing a goal", timeout=60_000)

    # Different fields merge, and the second is told.
    gwen.page.fill("input[name=target]", "Twelve steps without a pause")
    gwen.page.click("main button:has-text('Save')")
    gwen.page.wait_for_url(re.compile("/plan/"))
    dana.page.fill("textarea[name=words]", MORE)
    dana.page.click("main button:has-text('Save')")
    dana.page.wait_for_url(re.compile("/plan/"))
    expect(dana.page.locator("body")).to_contain_text(re.compile("Changed by .+ and kept: Target"))
    goal = dana.page.locator(".goal:has-text('Climb a flight of stairs')")
    expect(goal).to_contain_text("Twelve steps without a pause")
    expect(goal).to_contain_text(MORE)

    # The same field asks; Both keeps both, and nothing typed is lost.
    dana.page.goto(form)
    gwen.page.goto(form)
    gwen.page.fill("textarea[name=words]", f"{MORE}, slowly")
    gwen.page.click("main button:has-text('Save')")
    gwen.page.wait_for_url(re.compile("/plan/"))
    dana.page.fill("textarea[name=words]", LESS)
    dana.page.fill("input[name=importance]", "9")
    dana.page.click("main button:has-text('Save')")
    asked = dana.page.locator("form.conflict")
    expect(asked).to_contain_text("changed this while you were writing")
    for text in ("Yours", "Theirs", "Both", LESS, "slowly"):
        expect(asked).to_contain_text(text)
    assert not dana.barriers()
    asked.locator("input[value=both]").check()
    asked.locator("button:has-text('Keep what I chose')").click()
    dana.page.wait_for_url(re.compile("/plan/"))
    expect(goal).to_contain_text("slowly")
    expect(goal).to_contain_text(LESS)
    expect(goal).to_contain_text("9/10")

    # Of two dates one stays: neither is chosen for her.
    dana.page.goto(form)
    gwen.page.goto(form)
    gwen.page.fill("input[name=by_date]", "2031-06-01")
    gwen.page.click("main button:has-text('Save')")
    gwen.page.wait_for_url(re.compile("/plan/"))
    dana.page.fill("input[name=by_date]", "2031-07-01")
    dana.page.click("main button:has-text('Save')")
    expect(asked).to_contain_text("Jun 1, 2031")
    expect(asked.locator("input[value=both]")).to_have_count(0)
    asked.locator("input[value=theirs]").check()
    asked.locator("button:has-text('Keep what I chose')").click()
    dana.page.wait_for_url(re.compile("/plan/"))
    expect(goal).to_contain_text("Jun 1, 2031")
    # What she gave up is her draft.
    dana.page.goto(form)
    expect(dana.page.locator("main")).to_contain_text("You began this")
    for one in (dana, gwen):
        assert not [said for said in one.complaints if "Content Security" in said], one.complaints
