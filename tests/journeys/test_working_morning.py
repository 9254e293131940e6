"""A working morning in the demonstration: calls that fail and calls that do not, two conflicts, a lost connection, a
session that ends mid-note, a browser that is killed, a colleague's cover. Nothing typed is lost, and after each step
the list on the screen is the list the server has."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor
from throughline.foundation.access.records import DEMO_PASSWORD

pytestmark = pytest.mark.journey
expect.set_options(timeout=20_000)  # a busy machine is no failure

TOAST = "#toasts .toast"
CALLABLE = "tbody.one:has(.row__act a[href*='/call/'])"
STATE = "[data-draft-state]"
FAILED = ("2", "3", "3", "2", "3", "3")  # voicemail, no answer
NOTES = ("Her son drives on Friday", "The inhaler is nearly empty", "Slept in the chair again")


def _ids(visitor: Visitor) -> list[str]:
    """The patients on the screen, in their order; a row that left keeps its place without being shown."""
    rows = visitor.page.locator("tbody.one:visible")
    return [str(one) for one in rows.evaluate_all("rows => rows.map(row => row.id)")]


def _list_is_right(visitor: Visitor, address: str = "/") -> list[str]:
    """Check the screen against a fresh page of the same list, and return the patients on it."""
    shown = _ids(visitor)
    fresh = visitor.context.new_page()
    fresh.goto(address)
    rows = fresh.locator("tbody.one:visible").evaluate_all("rows => rows.map(row => row.id)")
    total = fresh.locator(".page-head b").first.inner_text()
    fresh.close()
    assert set(shown) == set(rows)
    assert len(rows) == len(set(rows))
    assert total.startswith(f"{len(rows)} patient")
    return [str(one) for one in rows]


def _focus(visitor: Visitor, row: str) -> None:
    visitor.page.locator(row).evaluate("row => { row.tabIndex = 0; row.focus() }")


def _callable_rows(visitor: Visitor) -> list[str]:
    visitor.page.goto("/")
    return [f"#{one}" for one in visitor.page.locator(CALLABLE).evaluate_all("rows => rows.map(row => row.id)")]


def _open_call(visitor: Visitor, row: str) -> None:
    _focus(visitor, row)
    visitor.page.keyboard.press("c")
    visitor.page.locator(f"{row} form.call").wait_for()


def _failed_call(visitor: Visitor, row: str, digit: str) -> None:
    _open_call(visitor, row)
    visitor.page.keyboard.press(digit)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(TOAST).last).to_contain_text("logged")


def _answered_call(visitor: Visitor, row: str, note: str) -> None:
    _open_call(visitor, row)
    page = visitor.page
    page.locator(f"{row} textarea[name=note]").fill(note)
    page.locator(f"{row} input[value=spoke-patient]").check()
    page.locator(f"{row} input[value='name,birth-date']").check()
    page.locator(f"{row} form.call button[type=submit]").click()
    expect(page.locator(TOAST).last).to_contain_text("spoke with patient logged")


def _note_form(visitor: Visitor, row: str) -> str:
    """Open a row's note and return the selector of its form."""
    _focus(visitor, row)
    visitor.page.keyboard.press("n")
    form = f"{row} form[data-draft^='desk.note']"
    visitor.page.locator(f"{form} textarea").wait_for()
    return form


def _story(visitor: Visitor, row: str) -> str:
    page = visitor.context.new_page()
    page.goto(f"/p/{row.removeprefix('#row-')}/story/")
    text = page.locator("#story").inner_text()
    page.close()
    return text


@pytest.fixture
def dana(visit: Callable[..., Visitor]) -> Visitor:
    visitor = visit()
    visitor.sign_in("dana")
    visitor.page.goto("/")
    return visitor


def test_nine_calls_of_which_six_fail(dana: Visitor) -> None:
    before = _list_is_right(dana)
    assert len(before) >= 23
    rows = _callable_rows(dana)
    done = 0
    for digit in FAILED:
        row = rows[done % len(rows)]
        _failed_call(dana, row, digit)
        _list_is_right(dana)
        dana.page.keyboard.press("u")  # the demonstration stays as the next journey expects it
        expect(dana.page.locator(TOAST).last).to_contain_text("taken back")
        assert set(_list_is_right(dana)) == set(before)
        done += 1
    for note in NOTES:
        row = rows[done % len(rows)]
        _answered_call(dana, row, note)
        _list_is_right(dana)
        assert note in _story(dana, row)
        dana.page.keyboard.press("u")
        expect(dana.page.locator(TOAST).last).to_contain_text("taken back")
        assert set(_list_is_right(dana)) == set(before)
        done += 1
    assert done == 9
    assert dana.complaints == []


