"""The nurse whose cases are looked at."""

import pytest

from throughline.foundation.access.tests.factories import make_site, make_user


@pytest.fixture
def nurse(db):
    return make_user("case_manager", make_site())
