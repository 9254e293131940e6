"""Answered, interrupted, signed and never changed again; needs raised once with their evidence."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.journal.models import JournalEntry
from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.practice.assessment import actions, queries
from throughline.practice.assessment.actions import Said, Sitting
from throughline.practice.assessment.models import AnswerRow, Assessment, InstrumentEdition, Need, RaisedFlag
from throughline.practice.assessment.records import Absence, SuggestedNeed
from throughline.practice.assessment.rules.scoring import score
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.models import Observation
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site)


@pytest.fixture
def patient(site, nurse):
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


@pytest.fixture
def begun(patient, nurse):
    return begin(patient, nurse, "phq9")


def begin(patient, nurse, instrument, **sitting):
    return actions.start_assessment(
        patient_id=patient.id, instrument=instrument, sitting=Sitting(**sitting), by=actor_for(nurse, at=NOW), at=NOW
    )


def say(assessment_id, nurse, at=NOW, **raw):
    said = {key.lstrip("q"): value if isinstance(value, Said) else Said(value=value) for key, value in raw.items()}
    return actions.save_answers(assessment_id=assessment_id, said=said, by=actor_for(nurse, at=at), at=at).raised


def sign_by_refusing(assessment_id, nurse):
    say(assessment_id, nurse, **{f"q{n}": Said(absent="refused") for n in range(2, 10)})
    return sign(assessment_id, nurse)


def sign(assessment_id, nurse, at=NOW):
    return actions.sign_assessment(assessment_id=assessment_id, by=actor_for(nurse, at=at), at=at)


NINE = {f"q{n}": v for n, v in enumerate([1, 2, 1, 2, 1, 1, 0, 0, 1], start=1)}


def test_what_was_seen_before_another_device_answered_is_read_again(begun, nurse):
    seen = queries.assessment(viewer_for(nurse, at=NOW), begun)
    say(begun, nurse, q9=1)
    by = actor_for(nurse, at=NOW)
    saved = actions.save_answers(assessment_id=begun, said={"1": Said(value=2)}, seen=seen, by=by, at=NOW)
    assert set(saved.answers) == {"1", "9"}, "the other device's answer counts"
    assert ([flag.id for flag in saved.flags], saved.raised) == (["item9"], ()), "and its flag is not raised twice"
    again = actions.save_answers(assessment_id=begun, said={"2": Said(value=0)}, seen=seen, by=by, at=NOW)
    assert set(again.answers) == {"1", "2", "9"}


def test_beginning_and_answering_never_keep_others_from_writing_about_the_patient(patient, nurse):
    with CaptureQueriesContext(connection) as sent:
        begun = begin(patient, nurse, "phq9")
        say(begun, nurse, q1=1)
        sign_by_refusing(begun, nurse)
    locks = [
        one["sql"].lower() for one in sent if " update" in one["sql"].lower() and "select" in one["sql"].lower()[:8]
    ]
    held = [sql for sql in locks if sql.rstrip().endswith("update")]
    assert len(held) >= 3
    assert all(sql.rstrip().endswith("for no key update") for sql in held), held


def test_a_question_named_longer_than_can_be_kept_is_refused_in_words(begun, nurse):
    long = "x" * 201
    source = {"resourceType": "Questionnaire", "item": [{"linkId": long, "type": "string", "text": "Why?"}]}
    content = {"id": "long", "version": "1", "questionnaire": source}
    edition = InstrumentEdition.objects.create(key="long", version="1", digest="long", content=content, kept_at=NOW)
    Assessment.objects.filter(pk=begun).update(edition=edition)
    with pytest.raises(actions.UnableToAssess, match="shorten its linkId"):
        actions.save_answers(
            assessment_id=begun, said={long: Said(value="because")}, by=actor_for(nurse, at=NOW), at=NOW
        )


def test_each_act_of_answering_keeps_the_assessment_as_it_was_with_its_author(begun, nurse):
    say(begun, nurse, q1=1)
    say(begun, nurse, q1=2)
    kept = Assessment.pgh_event_model.objects.filter(pgh_obj_id=begun).order_by("pgh_id")
    assert [(row.version, row.pgh_context.metadata["action"]) for row in kept] == [
        (1, "assessment.answer"), (2, "assessment.answer"),
    ]  # fmt: skip


def test_item_nine_interrupts_at_once_and_leads_today(begun, nurse, patient):
    (flag,) = say(begun, nurse, q9=1)
    assert (flag.id, flag.severity) == ("item9", "critical")
    task = Task.objects.get(patient=patient, kind="safety")
    assert (task.tier, task.owner_id) == (0, nurse.id)
    assert "988" in task.why
    line = JournalEntry.objects.get(kind="assessment.safety-flag-raised")
    assert line.patient_id == patient.id
    record = queries.assessment(viewer_for(nurse, at=NOW), begun)
    assert [f.id for f in record.flags] == ["item9"]
    assert record.line.signed_at is None, "nothing waited for the total"


def test_the_flag_rises_once_and_stays_when_the_answer_is_corrected(begun, nurse, patient):
    say(begun, nurse, q9=2)
    assert say(begun, nurse, q9=3) == ()
    assert say(begun, nurse, q9=0) == ()
    assert RaisedFlag.objects.count() == 1
    assert Task.objects.filter(patient=patient, kind="safety").count() == 1


def test_nine_points_with_item_nine_are_signed_as_mild_and_flagged(begun, nurse):
    say(begun, nurse, **NINE)
    needs = sign(begun, nurse)
    record = queries.assessment(viewer_for(nurse, at=NOW), begun)
    assert (record.line.score, record.line.band, record.line.positive) == ("9", "mild", False)
    assert record.outcome["flags"] == ["item9"]
    assert "suicidal_thoughts" in {n.id for n in needs}


def test_it_is_gone_on_with_on_another_device(begun, nurse, patient):
    say(begun, nurse, q1=1, q2=Said(absent="refused"))
    assert begin(patient, nurse, "phq9") == begun
    record = queries.assessment(viewer_for(nurse, at=NOW), begun)
    assert record.answers["2"].absent is Absence.REFUSED
    assert set(record.answers) == {"1", "2"}


def test_a_value_that_is_not_permitted_keeps_nothing(begun, nurse):
    with pytest.raises(actions.UnableToAssess, match="Not at all"):
        say(begun, nurse, q1=2, q2=7)
    assert AnswerRow.objects.count() == 0


def test_an_unknown_question_is_refused(begun, nurse):
    with pytest.raises(actions.UnableToAssess, match="not part"):
        say(begun, nurse, q99=1)


def test_it_cannot_be_signed_with_a_blank_but_with_a_refusal(begun, nurse):
    say(begun, nurse, **{f"q{n}": 0 for n in range(1, 9)})
    with pytest.raises(actions.UnableToAssess, match="1 questions are open"):
        sign(begun, nurse)
    say(begun, nurse, q9=Said(absent="refused"))
    sign(begun, nurse)
    record = queries.assessment(viewer_for(nurse, at=NOW), begun)
    assert record.line.score == "", "no total where one of nine was refused"
    assert record.outcome["missing"] == ["9"]


def test_the_total_is_on_the_chart_and_a_refusal_leaves_none(begun, nurse, patient):
    say(begun, nurse, **NINE)
    sign(begun, nurse)
    kept = Observation.objects.get(patient_id=patient.id, code="44261-6")
    assert (kept.value_number, kept.unit, kept.category, kept.note) == (9.0, "{score}", "survey", "mild")
    again = begin(patient, nurse, "phq9")
    say(again, nurse, **NINE | {"q2": Said(absent="refused")})
    sign(again, nurse)
    assert Observation.objects.filter(patient_id=patient.id, code="44261-6").count() == 1


def test_a_signed_assessment_never_changes_corrections_stand_beside(begun, nurse):
    say(begun, nurse, **NINE)
    sign(begun, nurse)
    with pytest.raises(actions.UnableToAssess, match="addendum"):
        say(begun, nurse, q1=0)
    row = AnswerRow.objects.get(place="1")
    for change in (lambda: row.delete(), lambda: AnswerRow.objects.update(words="x")):
        with pytest.raises(Error), transaction.atomic():
            change()
    at = NOW + timedelta(hours=1)
    actions.write_addendum(
        assessment_id=begun, text="Item 1 was 0; misheard.", place="1", by=actor_for(nurse, at=at), at=at
    )
    record = queries.assessment(viewer_for(nurse, at=at), begun)
    assert [a.text for a in record.addenda] == ["Item 1 was 0; misheard."]
    assert record.line.score == "9"


def test_the_patients_words_stay_with_the_answer(begun, nurse):
    words = Said(value=2, words="Como porque mi hija me trae la comida.", words_language="es")
    say(begun, nurse, q5=words)
    answer = queries.assessment(viewer_for(nurse, at=NOW), begun).answers["5"]
    assert (answer.words, answer.words_language, answer.by) == (words.words, "es", nurse.full_name)


def test_the_prior_one_stands_beside_and_is_never_preselected(begun, nurse, patient):
    say(begun, nurse, **NINE)
    sign(begun, nurse)
    later = NOW + timedelta(days=30)
    again = actions.start_assessment(
        patient_id=patient.id, instrument="phq9", sitting=Sitting(), by=actor_for(nurse, at=later), at=later
    )
    record = queries.assessment(viewer_for(nurse, at=later), again)
    assert record.prior is not None
    assert record.prior.score == "9"
    assert record.prior_answers["2"].values
    assert record.answers == {}


def test_one_need_per_problem_new_evidence_joins(begun, nurse, patient):
    say(begun, nurse, **(NINE | {"q1": 3, "q2": Said(value=3, words="Nothing is fun")}))
    assert {n.id for n in sign(begun, nurse)} >= {"low_mood", "suicidal_thoughts"}
    by = actor_for(nurse, at=NOW)
    ids = actions.adopt_needs(assessment_id=begun, chosen=["low_mood"], by=by, at=NOW)
    assert len(ids) == 1
    hand = SuggestedNeed(
        "x", "Daughter reports crying", "emotional", 11, (), "medium", "immediate", ("Daughter, by phone",)
    )
    assert actions.raise_need(patient_id=patient.id, need=hand, by=by, at=NOW) == ids[0]
    (need,) = queries.needs_of(viewer_for(nurse, at=NOW), patient.id)
    assert need.words == "Nothing is fun"
    assert need.priority == "high"
    assert "PHQ-9: 12, moderate" in [sentence for sentence, _at in need.evidence]
    assert "Daughter, by phone" in [sentence for sentence, _at in need.evidence]


def test_declining_a_need_asks_for_the_reason(begun, nurse, patient):
    by = actor_for(nurse, at=NOW)
    hand = SuggestedNeed("x", "Falls", "safety", 25, (), "high", "immediate", ("Two falls this month",))
    need_id = actions.raise_need(patient_id=patient.id, need=hand, by=by, at=NOW)
    with pytest.raises(actions.UnableToKeepNeed, match="why"):
        actions.close_need(need_id=need_id, status="declined", reason=" ", by=by, at=NOW)
    actions.close_need(need_id=need_id, status="declined", reason="Does not want help now", by=by, at=NOW)
    assert Need.objects.get(pk=need_id).status_reason == "Does not want help now"
    assert actions.raise_need(patient_id=patient.id, need=hand, by=by, at=NOW) != need_id


def test_a_proxy_is_named(patient, nurse):
    with pytest.raises(actions.UnableToAssess, match="who answers"):
        begin(patient, nurse, "sils", mode="proxy")


def test_every_domain_needs_a_conclusion_before_the_signature(patient, nurse):
    form = begin(patient, nurse, "comprehensive")
    say(form, nurse, **{"qA8.3": "Alone"})
    with pytest.raises(actions.UnableToAssess, match="Write a conclusion for: Health status"):
        sign(form, nurse)
    say(form, nurse, **{f"qA{n}.conclusion": "None identified" for n in range(1, 25)})
    assert {n.id for n in sign(form, nurse)} == {"living_alone"}


def test_repeated_groups_are_kept_by_instance(patient, nurse):
    form = begin(patient, nurse, "comprehensive")
    say(form, nurse, **{"qA2.1#0/A2.1.what": "Hip fracture", "qA2.1#1/A2.1.what": "Pneumonia"})
    answers = queries.assessment(viewer_for(nurse, at=NOW), form).answers
    assert answers["A2.1#1/A2.1.what"].values == ("Pneumonia",)


def test_stored_answers_rescore_to_the_stored_total(begun, nurse):
    say(begun, nurse, **NINE)
    sign(begun, nurse)
    record = queries.assessment(viewer_for(nurse, at=NOW), begun)
    assert str(score(record.instrument, record.answers, record.context).score) == record.line.score


def test_who_may_not_assess_is_refused_and_strangers_see_nothing(begun, site, patient):
    clerk = make_user("intake_clerk", site)
    with pytest.raises((NotPermitted, NotFound)):
        begin(patient, clerk, "phq2")
    stranger = make_user("case_manager", make_site())
    with pytest.raises(NotFound):
        queries.assessment(viewer_for(stranger, at=NOW), begun)
    with pytest.raises(NotFound):
        queries.needs_of(viewer_for(stranger, at=NOW), patient.id)


def test_the_edition_is_kept_once_per_content(begun, nurse, patient):
    begin(patient, nurse, "phq2")
    found = Assessment.objects.order_by("instrument").values_list("edition__key", flat=True)
    assert list(found) == ["phq2", "phq9"]
    assert queries.assessment(viewer_for(nurse, at=NOW), begun).instrument.attribution


def test_what_was_signed_is_computed_again_and_a_difference_is_told(begun, nurse, patient):
    say(begun, nurse, **NINE)
    sign(begun, nurse)
    viewer = viewer_for(nurse, at=NOW)
    assert list(queries.rescored(viewer)) == [(begun, True)]
    kept = Assessment.objects.get(pk=begun)
    kept.outcome["score"] = 8
    kept.save(update_fields=["outcome"])
    assert list(queries.rescored(viewer, batch=1)) == [(begun, False)]
    assert list(queries.rescored(viewer_for(make_user("case_manager", make_site()), at=NOW))) == []
