"""A nurse asks the nine questions with the keyboard alone; the ninth interrupts; she signs and adopts the need."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.models import Assessment, Need
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.tasks.models import Task

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_page(live_server) -> Iterator:
    """A page of a real browser, errors of the console kept on it."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    path = next((p for p in ("/usr/bin/chromium", "/usr/bin/google-chrome") if os.path.exists(p)), None)
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except playwright.Error as absent:
            pytest.skip(f"no browser: {absent}")
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        yield page
        browser.close()


def sign_in(page, live_server, user) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])


def test_nine_questions_by_keyboard(browser_page, live_server):
    site = make_site()
    nurse = make_user("case_manager", site)
    patient = make_patient(site)
    make_case(site, nurse, patient=patient)
    sign_in(browser_page, live_server, nurse)
    page = browser_page
    page.goto(live_server.url + reverse("assessment:list", args=[patient.id]))
    page.select_option("#instrument", "phq9")
    page.click("text=Begin >> nth=-1")
    page.wait_for_selector("#runner")
    page.focus(".q.is-now input[type=radio]")
    keys = 0
    for number, digit in enumerate("121211001", start=1):
        page.wait_for_selector(f"#q-{number}.is-now")
        page.wait_for_function(f"document.activeElement.name === 'q:{number}'")
        page.keyboard.press(digit)
        keys += 1
    page.wait_for_selector("[role=alert]")
    assert "988" in page.inner_text("[role=alert]")
    if os.environ.get("SHOTS"):
        page.screenshot(path=os.environ["SHOTS"] + "/runner.png", full_page=True)
    page.wait_for_function("document.activeElement.getAttribute('role') === 'alert'")
    page.goto(page.url.split("?")[0] + "review/")
    if os.environ.get("SHOTS"):
        page.screenshot(path=os.environ["SHOTS"] + "/review.png", full_page=True)
    page.click("text=Sign PHQ-9")
    page.wait_for_selector("text=Needs these answers point to")
    if os.environ.get("SHOTS"):
        page.screenshot(path=os.environ["SHOTS"] + "/signed.png", full_page=True)
    page.click("text=Adopt the ticked needs")
    page.wait_for_selector("text=1 need stands now.")
    assert keys == 9
    assert Assessment.objects.get().score == "9"
    assert Task.objects.get(kind="safety").tier == 0
    assert Need.objects.get().omaha == 11
    assert not [c for c in page.complaints if "Content Security Policy" in c], page.complaints


def test_the_same_without_javascript(live_server, browser_page):
    site = make_site()
    nurse = make_user("case_manager", site)
    patient = make_patient(site)
    make_case(site, nurse, patient=patient)
    context = browser_page.context.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, nurse)
    page.goto(live_server.url + reverse("assessment:list", args=[patient.id]))
    page.select_option("#instrument", "phq2")
    page.click("text=Begin >> nth=-1")
    page.check("input[name='q:1'][value=LA6570-1]", force=True)
    page.check("input[name='q:2'][value=LA6569-3]", force=True)
    page.click("footer >> text=Review and sign")
    page.click("text=Sign PHQ-2")
    assert "3" in page.inner_text(".score__now")
    assert Assessment.objects.get().signed_at is not None
