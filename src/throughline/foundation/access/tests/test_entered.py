"""What was entered is kept as it was meant, or refused in a sentence: nothing is left out or cut in silence."""

from datetime import date
from uuid import uuid4

import pytest

from throughline.foundation.access.models import Site
from throughline.foundation.access.runtime import DatabaseRuntime
from throughline.foundation.access.tests.factories import NOON, make_site
from throughline.foundation.kernel.actions import Refusal, UnableToKeep
from throughline.foundation.kernel.actor import system
from throughline.foundation.kernel.entered import entered_day, entered_id, entered_number


def test_a_day_is_read_an_empty_one_is_none_and_no_other_is_passed_over():
    assert entered_day("2028-02-29") == date(2028, 2, 29)
    assert entered_day(" ") is None
    for wrong in ("2026-02-30", "tomorrow", "3/14/2026", "2026-13-01"):
        with pytest.raises(Refusal, match="such as 2027-03-14"):
            entered_day(wrong)


def test_a_number_is_a_count_or_refused():
    assert (entered_number("14", 3), entered_number("", 3)) == (14, 3)
    for wrong in ("-1", "²", "1e9", "9" * 40, "many"):
        with pytest.raises(Refusal, match="whole number"):
            entered_number(wrong, 3)


def test_an_id_is_read_or_refused_with_what_to_choose():
    key = uuid4()
    assert entered_id(str(key)) == key
    for wrong in ("", "x", "1" * 33, str(key)[:-1]):
        with pytest.raises(Refusal, match="Choose the consent"):
            entered_id(wrong, "Choose the consent.")


@pytest.mark.django_db
def test_a_text_too_long_for_its_place_is_refused_and_nothing_of_the_act_is_kept():
    site = make_site(name="Harbor")

    def act(name):
        with DatabaseRuntime().transaction(name="outer", by=system("test"), at=NOON):
            Site.objects.filter(pk=site.pk).update(time_zone="America/Denver")
            with DatabaseRuntime().transaction(name="inner", by=system("test"), at=NOON):
                Site.objects.filter(pk=site.pk).update(name=name)

    with pytest.raises(UnableToKeep, match="Shorten it"):
        act("x" * 5000)
    site.refresh_from_db()
    assert (site.name, site.time_zone) == ("Harbor", make_site().time_zone)
