"""The tables and what is said of them."""

import pytest

from throughline.edge.site import schema

pytestmark = pytest.mark.django_db


def test_a_migrated_database_has_nothing_pending_and_is_not_empty() -> None:
    assert schema.pending() == []
    assert schema.bring_up_to_date() == []
    assert not schema.is_empty()
