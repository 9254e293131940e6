"""The seeds' heart-failure patient: her plan proposed from three pathways without twins, delegated in part, agreed in
her words; evidence closes an action. And job 7 of the interaction meter."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor
from tests.journeys.meter import Meter

pytestmark = pytest.mark.journey

NAME = "Hernández-Villaseñor"
TABLE = Path(__file__).resolve().parents[2] / "docs" / "generated" / "interactions-plan.md"


def _plan_page(visitor: Visitor) -> str:
    visitor.page.goto("/patients/")
    link = visitor.page.locator(f"a:has-text('{NAME}')").first.get_attribute("href") or ""
    found = re.search(r"/p/[0-9a-f-]+/", link)
    assert found, link
    return f"{found[0]}plan/"


def _accept_one(visitor: Visitor, meter: Meter, plan: str) -> None:
    visitor.page.goto(plan)
    row = "fieldset[data-row]:has(button[name=need])"
    before = visitor.page.locator(row).count()
    if meter.hand == "keys":
        visitor.page.locator(row).first.focus()
        meter.key("a")
    else:
        meter.click(f"{row} button[name=need]")
    expect(visitor.page.locator("body")).to_contain_text("added to the plan")
    assert visitor.page.locator(row).count() < before


def test_the_heart_failure_patient_gets_one_plan(visit: Callable[..., Visitor]) -> None:
    dana = visit()
    dana.sign_in("dana")
    plan, page = _plan_page(dana), dana.page
    page.goto(plan)
    tray = page.locator("section:has(#h-tray)")
    for pathway in ("Heart failure", "Chronic kidney disease", "Depression"):
        expect(tray).to_contain_text(pathway)
    expect(page.locator("section:has(#h-pointed)")).to_contain_text("Not enough food")
    expect(page.locator("main")).to_contain_text("Low mood")
    page.locator("input[name=pointed]").first.check()
    page.click("text=Take up the ticked needs")
    lines = []
    for hand in ("keys", "mouse"):
        meter = Meter(page, hand)
        _accept_one(dana, meter, plan)
        assert meter.interactions <= 5
        assert meter.seconds <= 10
        lines.append(f"{meter.interactions} · {round(meter.seconds, 1)} s")
    page.goto(plan)
    tray.locator("button[name=all]").click()
    expect(page.locator("body")).to_contain_text("Nothing is suggested that is not in the plan")
    shown = page.locator("section.need table tbody tr td:first-child").all_inner_texts()
    assert len(shown) == len(set(shown)), "no action stands twice"
    assert page.locator(".goal b + :text('BP')").count() <= 1
    expect(page.locator("body")).to_contain_text("no owner")
    _delegate(dana, plan)
    _done(dana, plan)
    _agree(dana, plan)
    assert not [said for said in dana.complaints if "Content Security" in said], dana.complaints
    table = (
        "# Interactions with the plan\n\nWritten by `tests/journeys/test_planning.py` as `interactions.md` is.\n\n"
        "| # | job | target | keys alone | mouse alone |\n|---|---|---|---|---|\n"
        f"| 7 | Need, goal and 3 actions from suggestion (plan) | 5 · 10 s | {lines[0]} | {lines[1]} |\n"
    )
    if os.environ.get("THROUGHLINE_WRITE_DOCS") or not TABLE.exists():
        TABLE.write_text(table)
    assert TABLE.read_text() == table, "docs/generated/interactions-plan.md is stale: THROUGHLINE_WRITE_DOCS=1"


def _delegate(visitor: Visitor, plan: str) -> None:
    """Offer an action nobody owns to a colleague: three interactions."""
    page = visitor.page
    page.goto(plan)
    page.locator("a[href*='/plan-action/'][href$='/assign/']").first.click()
    page.select_option("#owner", index=1)
    chosen = page.locator("#owner option:checked").inner_text()
    page.click("button[value=offer]")
    page.wait_for_url(f"**{plan}*")
    expect(page.locator("section.need td", has_text="offered").first).to_contain_text(chosen.split(",")[0])


def _done(visitor: Visitor, plan: str) -> None:
    """Close an action by hand with words; they stand as its evidence."""
    page = visitor.page
    page.goto(plan)
    form = page.locator("form[action*='/done/']").first
    form.locator("xpath=ancestor::details").last.evaluate("box => box.open = true")
    form.locator("input[name=words]").fill("Asked by phone, lies on two pillows")
    form.locator("button").click()
    expect(page.locator("section.need td", has_text="lies on two pillows").first).to_be_visible()


def _agree(visitor: Visitor, plan: str) -> None:
    page = visitor.page
    page.goto(plan)
    expect(page.locator("blockquote.voice").first).to_contain_text("Quiero volver a dormir en mi cama")
    page.locator("select[name=how]").select_option("by phone")
    page.locator("input[name=review_on]").fill("2099-01-01")
    page.click("text=Keep as agreed")
    expect(page.locator("section:has(#h-agree)")).to_contain_text("Version 1")
    page.click("summary:has-text('Version 1')")
    page.click("text=Sign off")
    expect(page.locator("section:has(#h-agree)")).to_contain_text("signed off by")
