"""Cases move only as the table allows; every step has its author and time; the record opens to whom it is given."""

from datetime import UTC, date, datetime, timedelta

import pytest

from throughline.foundation.access.models import Grant
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_team, make_user
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Refusal
from throughline.foundation.kernel.actor import system
from throughline.record.cases import actions, queries, rules
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import NOW, make_case, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site)


def test_a_case_waits_for_consent_and_then_is_active(site, nurse):
    patient, by = make_patient(site), actor_for(nurse, at=NOW)
    opening = actions.Opening(programme="complex", source="claims list", identified_on=NOW.date())
    case_id = actions.open_case(site_id=site.id, patient_id=patient.id, opening=opening, by=by, at=NOW)
    assert Case.objects.get(pk=case_id).state == "pending"
    actions.take_case(site_id=site.id, case_id=case_id, by=by, at=NOW)
    given = actions.ConsentIn("case-management", "given", "verbal", "the patient")
    actions.record_consent(case_id=case_id, consent=given, by=by, at=NOW)
    record = queries.case(viewer_for(nurse, at=NOW), case_id)
    assert record.state == "active"
    assert record.programmes == ("Complex case management",)
    assert [step.act for step in queries.history(viewer_for(nurse, at=NOW), case_id)][-1] == "open"
    assert all(step.by_name for step in queries.history(viewer_for(nurse, at=NOW), case_id))


def test_declining_closes_the_case(site, nurse):
    patient, by = make_patient(site), actor_for(nurse, at=NOW)
    opening = actions.Opening(programme="complex", source="claims list", identified_on=NOW.date())
    case_id = actions.open_case(site_id=site.id, patient_id=patient.id, opening=opening, by=by, at=NOW)
    actions.take_case(site_id=site.id, case_id=case_id, by=by, at=NOW)
    declined = actions.ConsentIn("case-management", "declined", "verbal", "the patient")
    actions.record_consent(case_id=case_id, consent=declined, by=by, at=NOW)
    assert Case.objects.get(pk=case_id).state == "closed"


def test_a_second_open_case_is_refused_with_what_to_do(site, nurse):
    patient = make_patient(site)
    make_case(site, nurse, patient=patient)
    opening = actions.Opening(programme="complex", source="claims list", identified_on=NOW.date())
    with pytest.raises(actions.UnableToOpenCase, match="already has an open case"):
        actions.open_case(site_id=site.id, patient_id=patient.id, opening=opening, by=actor_for(nurse, at=NOW), at=NOW)
    assert Case.objects.filter(patient=patient).count() == 1


@pytest.mark.parametrize("fields", [{"deceased": True}])
def test_nobody_is_taken_up_after_death(site, nurse, fields):
    patient = make_patient(site, **fields)
    opening = actions.Opening(programme="complex", source="claims list", identified_on=NOW.date())
    with pytest.raises(actions.UnableToOpenCase, match="deceased"):
        actions.open_case(site_id=site.id, patient_id=patient.id, opening=opening, by=actor_for(nurse, at=NOW), at=NOW)


def test_pausing_needs_a_day_in_the_future_and_resuming_clears_it(site, nurse):
    case_id, by = make_case(site, nurse), actor_for(nurse, at=NOW)
    with pytest.raises(rules.UnableToMoveCase, match="after"):
        actions.pause_case(case_id=case_id, until=NOW.date(), reason="travel", by=by, at=NOW)
    with pytest.raises(rules.UnableToMoveCase, match="180 days"):
        actions.pause_case(case_id=case_id, until=NOW.date() + timedelta(days=181), reason="travel", by=by, at=NOW)
    actions.pause_case(case_id=case_id, until=NOW.date() + timedelta(days=180), reason="travel", by=by, at=NOW)
    with pytest.raises(rules.UnableToMoveCase, match="paused"):
        actions.pause_case(case_id=case_id, until=NOW.date() + timedelta(days=9), reason="again", by=by, at=NOW)
    actions.resume_case(case_id=case_id, by=by, at=NOW)
    assert Case.objects.get(pk=case_id).paused_until is None


