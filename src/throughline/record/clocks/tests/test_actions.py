"""Clocks through their whole life, with refusals; history is kept, nothing is doubled, no rule changes under one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_user
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotPermitted
from throughline.record.clocks import actions
from throughline.record.clocks.actions import UnableToChangeClock, UnableToStartClock
from throughline.record.clocks.models import Clock, ClockRuling, ClockTransition
from throughline.record.clocks.rules import catalogue, keeping
from throughline.record.clocks.tests.factories import NOW, Ward, later, row

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 3, 9, 19, 10, tzinfo=UTC)  # 3:10 PM in New York: 72 elapsed hours over the change of clocks


@pytest.fixture
def ward() -> Ward:
    return Ward()


def test_a_clock_starts_with_its_dates_its_rule_and_its_line_of_story(ward: Ward) -> None:
    clock = row(ward.start())
    assert (clock.due_at, clock.state, clock.due_is_day) == (DUE, "due-soon", False)
    assert clock.next_look_at == DUE + timedelta(seconds=1)
    assert (clock.case_id, clock.zone, clock.owed_by) == (ward.case_id, "America/New_York", "plan")
    assert clock.ruling.body["citation"] == "42 CFR 422.590"
    story = JournalEntry.objects.get(kind="clocks.clock-started")
    assert "Monday, March 9, 2026, 3:10 PM EDT" in story.sentence


def test_the_same_start_is_not_doubled_but_another_is_another_clock(ward: Ward) -> None:
    first = ward.start()
    assert ward.start() == first
    assert ward.start(start="2026-03-06T14:11") != first
    actions.cancel_clock(clock_id=first, reason="Entered twice", by=ward.by, at=NOW)
    assert ward.start() != first


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"key": "C-99"}, "no clock"),
        ({"start": "2026-03-08T02:30"}, "does not exist"),
        ({"start": "2026-03-06"}, "time of day"),
        ({"facts": {"kind": "slow"}}, "must be one of"),
        ({"zone": "Nowhere"}, "not a time zone"),
    ],
)
def test_what_cannot_be_counted_is_refused_and_leaves_nothing(ward: Ward, fields: dict, sentence: str) -> None:
    with pytest.raises(UnableToStartClock, match=sentence):
        ward.start(**fields)
    assert not Clock.objects.exists()


def test_one_without_the_permission_or_the_patient_may_not(ward: Ward) -> None:
    for user in (make_user("intake_clerk", ward.site), make_user("case_manager", ward.site)):
        with pytest.raises(NotPermitted):
            actions.start_clock(
                patient_id=ward.patient_id,
                clock=actions.ClockIn(key="C-23", start="2026-03-06"),
                by=actor_for(user, at=NOW),
                at=NOW,
            )


def test_met_in_time_or_late_and_reopened(ward: Ward) -> None:
    clock_id = ward.start()
    actions.meet_clock(clock_id=clock_id, met_at=NOW, reason="Fax", by=ward.by, at=NOW)
    assert (row(clock_id).state, row(clock_id).next_look_at) == ("met", None)
    with pytest.raises(UnableToChangeClock, match="Reopen it first"):
        actions.cancel_clock(clock_id=clock_id, reason="x", by=ward.by, at=NOW)
    actions.reopen_clock(clock_id=clock_id, reason="The fax was another patient's", by=ward.by, at=NOW)
    assert row(clock_id).state == "due-soon"
    actions.meet_clock(clock_id=clock_id, met_at=DUE + timedelta(minutes=1), by=ward.by, at=later(days=1))
    assert row(clock_id).state == "met-late"
    acts = list(ClockTransition.objects.filter(clock_id=clock_id).order_by("id").values_list("act", flat=True))
    assert acts == ["start", "meet", "reopen", "meet"]


def test_it_cannot_be_met_in_the_future(ward: Ward) -> None:
    with pytest.raises(UnableToChangeClock, match="past"):
        actions.meet_clock(clock_id=ward.start(), met_at=later(hours=1), by=ward.by, at=NOW)


def test_a_rule_that_does_not_toll_refuses_a_pause_with_its_citation(ward: Ward) -> None:
    with pytest.raises(UnableToChangeClock, match=r"42 CFR 422\.590"):
        actions.pause_clock(clock_id=ward.start(), since=NOW, reason="waiting", by=ward.by, at=NOW)


def test_a_pause_pushes_the_deadline_by_its_days_and_no_more_than_the_rule_allows(ward: Ward) -> None:
    clock_id = ward.start("C-52", "2026-03-02")
    assert str(row(clock_id).due_at) == "2026-03-18 03:59:59+00:00"
    actions.pause_clock(clock_id=clock_id, since=NOW, reason="records asked for", by=ward.by, at=NOW)
    assert row(clock_id).state == "paused"
    # Unanswered, the clock goes on after the 45 days the claimant has.
    assert str(row(clock_id).due_at) == "2026-05-02 03:59:59+00:00"
    with pytest.raises(UnableToChangeClock, match="already"):
        actions.pause_clock(clock_id=clock_id, since=NOW, reason="again", by=ward.by, at=NOW)
    with pytest.raises(UnableToChangeClock, match="later time"):
        actions.resume_clock(clock_id=clock_id, until=NOW - timedelta(days=1), by=ward.by, at=later(days=3))
    actions.resume_clock(clock_id=clock_id, until=later(days=3), by=ward.by, at=later(days=3))
    assert str(row(clock_id).due_at) == "2026-03-21 03:59:59+00:00"


def test_one_extension_void_if_noticed_late(ward: Ward) -> None:
    in_time = ward.start("C-41", "2026-03-05")
    actions.extend_clock(clock_id=in_time, noticed_at=NOW, reason="outside records", by=ward.by, at=NOW)
    assert str(row(in_time).due_at) == "2026-03-27 03:59:59+00:00"
    with pytest.raises(UnableToChangeClock, match="only one"):
        actions.extend_clock(clock_id=in_time, noticed_at=NOW, reason="more", by=ward.by, at=NOW)
    late = ward.start("C-41", "2026-03-01")
    actions.extend_clock(clock_id=late, noticed_at=NOW, reason="outside records", by=ward.by, at=NOW)
    assert str(row(late).due_at) == "2026-03-09 03:59:59+00:00"
    with pytest.raises(UnableToChangeClock, match="no extension"):
        actions.extend_clock(clock_id=ward.start("C-23", "2026-03-06"), noticed_at=NOW, reason="x", by=ward.by, at=NOW)


def test_a_correction_needs_a_reason_and_keeps_the_old_dates(ward: Ward) -> None:
    clock_id = ward.start()
    with pytest.raises(UnableToChangeClock, match="Say why"):
        actions.correct_clock(clock_id=clock_id, start="2026-03-06T15:10", facts={}, reason=" ", by=ward.by, at=NOW)
    actions.correct_clock(
        clock_id=clock_id, start="2026-03-06T15:10", facts={}, reason="Fax stamp read wrongly", by=ward.by, at=NOW
    )
    assert row(clock_id).due_at == DUE + timedelta(hours=1)
    last = ClockTransition.objects.filter(clock_id=clock_id, act="correct").get()
    assert (last.before["due_at"], last.reason) == ("2026-03-09T19:10:00+00:00", "Fax stamp read wrongly")
    with pytest.raises(UnableToChangeClock, match="must be one of"):
        actions.correct_clock(clock_id=clock_id, start="", facts={"kind": "?"}, reason="x", by=ward.by, at=NOW)
    actions.correct_clock(clock_id=clock_id, start="", facts={"kind": "service"}, reason="not fast", by=ward.by, at=NOW)
    assert row(clock_id).due_is_day


def test_two_separate_timely_attempts_satisfy_the_contact_clock(ward: Ward) -> None:
    clock_id = ward.start("C-23", "2026-03-06")
    for minutes in (0, 0, 90):
        actions.note_attempt(
            clock_id=clock_id, attempted_at=later(minutes=minutes), channel="phone", by=ward.by, at=later(hours=2)
        )
        assert (row(clock_id).ended_at is not None) == (minutes == 90)
    assert row(clock_id).state == "met"


def test_a_rule_that_changes_later_does_not_change_an_open_clock(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    clock_id = ward.start("C-23", "2026-03-06")
    changed = replace(catalogue.rule("C-23"), values={"business_days": 5}, version=2)
    monkeypatch.setattr(catalogue, "rule", lambda *args, **kwargs: changed)
    keeping._rules.clear()
    actions.correct_clock(clock_id=clock_id, start="2026-03-05", facts={}, reason="typing error", by=ward.by, at=NOW)
    assert str(row(clock_id).due_at) == "2026-03-10 03:59:59+00:00"  # still 2 business days: Fri 6, Mon 9


def test_history_cannot_be_changed(ward: Ward) -> None:
    ward.start()
    changes = (
        lambda: ClockTransition.objects.update(reason="never mind"),
        lambda: ClockTransition.objects.all().delete(),
        lambda: ClockRuling.objects.update(body={}),
    )
    for change in changes:
        with pytest.raises(DatabaseError, match="annot"), transaction.atomic():
            change()


def test_a_rule_is_signed_as_it_reads(ward: Ward) -> None:
    reviewer = Ward("supervisor")
    with pytest.raises(NotPermitted):
        actions.review_rule(key="C-23", changed="Read the booklet", by=ward.by, at=NOW)
    with pytest.raises(actions.UnableToReviewRule, match="Say what changed"):
        actions.review_rule(key="C-23", changed=" ", by=reviewer.by, at=NOW)
    assert actions.review_rule(key="C-23", changed="Read the booklet of 2026", by=reviewer.by, at=NOW)
