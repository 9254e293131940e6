"""Logged contacts are evidence: proven tries, two identifiers, and the case knows when it last heard her."""

from datetime import timedelta

import pytest

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.journal.models import JournalEntry
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import NOW, make_case
from throughline.record.contacts import actions, queries, rules
from throughline.record.contacts.actions import ContactIn
from throughline.record.contacts.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    site = make_site()
    nurse = make_user("case_manager", site)
    case = Case.objects.get(pk=make_case(site, nurse))
    return nurse, case


def log(nurse, case, outcome, *, hours=0, **fields):
    began = NOW + timedelta(hours=hours)
    contact = ContactIn(channel="phone", outcome=outcome, began_at=began, number="+19375550187", **fields)
    return actions.log_contact(patient_id=case.patient_id, contact=contact, by=actor_for(nurse, at=began), at=began)


def test_tries_are_counted_until_she_is_reached(ward):
    nurse, case = ward
    log(nurse, case, "3")
    log(nurse, case, "2", hours=4)
    tries = queries.tries_since_reached(viewer_for(nurse, at=NOW), case.patient_id)
    assert [t.outcome for t in tries] == ["no-answer", "voicemail"]
    assert all(t.number and t.at for t in tries)
    log(nurse, case, "1", hours=8, identifiers=("name", "birth-date"))
    assert queries.tries_since_reached(viewer_for(nurse, at=NOW), case.patient_id) == []
    case.refresh_from_db()
    assert case.last_contact_at == NOW + timedelta(hours=8)


def test_the_story_says_which_try_it_was(ward):
    nurse, case = ward
    log(nurse, case, "3")
    log(nurse, case, "2", hours=4)
    lines = JournalEntry.objects.filter(kind="contacts.contact-logged").order_by("occurred_at")
    assert [line.sentence for line in lines] == ["Call: no answer, try 1.", "Call: no answer, voicemail left, try 2."]


@pytest.mark.parametrize(
    ("outcome", "fields", "sentence"),
    [
        ("1", {}, "two identifiers"),
        ("0", {}, "1 to 9"),
        ("3", {"hours": 1}, None),
        ("3", {"seconds": 86_401}, "minutes"),
        ("1", {"identifiers": ("name", "shoe-size")}, "from the list"),
    ],
)
def test_refusals_leave_nothing_behind(ward, outcome, fields, sentence):
    nurse, case = ward
    if sentence is None:
        log(nurse, case, outcome, **fields)
        assert Contact.objects.count() == 1
    else:
        with pytest.raises(rules.UnableToLogContact, match=sentence):
            log(nurse, case, outcome, **fields)
        assert not Contact.objects.exists()


def test_a_contact_of_the_future_or_of_last_year_is_refused(ward):
    nurse, case = ward
    for shift in (timedelta(minutes=2), timedelta(days=-31)):
        contact = ContactIn(channel="phone", outcome="3", began_at=NOW + shift)
        with pytest.raises(rules.UnableToLogContact):
            actions.log_contact(patient_id=case.patient_id, contact=contact, by=actor_for(nurse, at=NOW), at=NOW)


def test_ones_own_contact_can_be_taken_back_for_an_hour(ward):
    nurse, case = ward
    contact_id = log(nurse, case, "3")
    by = actor_for(nurse, at=NOW)
    with pytest.raises(rules.UnableToLogContact, match="last hour"):
        actions.take_back(contact_id=contact_id, by=by, at=NOW + timedelta(minutes=61))
    actions.take_back(contact_id=contact_id, by=by, at=NOW + timedelta(minutes=59))
    assert not Contact.objects.exists()
