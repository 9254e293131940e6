"""The days on which no call is proposed."""

from datetime import date

import holidays

from throughline.edge.desk.web.panels import closed_days


def test_no_try_is_proposed_on_a_day_the_government_keeps() -> None:
    assert closed_days(2026) == frozenset(holidays.country_holidays("US", years=[2026, 2027]))
    assert date(2026, 7, 3) in closed_days(2026)
