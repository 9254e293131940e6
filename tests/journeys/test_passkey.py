"""A passkey from its making to signing in with nothing else, by the browser's own ceremony and a software key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import Visitor
from throughline.foundation.access.records import DEMO_PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.journey

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _add_passkey(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/accounts/2fa/webauthn/add/")
    page.locator("main input[name=password]").fill(DEMO_PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()
    page.locator("#id_name").fill("Phone")
    page.locator("#id_passwordless").check()
    assert visitor.barriers() == []
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/recovery-codes/")


def test_she_makes_a_passkey_and_signs_in_with_it_alone(browser: Browser, product: str) -> None:
    # No passkey is bound to a bare number: the product is known here by a name.
    visitor = Visitor(browser, product.replace("127.0.0.1", "localhost"))
    try:
        _make_and_use(visitor)
    finally:
        visitor.context.close()


def _make_and_use(visitor: Visitor) -> None:
    page = visitor.page
    link = visitor.context.new_cdp_session(page)
    link.send("WebAuthn.enable")
    key = link.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    visitor.sign_in("bernard")  # nobody else drives his account, which now asks for a second factor
    _add_passkey(visitor)
    made = link.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert len(made) == 1
    assert made[0]["rpId"] == "localhost"

    visitor.context.clear_cookies()
    page.goto("/account/")
    page.locator("#passkey_login").click()
    page.wait_for_url(re.compile(r"^[^?]*/account/$"))
    assert "A second factor is set up" in page.locator("main").inner_text()

    link.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    visitor.context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    page.locator("[data-passkey-failed].notice").wait_for()
    assert "use your password" in page.locator("[data-passkey-failed]").inner_text()
    assert visitor.barriers() == []
    assert page.url.endswith("/accounts/login/")
