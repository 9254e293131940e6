"""Several rows at once with one undo, and the list on paper: 23 patients on both sides of one sheet."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey

BOX = ".today [name=task]"


def _tasks(visitor: Visitor, which: str = BOX) -> set[str]:
    """The tasks whose boxes are on the list."""
    return set(visitor.page.locator(which).evaluate_all("boxes => boxes.map((box) => box.value)"))


def test_rows_are_selected_by_key_snoozed_together_and_all_come_back(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    dana.page.goto("/")
    for _ in range(2):
        dana.page.locator(".today .t3.one:has([name=task]:not(:checked))").last.focus()
        dana.page.keyboard.press("x")
    chosen = _tasks(dana, f"{BOX}:checked")
    assert len(chosen) == 2
    assert dana.page.locator("[data-selected]").inner_text() == "2"
    dana.page.locator("#bulk [value=snooze]").click()
    dana.page.locator("[data-key='1']").click()
    dana.page.wait_for_selector(".notice [data-undo]")
    assert "2 tasks snoozed" in dana.page.locator(".notice").inner_text()
    assert not chosen & _tasks(dana)
    dana.page.locator(".notice [data-undo]").click()
    dana.page.wait_for_selector(".notice:has-text('as they were before')")
    assert chosen <= _tasks(dana)


def test_what_is_done_with_selected_rows_stays_at_hand_and_its_keys_act_on_all(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    dana.page.goto("/?show=late")
    for _ in range(2):
        dana.page.locator(".today .one:has([name=task]:not(:checked))").last.focus()
        dana.page.keyboard.press("x")
    assert dana.page.evaluate("scrollY") > 0
    dana.page.wait_for_function("document.querySelector('#bulk [value=snooze]').getBoundingClientRect().top > 0")
    top = "document.querySelector('{}').getBoundingClientRect().{}"
    assert dana.page.evaluate(top.format(".today thead th", "top")) >= dana.page.evaluate(top.format("#bulk", "bottom"))
    dana.page.keyboard.press("s")
    dana.page.wait_for_selector("h1:has-text('Snooze 2 tasks')")
    dana.page.keyboard.press("2")
    dana.page.wait_for_selector(".notice:has-text('2 tasks snoozed')")
    assert dana.page.url.endswith("?show=late")
    dana.page.locator(".notice [data-undo]").click()
    dana.page.wait_for_selector(".notice:has-text('as they were before')")
    assert dana.page.url.endswith("?show=late")


def test_a_search_left_and_a_patient_left_lead_back_to_the_row(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    dana.page.goto("/")
    row = dana.page.locator(".today .t3.one").last
    row.focus()
    here = f"document.activeElement.id == '{row.get_attribute('id')}'"
    dana.page.keyboard.press("/")
    dana.page.keyboard.type("her")
    dana.page.keyboard.press("Escape")
    assert dana.page.evaluate(here)
    dana.page.keyboard.press("Enter")
    dana.page.wait_for_url("**/p/**")
    dana.page.go_back()
    dana.page.wait_for_function(here)


def test_all_shown_are_selected_and_given_away_without_javascript(visit: Callable[..., Visitor]) -> None:
    dana = visit(java_script_enabled=False)
    dana.sign_in("dana")
    dana.page.goto("/?show=call")
    dana.page.locator("[data-select]").click()
    boxes = dana.page.locator(BOX)
    assert boxes.count() == dana.page.locator(f"{BOX}:checked").count() > 0
    dana.page.locator("#bulk [value=assign]").click()
    assert dana.page.locator("main input[name=task]").count() == boxes.count() or dana.page.locator("#owner").count()
    dana.page.locator("#owner").select_option(label=dana.page.locator("#owner option").last.inner_text())
    dana.page.locator("main button:has-text('Assign')").click()
    assert "assigned" in dana.page.locator(".notice").first.inner_text()
    dana.page.locator(".notice [data-undo]").click()
    assert "before" in dana.page.locator(".notice").first.inner_text()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_23_patients_fit_on_both_sides_of_one_sheet(visit: Callable[..., Visitor], paper: str) -> None:
    dana = visit()
    dana.sign_in("dana")
    dana.page.goto("/today/print/")
    rows = dana.page.locator(".sheet .one")
    assert rows.count() >= 23
    # Boxes to tick and two lines to write on are drawn by the print style.
    dana.page.evaluate("[...document.querySelectorAll('.sheet .one')].slice(23).forEach((row) => row.remove())")
    printed = dana.page.pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    dana.page.emulate_media(media="print")
    lines = "getComputedStyle(document.querySelector('.sheet .write'), '{}').borderBlockEndStyle"
    assert [dana.page.evaluate(lines.format(part)) for part in ("::before", "::after")] == ["solid", "solid"]
    box = "getComputedStyle(document.querySelector('.sheet .row__why > b'), '::before').borderBlockStartStyle"
    assert dana.page.evaluate(box) == "solid"


def test_a_sheet_with_initials_names_nobody(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    dana.page.goto("/")
    names = dana.page.locator("tbody.one .row__who a").all_inner_texts()
    dana.page.goto("/today/print/?names=initials")
    shown = dana.page.locator("main").inner_text()
    assert not [name for name in names if name in shown]
    assert not re.search(r"\d\d/\d\d/\d{4}|\(\d{3}\) \d{3}", shown)
