"""Events start, meet and cancel clocks by content alone, within their own transaction."""

from datetime import datetime, timedelta

import pytest

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.record.cases.actions import close_case
from throughline.record.cases.rules import CLOSE_REASONS
from throughline.record.cases.tests.factories import make_case
from throughline.record.clocks.models import Clock
from throughline.record.clocks.rules import hearing
from throughline.record.clocks.sweeping import sweep
from throughline.record.clocks.tests.factories import NOW, Ward, later, row
from throughline.record.contacts import actions as contacts

pytestmark = pytest.mark.django_db


def test_opening_a_complex_case_starts_the_assessment_clocks_from_the_day_of_identification() -> None:
    site = make_site()
    make_case(site, make_user("case_manager", site), programme="complex")
    found = {clock.rule_id: clock for clock in Clock.objects.all()}
    assert set(found) == {"C-34", "C-35"}
    assert (found["C-34"].start, found["C-34"].started_by_event) == ("2026-03-09", "cases.case-opened")
    assert found["C-34"].created_by_name.startswith("clocks, after ")


def test_another_programme_starts_none() -> None:
    Ward()
    assert not Clock.objects.exists()


def test_a_rule_listens_only_to_what_its_content_names() -> None:
    kinds = {
        one.event
        for rule_hearing in ("cases.case-opened", "nothing.at-all")
        for _, one in hearing.hearings(rule_hearing)
    }
    assert kinds == {"cases.case-opened"}


def test_times_are_handed_on_from_the_event() -> None:
    _, one = next(pair for pair in hearing.hearings("cases.case-opened") if pair[0].id == "C-34")
    assert hearing.moment_in(one, {"identified_on": NOW.date()}, NOW) == "2026-03-09"
    assert hearing.moment_in(one, {}, NOW + timedelta(days=1)) == "2026-03-10T15:20:00+00:00"
    assert not hearing.concerns(one, {"programme_key": "transitional"})


def call(ward: Ward, outcome: str, began_at: datetime, at: datetime) -> None:
    contact = contacts.ContactIn(
        channel="phone", outcome=outcome, began_at=began_at, number="+19375550187", identifiers=("name", "birth-date")
    )
    contacts.log_contact(patient_id=ward.patient_id, contact=contact, by=ward.by, at=at)


def test_a_call_that_reaches_the_patient_meets_the_contact_clock_when_it_began() -> None:
    ward = Ward()
    clock_id = ward.start("C-23", "2026-03-06")
    call(ward, "spoke-patient", NOW, later(days=3))  # written down after the deadline, made before it
    assert (row(clock_id).state, row(clock_id).met_at) == ("met", NOW)


def test_calls_without_an_answer_are_noted_as_attempts() -> None:
    ward = Ward()
    clock_id = ward.start("C-23", "2026-03-06")
    call(ward, "no-answer", NOW, NOW)
    assert [one["channel"] for one in row(clock_id).attempts] == ["phone"]
    assert row(clock_id).ended_at is None


def test_closing_the_case_cancels_the_programme_s_clocks() -> None:
    site = make_site()
    nurse = make_user("case_manager", site)
    case_id = make_case(site, nurse, programme="complex")
    close_case(
        case_id=case_id,
        reason=next(iter(CLOSE_REASONS)),
        summary="Goals met.",
        by=actor_for(nurse, at=NOW),
        at=later(days=1),
    )
    assert {clock.state for clock in Clock.objects.all()} == {"cancelled"}


def test_a_missed_expedited_clock_starts_the_one_that_follows_it() -> None:
    ward = Ward()
    clock_id = ward.start()
    sweep(at=later(days=2))
    following = Clock.objects.get(rule_id="C-56")
    assert following.due_at == row(clock_id).due_at + timedelta(hours=24)
    assert (following.part, following.subject) == ("expedited", f"after:{clock_id}")
    sweep(at=later(days=9))
    assert Clock.objects.count() == 2
