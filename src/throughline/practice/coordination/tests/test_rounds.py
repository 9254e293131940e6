"""Rounds: answers are tasks at once, what is unfinished comes first, nothing of another's patients; conferences."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughline.foundation.access.tests.factories import as_actor, as_viewer, make_site, make_user
from throughline.foundation.journal.models import JournalEntry
from throughline.practice.coordination.actions import rounds as acts
from throughline.practice.coordination.models import Conference, Round, RoundEntry
from throughline.practice.coordination.queries import rounds as queries
from throughline.practice.coordination.records.rounds import AnswerIn, ConferenceIn
from throughline.practice.coordination.rules import rounds as rules
from throughline.record.cases.actions import record_what_matters
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.models import Encounter
from throughline.record.tasks.actions import do_task
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

NOW = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)  # Monday, 11:30 AM in New York
EAST = "America/New_York"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(0, 9))
def test_the_next_patient_is_one_not_yet_answered_and_nobody_is_left_out(done, start):
    keys = [uuid4() for _ in done]
    entries = list(zip(keys, done, strict=True))
    found = rules.next_of(entries, keys[start % len(keys)])
    assert (found is None) == all(done)
    if found is not None:
        assert not done[keys.index(found)]


def test_beds_are_gone_through_as_one_walks_and_a_place_is_unit_and_bed():
    assert sorted(["12", "2", "11B", "11A", "hall"], key=rules.bed_order) == ["2", "11A", "11B", "12", "hall"]
    assert rules.unit_and_bed("4 West 12") == ("4 West", "12")
    assert rules.unit_and_bed("Emergency") == ("Emergency", "")
    assert rules.unit_and_bed("3 North Family Birth Center") == ("3 North Family Birth Center", "")


def test_by_when_is_never_in_the_past():
    evening = datetime(2026, 3, 9, 22, tzinfo=UTC)  # 6 PM
    assert rules.by_when("today", at=NOW, zone=EAST) == datetime(2026, 3, 9, 21, tzinfo=UTC)
    assert rules.by_when("today", at=evening, zone=EAST) == evening + timedelta(hours=2)
    assert rules.by_when("tomorrow", at=evening, zone=EAST) == datetime(2026, 3, 10, 16, tzinfo=UTC)
    with pytest.raises(rules.UnableToRound, match="by when"):
        rules.by_when("someday", at=NOW, zone=EAST)


def test_every_barrier_has_a_letter_of_its_own_that_no_other_key_takes():
    letters = [one.letter for one in rules.barriers()]
    assert len(set(letters)) == len(letters) > 5
    assert not set(letters) & set("gjku?q1234")


@pytest.fixture
def site(db):
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site, name="Dana Whitfield")


@pytest.fixture
def social(site):
    return make_user("social_worker", site, name="Rosa Castellano")


@pytest.fixture
def patient(site, nurse):
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


def begin(site, nurse, patients, at=NOW, name="4 West"):
    listed = [(p.id, str(n)) for n, p in enumerate(patients, 1)]
    return acts.begin_round(site_id=site.id, name=name, patients=listed, by=as_actor(nurse), at=at)


def line(round_id, patient):
    return RoundEntry.objects.get(round_id=round_id, patient=patient)


def answer(entry, nurse, at=NOW, **said):
    acts.answer(round_entry_id=entry.id, said=AnswerIn(**({"ready": False} | said)), by=as_actor(nurse), at=at)
    entry.refresh_from_db()


def test_a_barrier_and_the_familys_question_are_somebodys_tasks_at_once(site, nurse, social, patient):
    entry = line(begin(site, nurse, [patient]), patient)
    answer(entry, nurse, barrier="Ride", owner_id=social.id, by="tomorrow", question="Stairs?")
    barrier = Task.objects.get(pk=entry.barrier_task_id)
    assert (barrier.verb, barrier.title, barrier.owner) == ("Clear", "Ride", social)
    assert barrier.due_at == datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert barrier.why == "Rounds 4 West, Mar 9, 2026"
    family = Task.objects.get(pk=entry.question_task_id)
    assert (family.verb, family.title) == ("Answer the family", "Stairs?")
    said = JournalEntry.objects.get(kind="coordination.rounds-answered").sentence
    assert said == "Rounds 4 West: not ready: Ride; Rosa Castellano, by tomorrow, 12:00 noon. The family asks: Stairs?"


def test_an_answer_given_again_replaces_the_first_and_one_taken_back_leaves_no_task(site, nurse, patient):
    entry = line(begin(site, nurse, [patient]), patient)
    answer(entry, nurse, barrier="Ride")
    answer(entry, nurse, barrier="Equipment")
    live = Task.objects.filter(patient=patient, kind="rounds", state__in=LIVE)
    assert [task.title for task in live] == ["Equipment"]
    acts.undo_answer(round_entry_id=entry.id, by=as_actor(nurse), at=NOW)
    assert not live.all().exists()
    entry.refresh_from_db()
    assert (entry.ready, entry.barrier, entry.answered_at) == (None, "", None)


def test_ready_makes_no_task_and_saying_nothing_is_sent_back(site, nurse, patient):
    entry = line(begin(site, nurse, [patient]), patient)
    with pytest.raises(rules.UnableToRound, match="Say what stands"):
        answer(entry, nurse)
    with pytest.raises(rules.UnableToRound, match="Say whether"):
        answer(entry, nurse, ready=None)
    answer(entry, nurse, ready=True)
    assert entry.answered_at == NOW
    assert not Task.objects.filter(kind="rounds").exists()


def test_yesterdays_unfinished_stands_first_until_it_is_done(site, nurse, patient):
    second = make_patient(site, name="Begay, Ruth")
    make_case(site, nurse, patient=second)
    first = begin(site, nurse, [patient, second])
    entry = line(first, patient)
    answer(entry, nurse, barrier="Ride")
    acts.end_round(round_id=first, by=as_actor(nurse), at=NOW)
    tomorrow = NOW + timedelta(days=1)
    following = begin(site, nurse, [patient, second], at=tomorrow)
    assert following != first
    viewer = as_viewer(nurse, at=tomorrow)
    left = queries.round_shown(viewer, following).unfinished
    assert [(one.patient_name, one.words, one.late) for one in left] == [
        ("Ngozi Adeyemi", "Ride", True),
        ("Ruth Begay", "not spoken of", False),
    ]
    do_task(task_id=entry.barrier_task_id, outcome="Booked", by=as_actor(nurse), at=tomorrow)
    assert [one.words for one in queries.round_shown(viewer, following).unfinished] == ["not spoken of"]


def test_a_round_begun_twice_in_a_morning_is_one_with_newcomers_at_its_end(site, nurse, patient):
    newcomer = make_patient(site, name="Begay, Ruth")
    make_case(site, nurse, patient=newcomer)
    first = begin(site, nurse, [patient])
    assert begin(site, nurse, [newcomer, patient], at=NOW + timedelta(minutes=5)) == first
    assert [row.patient_id for row in Round.objects.get().entries.order_by("place")] == [patient.id, newcomer.id]
    with pytest.raises(rules.UnableToRound, match="Nobody"):
        begin(site, nurse, [])


def test_a_unit_is_listed_by_beds_and_shows_only_patients_one_may_see(site, nurse, patient):
    second = make_patient(site, name="Begay, Ruth")
    make_case(site, nurse, patient=second)
    hidden = make_patient(site, name="Stranger, Ann")
    for who, bed in ((patient, "12"), (second, "2"), (hidden, "3")):
        Encounter.objects.create(
            site=site, patient=who, is_stay=True, location=f"4 West {bed}", effective_at=NOW - timedelta(days=4),
            status="in-progress", received_at=NOW, class_code="IMP",
        )  # fmt: skip
    viewer = as_viewer(nurse, at=NOW)
    unit = next(one for one in queries.lists(viewer) if one.unit)
    assert (unit.name, unit.count) == ("4 West", 2)
    assert queries.patients_of(viewer, unit) == [(second.id, "2"), (patient.id, "12")]
    shown = queries.round_shown(viewer, begin(site, nurse, [second, hidden, patient]))
    assert [one.patient_name for one in shown.entries] == ["Ruth Begay", "Ngozi Adeyemi"]
    assert shown.entries[1].day == 5


def test_by_plain_forms_each_answer_goes_on_to_the_next_and_can_be_taken_back(client, site, nurse, patient):
    second = make_patient(site, name="Begay, Ruth")
    make_case(site, nurse, patient=second)
    client.force_login(nurse)
    page = client.get(reverse("coordination:rounds")).content.decode()
    assert "own list" in page
    key = page.split('name="list" value="')[1].split('"')[0]
    shown = client.post(reverse("coordination:begin-round"), {"list": key}, follow=True)
    made = Round.objects.get()
    assert "Start with the first patient" in shown.content.decode()
    one, two = (reverse("coordination:round-entry", args=[e.id]) for e in made.entries.order_by("place"))
    wrong = client.post(one, {"by": "today", "question": "Stairs?"})
    assert wrong.status_code == 422
    assert "Stairs?" in wrong.content.decode()
    on = client.post(one, {"barrier": "ride", "barrier_text": "stretcher", "by": "today", "owner": str(nurse.id)})
    assert on["Location"].startswith(two)
    assert Task.objects.get(kind="rounds").title == "Ride: stretcher"
    undo = client.get(on["Location"]).content.decode().split('<form method="post" action="')[-1].split('"')[0]
    client.post(undo)
    assert not Task.objects.filter(kind="rounds", state__in=LIVE).exists()
    client.post(one, {"ready": "yes"})
    last = client.post(two, {"ready": "yes"})
    assert last["Location"] == reverse("coordination:round", args=[made.id])
    saved = client.post(
        reverse("coordination:round-present", args=[made.id]), {"present": "Dana, RN\nDr. Lee"}, follow=True
    )
    assert "Dr. Lee" in saved.content.decode()
    seen = saved.content.decode().split('name="seen" value="')[1].split('"')[0]
    theirs = make_user("case_manager", site, name="Petra Voss")
    acts.note_present(round_id=made.id, present=["Dana, RN", "Chaplain"], by=as_actor(theirs), at=NOW)
    mine = {"present": "Dana, RN\nDr. Lee\nWard clerk", "seen": seen}
    met = client.post(reverse("coordination:round-present", args=[made.id]), mine)
    assert (met.status_code, met.context["changed_by"]) == (409, "Petra Voss")


def test_a_conference_keeps_the_wishes_of_that_day_and_its_decisions_are_tasks(client, site, nurse, social, patient):
    case = patient.cases.get()
    record_what_matters(
        case_id=case.id, words="I want my own bed", language="en", by=as_actor(nurse), at=NOW, version=case.version
    )
    client.force_login(nurse)
    address = reverse("coordination:conferences", args=[patient.id])
    typed = {
        "at": "2026-03-09 10:00", "question": "Home or facility?", "present": "Dana, RN; Dr. Lee",
        "minutes": "Spoke of the stairs.", "dissent": "Dr. Lee: too early", "patient_present": "1",
        "decisions": "Ask the plan for home hours @rosa +3d\n\nVisit the home",
    }  # fmt: skip
    assert client.post(address, typed | {"decisions": "Call @nobody"}).status_code == 422
    assert not Conference.objects.exists()
    page = client.post(address, typed, follow=True).content.decode()
    client.post(address, typed)
    assert Conference.objects.count() == 1, "pressed twice, kept once"
    for words in ("I want my own bed", "Not all agreed", "Dr. Lee: too early", "the patient; Dana, RN; Dr. Lee"):
        assert words in page
    tasks = {task.title: task.owner for task in Task.objects.filter(kind="rounds")}
    assert tasks == {"Ask the plan for home hours": social, "Visit the home": nurse}
    assert "Home or facility?" in client.get(address).content.decode()


def test_a_conference_without_minutes_is_not_kept(site, nurse, patient):
    held = ConferenceIn(at=NOW, question="Home?", minutes=" ", present=("RN",))
    with pytest.raises(rules.UnableToRound, match="what was said"):
        acts.hold_conference(patient_id=patient.id, conference=held, by=as_actor(nurse), at=NOW)
