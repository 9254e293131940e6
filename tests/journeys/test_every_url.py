"""Drives every address of the product as nobody, as a colleague of another site, and as each role.

The addresses are read from Django itself, so a new page is under test the moment it has an address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.journeys.samples import FAMILY, World, build_world
from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.web.page import Page

# Addresses that wear no page decorator, and why a reader may believe they need none. An entry ending in ":" or "/"
# stands for everything that begins with it.
NOT_PAGES = {
    "accounts/": "sign-in itself, by allauth; driven by the tests of access",
    "health": "says only whether the server answers",
    "access:session": "how long the own session lives",
    "access:sign-in-again": "the dialog over a page whose session ended; sign-in itself",
    "access:session-back": "sends a colleague back to her other tab",
    "documents:shared": "one document by its token, without an account; driven by the tests of documents",
    "documents:shared-pdf": "the same as a PDF",
    "interop:feed": "a private address whose secret is the permission; driven by the tests of interop",
    "ui:": "appearance and help: no patient, no colleague",
}
# Tells pytest-django to make the test database before the module's world is built in it.
pytestmark = pytest.mark.django_db
METHODS = ("get", "post")


@dataclass(frozen=True)
class Address:
    """One url pattern: its full name, its route, its arguments and what it was marked with."""

    name: str
    route: str
    arguments: tuple[str, ...]
    page: Page | None

    def __str__(self) -> str:
        return self.name or self.route


def addresses(resolver: Any = None, route: str = "", space: str = "") -> Iterator[Address]:
    """Yield every address of the product."""
    for pattern in (resolver or get_resolver()).url_patterns:
        whole = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern, whole, inner)
        elif isinstance(pattern, URLPattern):
            name = f"{space}{pattern.name}" if pattern.name else ""
            arguments = tuple(pattern.pattern.regex.groupindex)
            yield Address(name, whole, arguments, getattr(pattern.callback, "page", None))


def is_excused(address: Address) -> bool:
    """Whether the address needs no page decorator."""
    for excused in NOT_PAGES:
        whole = excused.endswith((":", "/"))
        known = (address.name, address.route)
        if any(text.startswith(excused) if whole else text == excused for text in known):
            return True
    return False


PAGES = [address for address in addresses() if address.page]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all addresses; every request is taken back, and the world at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build_world()
        for user in (made.stranger, *made.by_role.values()):
            made.browsers[user.id] = as_user(user)
        yield made
        transaction.set_rollback(True)


def target(address: Address, world: World) -> str:
    """Return the address filled in with the world's own things."""
    values = {}
    for argument in address.arguments:
        named = f"{address.name}.{argument}" if f"{address.name}.{argument}" in world.values else argument
        if named not in world.values:
            pytest.fail(
                f"{address} takes '{argument}', for which tests/journeys/samples.py has no sample. "
                f"Add a line '{argument}' (or '{address.name}.{argument}') to SAMPLES there."
            )
        values[argument] = world.values[named]
    return reverse(address.name, kwargs=values)


def ask(client: Client, method: str, where: str, **headers: str) -> Any:
    """Ask and take back whatever it changed; an exception of the view counts as a 500."""
    client.raise_request_exception = False
    with transaction.atomic():
        answer = getattr(client, method)(where, headers=headers)
        answer.whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer


def as_user(user: Any) -> Client:
    """Return a browser in which the user has signed in."""
    client = Client()
    client.force_login(user)
    return client


def test_every_address_wears_the_page_decorator_or_says_why_not():
    bare = [str(address) for address in addresses() if not address.page and not is_excused(address)]
    assert not bare, f"These views show themselves to anybody. Give each @page(…): {', '.join(bare)}"


def test_what_is_excused_is_still_there():
    there = [(address.name, address.route) for address in addresses()]
    for excused in NOT_PAGES:
        whole = excused.endswith((":", "/"))
        assert any(text.startswith(excused) if whole else text == excused for known in there for text in known), (
            f"{excused} is gone: take it out of NOT_PAGES."
        )


@pytest.mark.parametrize("address", PAGES, ids=str)
def test_nobody_is_sent_to_sign_in(address: Address, world: World):
    where = target(address, world)
    for method in METHODS:
        answer = ask(Client(), method, where)
        if answer.status_code != 405:
            assert answer.status_code == 302, f"{method} {where}: {answer.status_code}"
            assert answer["Location"].startswith("/accounts/login/"), f"{method} {where}: {answer['Location']}"
        answer = ask(Client(), method, where, **{"hx-request": "true"})
        assert answer.status_code in (401, 405), f"htmx {method} {where}: {answer.status_code}"
        assert FAMILY.encode() not in answer.whole


@pytest.mark.parametrize("address", PAGES, ids=str)
def test_a_colleague_of_another_site_gets_nothing_of_this_one(address: Address, world: World):
    where, client = target(address, world), world.browsers[world.stranger.id]
    for method in METHODS:
        answer = ask(client, method, where)
        assert FAMILY.encode() not in answer.whole, f"{method} {where} shows another site's people."
        assert answer.status_code < 500, f"{method} {where}: {answer.status_code}"
        if address.page.patient:
            assert answer.status_code in (403, 404, 405), f"{method} {where}: {answer.status_code}"
        elif any(argument.endswith("_id") for argument in address.arguments):
            # An empty form may be sent back before it is asked whose it is; it says nothing either way.
            allowed = (403, 404, 405, 422) if method == "post" else (403, 404, 405)
            assert answer.status_code in allowed, f"{method} {where}: {answer.status_code}"


@cache
def needed_at(where: str) -> str:
    """Return the permission the page at an address asks for; "" for none, and for what is no page."""
    try:
        return str(getattr(getattr(resolve(where).func, "page", None), "needs", None) or "")
    except Resolver404:
        return ""


def led_to_refusals(answer: Any, permissions: frozenset[str]) -> set[str]:
    """Return the links and forms of a page that lead a reader with these permissions to a refusal."""
    if not answer["Content-Type"].startswith("text/html"):
        return set()
    found = re.findall(r' (?:href|action|formaction|hx-get|hx-post)="(/[^"?#]*)', answer.whole.decode())
    return {where for where in found if (needed := needed_at(where)) and needed not in permissions}


@pytest.mark.parametrize("address", PAGES, ids=str)
def test_each_role_gets_what_its_permissions_say(address: Address, world: World):
    where, needs = target(address, world), address.page.needs
    for role, user in world.by_role.items():
        client = world.browsers[user.id]
        allowed = needs is None or needs in ROLES[role].permissions
        for method in METHODS:
            answer = ask(client, method, where)
            status = answer.status_code
            said = f"{method} {where} as {role}: {status}"
            if status == 405:
                continue
            if not allowed:
                assert status == 403, said
                continue
            assert status < 500, said
            assert status != 401, said
            if method == "get":
                assert status != 403, said
                assert status != 404, said
                refused = led_to_refusals(answer, ROLES[role].permissions)
                assert not refused, f"{said} offers what she may not open: {', '.join(sorted(refused))}"
