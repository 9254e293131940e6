"""Written on the thread, read by those who see the patient, taken back in time; nothing of health in a notice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, open_record, signed_in
from throughline.foundation.journal.models import OutboxMessage
from throughline.foundation.journal.outbox import deliver_due
from throughline.practice.coordination.actions.messages import (
    ConversationIn,
    MessageIn,
    mark_read,
    record_reply,
    start_conversation,
    take_back,
    write_message,
)
from throughline.practice.coordination.actions.team import MemberIn, add_member
from throughline.practice.coordination.models import Message, TeamMember
from throughline.practice.coordination.queries import messages as queries
from throughline.practice.coordination.queries.addressees import addressees
from throughline.practice.coordination.rules.messaging import UnableToWrite, notification
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site(), name="Ines Calder")


@pytest.fixture
def site(nurse):
    return nurse.grants.get().site


@pytest.fixture
def patient(nurse, site):
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


@pytest.fixture
def colleague(site, patient):
    found = make_user("social_worker", site, name="Rosa Lind")
    open_record(patient.id, site, user=found, kind="care_team")
    return found


def by(user, at=NOW):
    return actor_for(user, at=at)


def see(user, at=NOW):
    return viewer_for(user, at=at)


def begin(nurse, patient, *to, text="HIV clinic asks for a ride", **message):
    about = ConversationIn(subject="Ride to the HIV clinic", to=to)
    return start_conversation(
        patient_id=patient.id, conversation=about, message=MessageIn(text=text, **message), by=by(nurse), at=NOW
    )


def test_a_colleague_has_one_unread_until_she_looks_and_the_writer_none(nurse, patient, colleague):
    talk = begin(nurse, patient, f"user:{colleague.id}")
    assert (queries.unread_count(see(nurse)), queries.unread_count(see(colleague))) == (0, 1)
    mark_read(conversation_id=talk, by=by(colleague), at=NOW + timedelta(minutes=1))
    assert queries.unread_count(see(colleague)) == 0
    assert dict(queries.conversation(see(nurse), talk).people)["Rosa Lind"] == "has read it"
    answer = MessageIn(text="I drive")
    write_message(conversation_id=talk, message=answer, by=by(colleague), at=NOW + timedelta(minutes=2))
    assert queries.unread_count(see(nurse)) == 1


def test_who_does_not_see_the_patient_cannot_be_written_to(nurse, site, patient):
    blind = make_user("team_nurse", site, name="Petra Voss")
    with pytest.raises(UnableToWrite, match="Petra Voss does not see this patient"):
        begin(nurse, patient, f"user:{blind.id}")
    assert "Petra Voss" not in [one.name for one in addressees(see(nurse), patient.id, site.id)]
    boss = make_user("supervisor", site)
    assert begin(nurse, patient, f"user:{boss.id}")


def test_a_message_carries_a_task_to_its_owner_and_takes_it_back_with_it(nurse, patient, colleague):
    begin(nurse, patient, f"user:{colleague.id}", task_title="Book the ride", task_owner_id=colleague.id)
    task = Task.objects.get(owner=colleague)
    assert task.title == "Book the ride"
    take_back(message_id=Message.objects.get().id, by=by(nurse), at=NOW + timedelta(minutes=1))
    task.refresh_from_db()
    assert task.state == "cancelled"
    assert queries.unread_count(see(colleague)) == 0
    assert queries.of_patient(see(nurse), patient.id) == []


def test_what_a_colleague_has_read_or_somebody_else_wrote_is_not_taken_back(nurse, patient, colleague):
    talk = begin(nurse, patient, f"user:{colleague.id}")
    message = Message.objects.get()
    with pytest.raises(UnableToWrite, match="Only who wrote it"):
        take_back(message_id=message.id, by=by(colleague), at=NOW + timedelta(minutes=1))
    mark_read(conversation_id=talk, by=by(colleague), at=NOW + timedelta(minutes=1))
    with pytest.raises(UnableToWrite, match="read it already"):
        take_back(message_id=message.id, by=by(nurse), at=NOW + timedelta(minutes=2))


def test_to_a_member_outside_it_waits_names_no_illness_and_leaves(nurse, patient):
    member = add_member(patient_id=patient.id, member=MemberIn(name="Alder Home Care"), by=by(nurse), at=NOW)
    talk = begin(nurse, patient, f"member:{member}")
    waiting = OutboxMessage.objects.get(kind="coordination.message")
    assert "HIV" not in f"{waiting.what} {waiting.recipient} {waiting.payload}"
    assert queries.conversation(see(nurse), talk).messages[0].standing == "waits in the outbox"
    assert deliver_due(at=NOW + timedelta(minutes=1)).failed == 0
    assert queries.conversation(see(nurse), talk).messages[0].standing == "sent"
    later = NOW + timedelta(hours=1)
    record_reply(conversation_id=talk, member_id=member, text="Tuesday works", by=by(nurse), at=later)
    last = queries.conversation(see(nurse), talk).messages[-1]
    assert last.by == "Alder Home Care, written down by Ines Calder"
    assert TeamMember.objects.get(pk=member).last_contact_at == NOW + timedelta(hours=1)


def test_taken_back_from_the_outbox_it_never_leaves(nurse, patient):
    member = add_member(patient_id=patient.id, member=MemberIn(name="Alder Home Care"), by=by(nurse), at=NOW)
    begin(nurse, patient, f"member:{member}")
    message = Message.objects.get()
    take_back(message_id=message.id, by=by(nurse), at=NOW + timedelta(seconds=5))
    deliver_due(at=NOW + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.left_at is None
    assert message.taken_back_at is not None


def test_a_notice_says_how_many_and_nothing_else(nurse, patient, colleague):
    begin(nurse, patient, f"user:{colleague.id}")
    assert notification(2) == "2 unread messages"
    said = signed_in(colleague).get(reverse("coordination:unread")).content.decode()
    assert "1 unread message" in said
    assert "HIV" not in said
    assert patient.display_name not in said


def test_the_pages_begin_answer_refuse_with_everything_typed_and_show_readers_no_form(nurse, site, patient, colleague):
    browser = signed_in(nurse)
    where = reverse("coordination:patient-messages", args=[patient.id])
    assert "No messages about her yet" in browser.get(where).content.decode()
    refused = browser.post(where, {"subject": "Ride", "text": "Who drives?"})
    assert refused.status_code == 422
    assert "Who drives?" in refused.content.decode()
    fields = {"subject": "Ride", "text": "Who drives?", "to": f"user:{colleague.id}"}
    page = browser.post(where, fields, follow=True).content.decode()
    assert "Rosa Lind (not read yet)" in page
    assert "Take back" in page
    page = signed_in(colleague).get(reverse("coordination:messages")).content.decode()
    assert "unread" in page
    reader = signed_in(make_user("auditor", site))
    assert "New message" not in reader.get(where).content.decode()


def test_pressed_twice_a_message_is_one_and_the_same_words_later_are_another(nurse, colleague, patient):
    browser = signed_in(nurse)
    where = reverse("coordination:patient-messages", args=[patient.id])
    said = {"subject": "Ride", "to": f"user:{colleague.id}", "text": "Can you drive her?", "task_title": "Find a ride"}
    first, second = browser.post(where, said), browser.post(where, said)
    assert first["Location"] == second["Location"]
    assert (Message.objects.count(), Task.objects.filter(title="Find a ride").count()) == (1, 1)
    for text in ("Tomorrow?", "Tomorrow?", "Or Friday?"):
        browser.post(first["Location"], {"text": text})
    assert Message.objects.count() == 3
    Message.objects.update(at=NOW)
    browser.post(first["Location"], {"text": "Tomorrow?"})
    assert Message.objects.count() == 4


def test_the_count_is_one_statement_and_costs_today_none(nurse, patient, colleague, django_assert_num_queries):
    begin(nurse, patient, f"user:{colleague.id}")
    viewer = see(colleague)
    with django_assert_num_queries(1):
        assert queries.unread_count(viewer) == 1
    page = signed_in(colleague).get(reverse("desk:today")).content.decode()
    assert reverse("coordination:unread") in page
    assert "1 unread" not in page
