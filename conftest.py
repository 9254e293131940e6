"""The tests' own database.

Without DATABASE_URL the first test that needs a database starts a throwaway PostgreSQL in a temporary folder;
tests that need none start nothing. With DATABASE_URL the tests run in a database named test_… on that server.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "src"))

from tests import sharing

from throughline.edge.site import database
from throughline.edge.site.postgres import throwaway

_HOME: Path | None = None
_while_migrating = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Give the tests a home of their own, so that no test can reach the data of `make run`."""
    global _HOME
    _HOME = throwaway.folder()
    os.environ["THROUGHLINE_HOME"] = str(_HOME)
    from django.conf import settings as configured

    # Hundreds of invented users sign in; what guards a real password costs a tenth of a second each time.
    configured.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Every test client would look through all static files when it is made; here they are found when asked for.
    configured.WHITENOISE_AUTOREFRESH = True
    if database.is_embedded():
        from django.conf import settings

        # pytest-django has loaded the settings already, with the address of the usual home.
        settings.DATABASES["default"].update(database.database_settings())
    # Tests make rows of any site; requests made in them stand behind the wall like everybody's.
    from throughline.foundation.access import wall

    wall.stand_open()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no folder behind when no server was started in it."""
    if _HOME is not None and not (_HOME / "postgres").exists():
        shutil.rmtree(_HOME, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Share the tests among processes in the order of `tests.sharing`."""
    return sharing.scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the browser journeys in the report, so that continuous integration can tell whether they were driven."""
    if hasattr(config, "workerinput"):  # one of several processes
        items.sort(key=lambda item: sharing.rank(item.nodeid))
    for item in items:
        if item.get_closest_marker("journey"):
            item.user_properties.append(("journey", "browser"))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Empty what Django leaves in the database after a test with transactions of its own: tables it does not manage.

    Files are shared among processes whole, so tests of other files follow that begin with nothing.
    """
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    if (marker and marker.kwargs.get("transaction")) or "transactional_db" in fixtures:
        from django.apps import apps
        from django.db import connection
        from pytest_django.plugin import blocking_manager_key

        unmanaged = {model._meta.db_table for model in apps.get_models() if not model._meta.managed}
        with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
            there = unmanaged & set(connection.introspection.table_names(cursor))
            cursor.execute(f"truncate {', '.join(map(connection.ops.quote_name, sorted(there)))}")


@pytest.fixture(scope="session")
def throughline_database() -> None:
    """Make a database server serve for the rest of the session."""
    if database.is_embedded():
        assert _HOME is not None
        throwaway.start(_HOME)
        from django.conf import settings

        settings.DATABASES["default"].update(database.database_settings())
    else:
        database.ensure_database()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    throughline_database: None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Start the server just before pytest-django makes its test database (its hook for changing settings)."""
    from throughline.edge.site.quickening import quickened

    _while_migrating.enter_context(quickened())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let migrations run in Django's own way again once the test database is there."""
    _while_migrating.close()
