"""The list worked in place: by keys, by plain forms, with undo; what is refused keeps what was typed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey

CALLS = "tbody.one:has(.row__act a[href*='/call/'])"
TOAST = "#toasts .toast"


def _row(visitor: Visitor, selector: str = CALLS, at: int = 0) -> str:
    """Put the focus on a row of the list and return its selector."""
    visitor.page.goto("/")
    row = visitor.page.locator(selector).nth(at)
    identity = row.get_attribute("id")
    row.evaluate("row => { row.tabIndex = 0; row.focus() }")
    return f"#{identity}"


def test_a_failed_call_is_three_keys_and_one_undo(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    row = _row(dana)
    dana.page.keyboard.press("c")
    dana.page.wait_for_selector(f"{row} form.call")
    dana.page.keyboard.press("3")
    dana.page.keyboard.press("Enter")
    expect(dana.page.locator(TOAST)).to_contain_text("no answer logged")
    expect(dana.page.locator(TOAST)).to_contain_text(re.compile("next try|deadline|letter"))
    dana.page.keyboard.press("u")
    expect(dana.page.locator(TOAST)).to_contain_text("Call taken back")
    assert dana.complaints == []


def test_talking_without_two_identifiers_is_refused_and_nothing_typed_is_lost(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    row = _row(dana, at=1)
    dana.page.keyboard.press("c")
    dana.page.wait_for_selector(f"{row} form.call")
    dana.page.locator(f"{row} textarea[name=note]").fill("Daughter drives her on Friday")
    dana.page.locator(f"{row} input[value=spoke-patient]").check()
    dana.page.locator(f"{row} form.call button[type=submit]").click()
    expect(dana.page.locator(f"{row} [role=alert]")).to_contain_text("two identifiers")
    expect(dana.page.locator(f"{row} textarea[name=note]")).to_have_value("Daughter drives her on Friday")
    dana.page.locator(f"{row} input[value='name,birth-date']").check()
    dana.page.locator(f"{row} form.call button[type=submit]").click()
    expect(dana.page.locator(TOAST)).to_contain_text("spoke with patient logged")
    dana.page.keyboard.press("u")
    expect(dana.page.locator(TOAST)).to_contain_text("Call taken back")


def test_a_refused_act_says_why_over_its_form_which_keeps_what_was_typed(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    row = _row(dana)
    dana.page.keyboard.press("q")
    title = dana.page.locator(f"{row} input[name=title]")
    title.wait_for()
    dana.page.keyboard.type("Order a chair tomorrow 2pm @nobodyhere")
    dana.page.keyboard.press("Enter")
    expect(dana.page.locator(f"{row} form.quick [role=alert]")).to_contain_text("No single colleague here")
    expect(title).to_have_value("Order a chair tomorrow 2pm @nobodyhere")
    expect(title).to_be_focused()
    title.fill("Order a chair tomorrow 2pm")
    dana.page.keyboard.press("Enter")
    expect(dana.page.locator(TOAST)).to_contain_text("due tomorrow, 2:00 PM")
    dana.page.keyboard.press("u")
    expect(dana.page.locator(TOAST)).to_contain_text("undone")


def test_a_snooze_is_two_keys_and_comes_back_with_one(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    row = _row(dana, "tbody.t3.one", at=2)
    dana.page.keyboard.press("s")
    dana.page.wait_for_selector(f"{row} form.snooze")
    dana.page.keyboard.press("4")
    expect(dana.page.locator(TOAST)).to_contain_text("snoozed to")
    dana.page.keyboard.press("u")
    expect(dana.page.locator(TOAST)).to_contain_text("undone")


def test_done_is_one_key_and_undone_by_one(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    _row(dana, "tbody.t3.one:has([name=task])", at=3)
    dana.page.keyboard.press("d")
    expect(dana.page.locator(TOAST)).to_contain_text("done,")
    dana.page.keyboard.press("u")
    expect(dana.page.locator(TOAST)).to_contain_text("undone")


def test_the_same_without_javascript(visit: Callable[..., Visitor]) -> None:
    dana = visit(java_script_enabled=False)
    dana.sign_in("dana")
    dana.page.goto("/")
    dana.page.locator("tbody.t3.one .row__act [data-key=o]").nth(4).click()
    dana.page.locator("form.snooze button[value=pharmacy]").first.click()
    expect(dana.page.locator("main .notice")).to_contain_text("snoozed to")


def test_a_supervisor_who_carries_no_case_sees_an_empty_list_that_says_what_next(visit: Callable[..., Visitor]) -> None:
    gwen = visit()
    gwen.sign_in("gwen")
    gwen.page.goto("/?show=safety")
    expect(gwen.page.locator("main h1")).to_have_text("Today")
    assert gwen.page.locator(".empty, tbody.one").count() > 0
