"""What the web server holds before its workers are forked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import signals
from django.db import close_old_connections

from throughline.edge.site import server
from throughline.foundation.access import wall

SOURCE = Path(__file__).resolve().parents[4]
LOADED = """
import sys, django
from django.urls import get_resolver
django.setup()
assert get_resolver().url_patterns and "throughline.edge.desk.web.today" in sys.modules
print(*sys.modules)
"""


def test_what_only_printing_reckoning_or_testing_needs_is_not_loaded_with_the_pages() -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "throughline.edge.site.settings"}
    done = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    packages = {name.partition(".")[0] for name in done.stdout.split()}
    heavy = {"typst", "icalendar", "fhirpathpy", "antlr4", "hypothesis", "pytest", "babel", "ibis", "playwright"}
    assert not packages & heavy


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The test's own connection stays open when a request ends, as Django's test client sees to."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)
    wall.stand_open()  # the web application closes it for its process, which here is that of the other tests too


@pytest.mark.django_db
@pytest.mark.usefixtures("kept_connection")
def test_the_server_rehearses_a_page_that_a_stranger_gets(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*.example.org", ".hospital.example"]
    from throughline.edge.site.wsgi import application

    statuses: list[str] = []

    def listened(asked: dict[str, Any], _start: Any) -> Any:
        return application(asked, lambda status, *_: statuses.append(status))

    server._rehearse(listened)
    assert statuses == ["200 OK"] * server.REHEARSALS


def test_what_the_forked_processes_need_later_is_loaded_with_the_server() -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "throughline.edge.site.settings"}
    loading = (
        "import sys; from throughline.edge.site import server; server._rehearse = lambda loaded: None;"
        "server.prepared(host='127.0.0.1', port=1, workers=1, threads=1); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", loading], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert set(server.FIRST_NEEDED_LATER) <= loaded
    assert not {"requests", "django.contrib.admin"} & loaded, "megabytes nobody needs without single sign-on"