def _matters(visitor: Visitor, row: str, more: str) -> str:
    visitor.page.goto(f"/p/{row.removeprefix('#row-')}/what-matters/")
    words = f"{visitor.page.locator('#words').input_value()} {more}".strip()
    visitor.page.locator("#words").fill(words)
    return words


@pytest.mark.parametrize("choice", ["both", "yours"])
def test_two_browsers_write_the_same_words_and_none_is_lost(
    dana: Visitor, visit: Callable[..., Visitor], choice: str
) -> None:
    gwen = visit()
    gwen.sign_in("gwen")
    row = _callable_rows(dana)[0 if choice == "both" else 1]
    mark = uuid4().hex[:6]
    mine = _matters(dana, row, f"I cook for my daughter {mark}.")
    theirs = _matters(gwen, row, f"I visit my sister {mark}.")
    gwen.page.locator("main form.stack button.btn-primary").click()
    gwen.page.wait_for_url(re.compile(r"/p/[0-9a-f-]+/$"))
    dana.page.locator("main form.stack button.btn-primary").click()
    expect(dana.page.locator("#conflict-title")).to_contain_text("Gwen")
    form = dana.page.locator("form.conflict")
    expect(form.locator("ins", has_text="daughter").first).to_be_visible()
    expect(form.locator("mark", has_text="sister").first).to_be_visible()
    assert dana.barriers() == []
    form.locator(f"input[value={choice}]").check()
    form.locator("button.btn-primary").click()
    dana.page.wait_for_url(re.compile(r"/p/[0-9a-f-]+/$"))
    kept = dana.page.locator("figure.voice").first.inner_text()
    assert f"daughter {mark}" in kept
    assert (f"sister {mark}" in kept) is (choice == "both")
    told = _story(dana, row)  # what was not chosen stands in the story
    assert mine in told or f"daughter {mark}" in told
    assert theirs in told


def test_a_colleague_is_seen_writing(dana: Visitor, visit: Callable[..., Visitor]) -> None:
    gwen = visit()
    gwen.sign_in("gwen")
    row = _callable_rows(dana)[0]
    address = f"/p/{row.removeprefix('#row-')}/what-matters/"
    with gwen.page.expect_response("**/drafts/presence/"):
        gwen.page.goto(address)
    dana.page.goto(address)
    expect(dana.page.locator("main")).to_contain_text("Supervisor, GH is editing what matters")


def test_a_lost_connection_loses_no_word(dana: Visitor) -> None:
    row = _callable_rows(dana)[0]
    form = _note_form(dana, row)
    text = dana.page.locator(f"{form} textarea")
    words = f"Written on the ward without a connection {uuid4().hex[:6]}"
    dana.context.set_offline(True)
    text.fill(words)
    expect(dana.page.locator(f"{form} {STATE}")).to_contain_text("Not saved: reconnecting")
    dana.page.locator(f"{form} button").click()  # the sending waits too
    expect(dana.page.locator(f"{form} {STATE}")).to_contain_text("Not saved: reconnecting")
    assert dana.page.evaluate("({...localStorage, ...sessionStorage})") == {}
    dana.context.set_offline(False)
    expect(dana.page.locator(TOAST).last).to_contain_text("Note kept")
    _list_is_right(dana)
    assert _story(dana, row).count(words) == 1


def _end_every_other_session(visit: Callable[..., Visitor], name: str) -> None:
    """End a colleague's other sessions on the server, from a browser of hers at another desk."""
    elsewhere = visit()
    elsewhere.sign_in(name)
    elsewhere.page.goto("/accounts/sessions/")
    elsewhere.page.locator("main form button[type=submit], main form button").first.click()
    elsewhere.page.wait_for_load_state()