def test_in_the_evening_a_case_may_be_paused_until_tomorrow(site, nurse):
    case_id, evening = make_case(site, nurse), datetime(2026, 3, 10, 1, tzinfo=UTC)  # nine on March 9 in New York
    actions.pause_case(
        case_id=case_id, until=date(2026, 3, 10), reason="travel", by=actor_for(nurse, at=evening), at=evening
    )
    assert Case.objects.get(pk=case_id).state == "paused"


def test_closing_asks_for_reason_and_summary_and_can_be_taken_back(site, nurse):
    case_id, by = make_case(site, nurse), actor_for(nurse, at=NOW)
    with pytest.raises(rules.UnableToMoveCase, match="list"):
        actions.close_case(case_id=case_id, reason="tired", summary="x", by=by, at=NOW)
    with pytest.raises(rules.UnableToMoveCase, match="sentence"):
        actions.close_case(case_id=case_id, reason="goals-met", summary=" ", by=by, at=NOW)
    actions.close_case(case_id=case_id, reason="goals-met", summary="Walks alone.", by=by, at=NOW)
    assert queries.case(viewer_for(nurse, at=NOW), case_id).programmes == ()
    actions.reopen_case(case_id=case_id, reason="closed the wrong one", by=by, at=NOW)
    record = queries.case(viewer_for(nurse, at=NOW), case_id)
    assert (record.state, record.programmes) == ("active", ("Transitional care",))


def test_a_case_the_patient_declined_waits_for_consent_again_when_reopened(site, nurse):
    case_id, by = make_case(site, nurse), actor_for(nurse, at=NOW)
    later = NOW + timedelta(minutes=5)
    declined = actions.ConsentIn("case-management", "declined", "verbal", "the patient")
    actions.record_consent(case_id=case_id, consent=declined, by=by, at=later)
    with pytest.raises(rules.UnableToMoveCase, match="why"):
        actions.reopen_case(case_id=case_id, reason=" ", by=by, at=later)
    actions.reopen_case(case_id=case_id, reason="She called back", by=by, at=later)
    assert Case.objects.get(pk=case_id).state == "pending"
    words = [rules.step_words(step.act, step.after) for step in queries.history(viewer_for(nurse, at=later), case_id)]
    assert words[0] == "Reopened, waiting for consent"


def test_a_case_whose_owner_left_waits_for_an_owner_when_reopened(site, nurse):
    case_id, by = make_case(site, nurse), actor_for(nurse, at=NOW)
    actions.close_case(case_id=case_id, reason="goals-met", summary="Walks alone.", by=by, at=NOW)
    Grant.objects.filter(user=nurse).update(until=NOW)
    boss = make_user("supervisor", site)
    actions.reopen_case(case_id=case_id, reason="Closed too early", by=system("test"), at=NOW)
    assert [one.id for one in queries.unassigned_cases(viewer_for(boss, at=NOW))] == [case_id]


def test_a_case_without_owner_is_given_once_and_keeps_its_team(site, nurse):
    boss, other, team = make_user("supervisor", site), make_user("case_manager", site), make_team(site)
    case_id, by = make_case(site, nurse), actor_for(boss, at=NOW)
    actions.assign_case(case_id=case_id, owner_id=None, team_id=team.id, by=by, at=NOW)
    actions.give_case(case_id=case_id, owner_id=nurse.id, by=by, at=NOW)
    with pytest.raises(actions.UnableToAssign, match="taken this case meanwhile"):
        actions.give_case(case_id=case_id, owner_id=other.id, by=by, at=NOW)
    case = Case.objects.get(pk=case_id)
    assert (case.owner_id, case.team_id) == (nurse.id, team.id)


