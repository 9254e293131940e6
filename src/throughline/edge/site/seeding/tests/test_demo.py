"""The demonstration loads whole, through the importer and the actions, and a second run adds nothing."""

from datetime import date

import pytest
from django.apps import apps

from throughline.edge.site.seeding import demo
from throughline.edge.site.seeding.stories import read_seeds

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 9)


def rows() -> dict[str, int]:
    """Return the number of rows of every table of the record and the practice."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_the_demonstration_loads_once_and_whole() -> None:
    first = demo.load(read_seeds(), TODAY)
    assert first.refused == []
    assert first.stories == first.played + 1 == len(read_seeds().stories)  # one patient has neither case nor referral
    before = rows()
    second = demo.load(read_seeds(), date(2026, 3, 20))
    assert (second.day, second.played, second.stored, second.refused) == (TODAY, 0, 0, [])
    assert rows() == before