def test_a_session_that_ends_mid_note_loses_no_word(dana: Visitor, visit: Callable[..., Visitor]) -> None:
    row = _callable_rows(dana)[0]
    form = _note_form(dana, row)
    dana.page.locator(f"{form} textarea").fill("Begun before the time was up")
    expect(dana.page.locator(f"{form} {STATE}")).to_contain_text("Saved")
    _end_every_other_session(visit, "dana")
    dana.page.locator(f"{form} textarea").press_sequentially(", ended after it")
    dana.page.locator("#sign-in-again").wait_for()
    dana.page.locator("#again-login").fill("dana")
    dana.page.locator("#again-password").fill(DEMO_PASSWORD)
    dana.page.locator("#again-sign-in").click()
    dana.page.locator("#sign-in-again").wait_for(state="detached")
    expect(dana.page.locator(f"{form} {STATE}")).to_contain_text("Saved")
    dana.page.locator(f"{form} button").click()
    expect(dana.page.locator(TOAST).last).to_contain_text("Note kept")
    _list_is_right(dana)
    assert "Begun before the time was up, ended after it" in _story(dana, row)


def test_a_note_sent_when_the_session_is_over_is_sent_after_signing_in(
    dana: Visitor, visit: Callable[..., Visitor]
) -> None:
    row = _callable_rows(dana)[0]
    form = _note_form(dana, row)
    _end_every_other_session(visit, "dana")
    words = f"Sent after the end {uuid4().hex[:6]}"
    dana.page.locator(f"{form} textarea").fill(words)
    dana.page.locator(f"{form} button").click()
    dana.page.locator("#again-login").fill("dana")
    dana.page.locator("#again-password").fill(DEMO_PASSWORD)
    dana.page.locator("#again-sign-in").click()
    expect(dana.page.locator(TOAST).last).to_contain_text("Note kept")
    assert _story(dana, row).count(words) == 1


def test_a_killed_browser_loses_no_word(visit: Callable[..., Visitor]) -> None:
    first = visit()
    first.sign_in("dana")
    row = _callable_rows(first)[0]
    form = _note_form(first, row)
    first.page.locator(f"{form} textarea").fill("Begun on a computer that was switched off")
    expect(first.page.locator(f"{form} {STATE}")).to_contain_text("Saved")
    first.context.close()
    second = visit()
    second.sign_in("dana")
    second.page.goto("/")
    form = _note_form(second, row)
    offer = second.page.locator(f"{row} [data-draft-offer]")
    expect(offer).to_contain_text("You began this")
    assert second.barriers() == []
    offer.locator("[data-draft-continue]").click()
    text = second.page.locator(f"{form} textarea")
    expect(text).to_have_value("Begun on a computer that was switched off")
    second.page.locator(f"{form} button").click()
    expect(second.page.locator(TOAST).last).to_contain_text("Note kept")
    form = _note_form(second, row)
    expect(second.page.locator(f"{row} [data-draft-offer]")).to_have_count(0)


def test_without_javascript_the_draft_is_offered_and_gone_on_with(dana: Visitor, visit: Callable[..., Visitor]) -> None:
    row = _callable_rows(dana)[0]
    form = _note_form(dana, row)
    dana.page.locator(f"{form} textarea").fill("Begun with script")
    expect(dana.page.locator(f"{form} {STATE}")).to_contain_text("Saved")
    plain = visit(java_script_enabled=False)
    plain.sign_in("dana")
    plain.page.goto(f"/today/{row.removeprefix('#row-')}/?open=note")
    plain.page.locator("[data-draft-offer='desk.note/patient_id/" + row.removeprefix("#row-") + "'] a").click()
    expect(plain.page.locator("form[data-draft^='desk.note'] textarea")).to_have_value("Begun with script")
    plain.page.locator("form[data-draft^='desk.note'] button").click()
    expect(plain.page.locator("main .notice").first).to_contain_text("Note kept")


def test_a_colleague_is_covered_and_her_list_is_right(dana: Visitor) -> None:
    dana.page.locator("nav.tabs a", has_text="Covering for").click()
    dana.page.wait_for_url("**for=*")
    address = dana.page.url.split("/", 3)[3]
    before = _list_is_right(dana, f"/{address}")
    assert before
    _focus(dana, "tbody.one:has([name=task]) >> nth=0")
    dana.page.keyboard.press("d")
    expect(dana.page.locator(TOAST).last).to_contain_text("done,")
    dana.page.keyboard.press("u")
    expect(dana.page.locator(TOAST).last).to_contain_text("undone")
    dana.page.goto(f"/{address}")
    assert set(_ids(dana)) == set(before)