def test_a_case_goes_to_nobody_whose_role_here_has_ended(site, nurse):
    case_id, former = make_case(site, nurse), make_user("case_manager", site)
    Grant.objects.filter(user=former).update(until=NOW)
    with pytest.raises(actions.UnableToAssign, match="works at this site"):
        actions.assign_case(case_id=case_id, owner_id=former.id, team_id=None, by=system("test"), at=NOW)


def test_assigning_opens_the_record_and_closes_it_to_the_former_owner(site, nurse):
    case_id, other = make_case(site, nurse), make_user("case_manager", site)
    with pytest.raises(NotFound):
        queries.case(viewer_for(other, at=NOW), case_id)
    boss = make_user("supervisor", site)
    later = NOW + timedelta(minutes=5)
    actions.assign_case(case_id=case_id, owner_id=other.id, team_id=None, by=actor_for(boss, at=NOW), at=later)
    assert queries.case(viewer_for(other, at=later), case_id).owner_id == other.id
    with pytest.raises(NotFound):
        queries.case(viewer_for(nurse, at=later + timedelta(seconds=1)), case_id)


def test_a_case_goes_only_to_somebody_of_the_site(site, nurse):
    case_id, stranger = make_case(site, nurse), make_user("case_manager")
    with pytest.raises(actions.UnableToAssign, match="this site"):
        actions.assign_case(case_id=case_id, owner_id=stranger.id, team_id=None, by=system("test"), at=NOW)


def test_a_nurse_cannot_assign_others_and_cannot_touch_a_case_not_hers(site, nurse):
    case_id, other = make_case(site, nurse), make_user("case_manager", site)
    with pytest.raises(NotPermitted, match="supervisor"):
        actions.assign_case(case_id=case_id, owner_id=other.id, team_id=None, by=actor_for(nurse, at=NOW), at=NOW)
    with pytest.raises(NotPermitted, match="not on your list"):
        actions.resume_case(case_id=case_id, by=actor_for(other, at=NOW), at=NOW)


def test_what_matters_is_not_overwritten_unseen(site, nurse):
    case_id, by = make_case(site, nurse), actor_for(nurse, at=NOW)
    seen = Case.objects.get(pk=case_id).version
    actions.record_what_matters(case_id=case_id, words="My garden", language="en", version=seen, by=by, at=NOW)
    with pytest.raises(actions.ChangedMeanwhile):
        actions.record_what_matters(case_id=case_id, words="My dog", language="en", version=seen, by=by, at=NOW)
    assert Case.objects.get(pk=case_id).matters_most == "My garden"


def test_consent_holds_until_withdrawn(site, nurse):
    case_id, by = make_case(site, nurse), actor_for(nurse, at=NOW)
    viewer = viewer_for(nurse, at=NOW)
    patient_id = queries.case(viewer, case_id).patient_id
    assert queries.consent_holds(viewer, patient_id, "case-management")
    consent = queries.case(viewer, case_id).consents[0]
    withdrawal = {"case_id": case_id, "consent_id": consent.id, "by": by, "at": NOW}
    for nobody in (" ", "x" * 201):
        with pytest.raises(Refusal, match="who decided"):
            actions.withdraw_consent(**withdrawal, withdrawn_by=nobody)
    actions.withdraw_consent(**withdrawal, withdrawn_by="her daughter, health care proxy")
    assert queries.case(viewer, case_id).consents[0].withdrawn_by == "her daughter, health care proxy"
    assert not queries.consent_holds(viewer, patient_id, "case-management")


def test_history_keeps_what_stood_before_a_change(site, nurse):
    from throughline.record.cases.models import CaseEvent

    case_id, by = make_case(site, nurse), actor_for(nurse, at=NOW)
    before = Case.objects.get(pk=case_id).acuity
    actions.set_acuity(case_id=case_id, acuity=4, reason="two falls", by=by, at=NOW)
    kept = CaseEvent.objects.filter(pgh_obj_id=case_id).order_by("pgh_id").last()
    assert (kept.acuity, Case.objects.get(pk=case_id).acuity) == (before, 4)
