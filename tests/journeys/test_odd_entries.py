"""Whatever is entered into the forms of coordination and review, the answer is a page with a sentence, never a failure.

Every form is read from the page it stands on, and sent as it is, empty, with far too much, with dates that are none,
past, or in the hour the clocks skip, with what was never on the list, and twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from tests.journeys.samples import World, build_world
from tests.journeys.test_every_url import PAGES, Address, target

pytestmark = pytest.mark.django_db
MINE = ("coordination:", "review:")
ANSWERS = {200, 302, 403, 404, 409, 422}
LONG = "Überlang und mehr. " * 600


@dataclass
class Form:
    """One form of a page: where it is sent, and what each of its fields holds."""

    action: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)  # name, kind, value


class Forms(HTMLParser):
    """Gathers the posted forms of a page."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.name, self.picked = path, "", False
        self.found: list[Form] = []
        self.now: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.now = Form(at.get("action", "").partition("#")[0] or self.path)
            self.found += [self.now] if at.get("method") == "post" else []
        elif tag == "select":
            self.name, self.picked = at.get("name", ""), False
        elif self.now is not None and tag == "option" and self.name:
            self._option(self.now, at)
        elif self.now is not None and tag in ("input", "textarea", "button") and at.get("name"):
            kind = at.get("type", "submit" if tag == "button" else "text")
            if kind not in ("radio", "checkbox") or "checked" in at:
                self.now.fields.append((at["name"], kind, at.get("value", "")))

    def _option(self, form: Form, at: dict[str, str]) -> None:
        """Hold the first choice that says something, or the one that is selected."""
        if not self.picked or "selected" in at:
            form.fields = [one for one in form.fields if one[0] != self.name]
            form.fields.append((self.name, "select", at.get("value", "")))
            self.picked = bool(at.get("value"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None
        elif tag == "select":
            self.name = ""


TYPED = ("text", "textarea", "search", "tel", "email", "number", "date", "datetime-local", "")


def sent(
    form: Form, press: tuple[str, str] | None, typed: str | None = None, listed: str | None = None
) -> dict[str, list[str]]:
    """Return what is posted: as it stands, with `typed` in every field one types in and `listed` for every choice.

    `press` is the button that is pressed, where one has a name.
    """
    data: dict[str, list[str]] = {}
    for name, kind, value in form.fields:
        if kind == "submit" and (name, value) != press:
            continue
        said = value
        if typed is not None and kind in TYPED:
            said = typed
        if listed is not None and kind in ("select", "radio", "checkbox", "hidden") and name != "seen":
            said = listed
        data.setdefault(name, []).append(said)
    return data


WAYS = {
    "as it stands": {},
    "filled": {"typed": "fri 10:30"},
    "empty": {"typed": ""},
    "far too much": {"typed": LONG},
    "no date there is": {"typed": "2026-02-31"},
    "long past": {"typed": "1/1/1901 9:00"},
    "the hour that is skipped": {"typed": "2027-03-14 02:30"},
    "no number": {"typed": "-1"},
    "never on the list": {"listed": str(uuid4())},
    "no id at all": {"typed": "x", "listed": "☃; drop"},
    "nothing chosen": {"typed": "x", "listed": ""},
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all pages; every request is taken back, and the world at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


def forms_of(client: Client, path: str) -> list[Form]:
    """Return the forms of a page that are sent to coordination or review."""
    page = client.get(path)
    if page.status_code != 200 or "html" not in page["Content-Type"]:
        return []
    reader = Forms(path)
    reader.feed(page.content.decode())
    return [form for form in reader.found if resolve(form.action).namespace + ":" in MINE]


@pytest.mark.parametrize("address", [one for one in PAGES if one.name.startswith(MINE)], ids=str)
def test_no_entry_of_a_form_is_a_failure(world: World, address: Address) -> None:
    client = Client()
    client.force_login(world.owner)
    path = target(address, world)
    for form in forms_of(client, path):
        buttons = {(name, value) for name, kind, value in form.fields if kind == "submit"} or {None}
        for (way, change), press in product(WAYS.items(), sorted(buttons, key=str)):
            with transaction.atomic():
                data = sent(form, press, **change)
                for _ in range(2):  # twice, as an impatient hand does
                    answer = client.post(form.action, data)
                    assert answer.status_code in ANSWERS, (form.action, way, answer.status_code)
                    if answer.status_code in (409, 422):
                        said = answer.content.decode()
                        assert "Traceback" not in said, (form.action, way)
                        assert 'class="notice' in said or 'class="error' in said or "<h1" in said, (form.action, way)
                transaction.set_rollback(True)
