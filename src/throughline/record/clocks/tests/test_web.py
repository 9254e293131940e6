"""Pages of clocks: the arithmetic on one screen, acts with refusals, the desks, and who may see what.

Pages read the time themselves, so the clocks here start relative to now and nothing asserts a wall-clock time.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_user, open_record, signed_in
from throughline.record.clocks import actions
from throughline.record.clocks.models import Clock, RuleReview
from throughline.record.clocks.rules import catalogue, worked
from throughline.record.clocks.tests.factories import NOW, Ward, row

pytestmark = pytest.mark.django_db
FAR = datetime(2060, 3, 10, 15, 0, tzinfo=UTC)


@pytest.fixture
def ward() -> Ward:
    return Ward()


@pytest.fixture
def browser(ward: Ward) -> Client:
    return signed_in(ward.nurse)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_shows_the_arithmetic_the_citation_and_what_can_move_it(ward: Ward, browser: Client) -> None:
    clock_id = ward.start()
    shown = text(browser.get(reverse("clocks:clock", args=[clock_id])))
    for words in (
        "Friday, March 6, 2026, 2:10 PM EST", "42 CFR 422.590", "C-55", "the clocks went forward, the day has 23 h",
        "72 h 00 m", "Monday, March 9, 2026, 3:10 PM EDT", "One extension of up to 14 days", "Correct this time",
    ):  # fmt: skip
        assert words in shown


def test_a_stranger_and_a_missing_clock_get_the_same_answer(ward: Ward) -> None:
    stranger = signed_in(Ward().nurse)
    clock_id = ward.start()
    assert stranger.get(reverse("clocks:clock", args=[clock_id])).status_code == 404
    assert stranger.get(reverse("clocks:clock", args=[ward.case_id])).status_code == 404
    assert Client().get(reverse("clocks:first")).status_code == 302


def test_a_reader_without_the_permission_sees_no_acts(ward: Ward) -> None:
    clock_id = ward.start()
    auditor = signed_in(make_user("auditor", ward.site))
    shown = text(auditor.get(reverse("clocks:clock", args=[clock_id])))
    assert "42 CFR 422.590" in shown
    assert reverse("clocks:act", args=[clock_id, "meet"]) not in shown
    assert auditor.get(reverse("clocks:act", args=[clock_id, "meet"])).status_code == 403


def test_starting_by_hand_shows_the_date_first_and_then_starts(ward: Ward, browser: Client) -> None:
    chosen = text(browser.get(reverse("clocks:choose", args=[ward.patient_id]) + "?q=observation"))
    assert "(MOON)" in chosen
    assert "Breach" not in chosen
    there = reverse("clocks:start", args=[ward.patient_id, "moon"])
    given = {"start_day": "2060-03-10", "start_time": "08:00"}
    seen = text(browser.post(there, {**given, "see": "1"}))
    assert "36 hours on, every hour counted: Thursday, March 11, 2060, 8:00 PM" in seen
    assert not Clock.objects.exists()
    answer = browser.post(there, given)
    made = Clock.objects.get()
    assert answer.url == reverse("clocks:clock", args=[made.id])
    assert (made.rule_id, made.notice, made.created_by_id) == ("C-07", "MOON", ward.nurse.id)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"start_day": "2027-03-14", "start_time": "02:30"}, "does not exist"),
        ({"start_day": "2027-11-07", "start_time": "01:30"}, "happens twice"),
        ({"start_day": "2027-11-07"}, "time of day"),
        ({}, "required"),
    ],
)
def test_a_start_that_cannot_be_counted_comes_back_with_its_sentence(
    ward: Ward, browser: Client, given: dict[str, str], words: str
) -> None:
    answer = browser.post(reverse("clocks:start", args=[ward.patient_id, "moon"]), given)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Clock.objects.exists()


def test_the_hour_that_comes_twice_can_be_told_apart(ward: Ward, browser: Client) -> None:
    there = reverse("clocks:start", args=[ward.patient_id, "moon"])
    for twice in ("0", "1"):
        browser.post(there, {"start_day": "2027-11-07", "start_time": "01:30", "twice": twice})
    first, second = Clock.objects.order_by("due_at")
    assert second.due_at - first.due_at == timedelta(hours=1)


def test_every_act_has_its_form_and_does_what_it_says(ward: Ward, browser: Client) -> None:
    clock_id = ward.start("C-52", "2026-03-02")

    def do(act: str, **given: str) -> int:
        there = reverse("clocks:act", args=[clock_id, act])
        assert browser.get(there).status_code == 200
        return int(browser.post(there, given).status_code)

    assert do("pause", when="2026-03-09T09:00") == 422
    assert do("pause", when="2026-03-09T09:00", reason="records asked for") == 302
    assert len(row(clock_id).pauses) == 1
    assert do("resume", when="2026-03-08T09:00") == 422
    assert do("resume", when="2026-03-12T09:00", reason="records came") == 302
    assert do("extend", when="2026-03-13T09:00", reason="letter of 13 March") == 302
    assert do("attempt", when="2026-03-13T10:00", reason="phone") == 302
    assert do("correct", start_day="2026-03-03", reason="typing error") == 302
    assert row(clock_id).start == "2026-03-03"
    assert do("cancel", reason="withdrawn") == 302
    assert do("reopen", reason="not withdrawn after all") == 302
    assert do("meet", when="2026-03-14T08:00") == 302
    assert row(clock_id).state == "met"
    history = text(browser.get(reverse("clocks:clock", args=[clock_id])))
    for words in ("typing error", "records came", "was due", "not withdrawn after all"):
        assert words in history
    assert browser.get(reverse("clocks:act", args=[clock_id, "explode"])).status_code == 404


def test_what_breaks_first_is_in_order_and_hers_alone_unless_asked(ward: Ward, browser: Client) -> None:
    late, soon = ward.start("C-41", "2026-03-02"), ward.start("C-41", "2060-03-02")
    shown = text(browser.get(reverse("clocks:first")))
    assert shown.index(str(late)) < shown.index(str(soon))
    assert "Overdue" in shown
    colleague = make_user("case_manager", ward.site)
    open_record(ward.patient_id, ward.site, user=colleague)
    hers = signed_in(colleague)
    assert str(late) not in text(hers.get(reverse("clocks:first")))
    assert str(late) in text(hers.get(reverse("clocks:first") + "?show=site"))
    assert str(late) not in text(signed_in(Ward().nurse).get(reverse("clocks:first") + "?show=site"))


def test_what_breaks_first_costs_the_same_however_many_clocks_are_closed(
    ward: Ward, browser: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 20):
        clock_id = ward.start("C-41", f"2026-02-{number:02d}")
        if number > 3:
            actions.cancel_clock(clock_id=clock_id, reason="done", by=ward.by, at=NOW)
    with django_assert_max_num_queries(12):
        browser.get(reverse("clocks:first"))
    assert text(browser.get(reverse("clocks:first"))).count('scope="row"') == 3


def test_the_notices_desk_takes_a_delivery_with_what_must_be_on_file(ward: Ward) -> None:
    reviewer = signed_in(make_user("utilisation_reviewer", ward.site))
    clock_id = ward.start("C-10", "2060-03-12")
    ward.start("C-41", "2060-03-02")
    shown = text(reviewer.get(reverse("clocks:notices")))
    assert "Notice of Medicare Non-Coverage" in shown
    assert shown.count("CMS-") == 1
    there = reverse("clocks:notice", args=[clock_id])
    assert "CMS-10123" in text(reviewer.get(there))
    refused = reviewer.post(there, {"way": "phone", "when": "2026-03-09T09:00", "signer": "Ada Obi"})
    assert refused.status_code == 422
    assert "relation to the patient and telephone number called" in text(refused)
    taken = {"way": "phone", "when": "2026-03-09T09:00", "signer": "Ada Obi", "relation": "daughter", "number": "555"}
    assert reviewer.post(there, taken).status_code == 302
    assert row(clock_id).met_how["relation"] == "daughter"
    assert "No notice is due" in text(reviewer.get(reverse("clocks:notices")))


def test_a_case_manager_without_that_work_has_no_notices_desk(browser: Client) -> None:
    assert browser.get(reverse("clocks:notices")).status_code == 403


def test_a_rule_is_reviewed_on_its_page_by_one_who_may(ward: Ward, browser: Client) -> None:
    there = reverse("clocks:rule", args=["tcm-two-business-day-contact"])
    assert "Nobody has signed" in text(browser.get(there))
    assert browser.post(there, {"changed": "x"}).status_code == 403
    supervisor = signed_in(make_user("supervisor", ward.site))
    assert supervisor.post(there, {"changed": ""}).status_code == 422
    assert supervisor.post(there, {"changed": "Read the booklet of 2026"}).status_code == 302
    assert "Read the booklet of 2026" in text(supervisor.get(there))
    assert "Reviewed by" in text(supervisor.get(reverse("clocks:rules")))
    RuleReview.objects.create(
        rule_key="moon", digest="another text", version="0", changed="old", at=NOW, by_name="Someone"
    )
    assert "Changed since the review" in text(supervisor.get(reverse("clocks:rule", args=["moon"])))


def test_a_reviewer_reads_the_whole_rule_and_its_examples_counted_anew(browser: Client) -> None:
    shown = text(browser.get(reverse("clocks:rule", args=["tcm-two-business-day-contact"])))
    for words in ("Original Medicare", "MLN", "secondary source", "in force since", "Eastern Time (New York)"):
        assert words in shown, words
    rule = catalogue.rule("tcm-two-business-day-contact")
    for example in rule.examples:
        assert example["words"] in shown
        for _, dates in worked.outcomes(worked.clock_of(rule, example)):
            assert dates[0].upper() + dates[1:] in shown
    codes = text(browser.get(reverse("clocks:rules")))
    assert "the Quality Improvement Organization" in codes
    assert ">qio<" not in codes


def test_the_operator_sees_what_failed_but_no_patient(ward: Ward) -> None:
    clock_id = ward.start()
    Clock.objects.filter(pk=clock_id).update(trouble="ClockError: about Ngozi", trouble_at=NOW, next_look_at=FAR)
    operator = signed_in(make_user("administrator", ward.site))
    shown = text(operator.get(reverse("clocks:trouble")))
    assert "C-55" in shown
    assert "Ngozi" not in shown
    assert operator.post(reverse("clocks:again", args=[clock_id])).status_code == 302
    assert row(clock_id).next_look_at < FAR


def test_a_clock_says_when_its_rule_would_come_out_otherwise_today(ward: Ward, browser: Client) -> None:
    clock_id = ward.start("C-23", "2026-03-06")
    kept = row(clock_id).ruling
    body = {**kept.body, "values": {"business_days": 9}}
    other = type(kept).objects.create(digest="f" * 64, key=kept.key, version="0", body=body, first_used_at=NOW)
    Clock.objects.filter(pk=clock_id).update(ruling=other)
    shown = text(browser.get(reverse("clocks:clock", args=[clock_id])))
    assert "The rule changed since this clock was started" in shown
    assert "9 business days" in shown


def test_a_patient_s_clocks_open_and_ended(ward: Ward, browser: Client) -> None:
    there = reverse("clocks:patient", args=[ward.patient_id])
    assert "No clock runs" in text(browser.get(there))
    clock_id = ward.start()
    actions.cancel_clock(clock_id=clock_id, reason="x", by=actor_for(ward.nurse, at=NOW), at=NOW)
    assert "1 ended" in text(browser.get(there))
