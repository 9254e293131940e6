"""Drafts in the database and over the web: kept by field, one's own, offered, gone on with, forgotten when sent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from throughline.foundation.access import wall
from throughline.foundation.access.tests.factories import NOON, as_viewer, make_site, make_user
from throughline.foundation.drafts import actions, jobs, queries, rules
from throughline.foundation.drafts.models import Draft, Presence
from throughline.foundation.drafts.records import Key, Writing
from throughline.foundation.kernel.actor import system
from throughline.record.cases.tests.factories import make_case

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site)


@pytest.fixture
def patient_id(site, nurse):
    from throughline.record.cases.tests.factories import make_patient

    patient = make_patient(site)
    make_case(site, nurse, patient=patient)
    return patient.id


@pytest.fixture
def key(patient_id):
    return Key("desk.note", "patient_id", patient_id)


@pytest.fixture
def browser(nurse):
    client = Client()
    client.force_login(nurse)
    return client


def keep(user, site, key, at=NOON, sheet="one", **words):
    given = {field: [value] for field, value in words.items()}
    where = {"site_id": site.id, "patient_id": key.value, "page": "/"}
    return actions.keep(by=as_viewer(user).actor, key=key, sheet=sheet, words=given, at=at, **where)


def test_fields_are_kept_beside_one_another_and_the_beginning_stays(site, nurse, key):
    assert keep(nurse, site, key, text="He")
    assert keep(nurse, site, key, at=NOON + MINUTE, text="He walks", due="2026-03-14")
    found = queries.kept(as_viewer(nurse), [str(key)])[str(key)]
    assert found.words == {"text": ("He walks",), "due": ("2026-03-14",)}
    assert (found.began_at, found.saved_at) == (NOON, NOON + MINUTE)


def test_nobody_else_finds_them_not_even_a_supervisor(site, nurse, key):
    keep(nurse, site, key, text="He walks")
    assert queries.kept(as_viewer(make_user("supervisor", site))) == {}
    with wall.narrowed_to([make_site().id]):
        assert not Draft.objects.exists()


def test_a_save_that_was_under_way_does_not_bring_back_what_was_sent(site, nurse, key):
    keep(nurse, site, key, text="He walks")
    actions.forget_sent(by=as_viewer(nurse).actor, key=str(key), sheet="one", site_id=site.id, at=NOON)
    assert not keep(nurse, site, key, sheet="one", text="He walks")
    assert queries.kept(as_viewer(nurse)) == {}
    assert "He walks" not in str(Draft.objects.values_list("words", flat=True))
    assert keep(nurse, site, key, at=NOON + MINUTE, sheet="two", text="Anew")
    found = queries.kept(as_viewer(nurse))[str(key)]
    assert (found.words, found.began_at) == ({"text": ("Anew",)}, NOON + MINUTE)


def test_what_was_discarded_can_be_taken_up_again(site, nurse, key):
    keep(nurse, site, key, text="He walks")
    actions.discard(by=as_viewer(nurse).actor, key=str(key), at=NOON)
    assert queries.kept(as_viewer(nurse)) == {}
    actions.take_up(by=as_viewer(nurse).actor, key=str(key), at=NOON)
    assert queries.kept(as_viewer(nurse))[str(key)].words == {"text": ("He walks",)}


def test_too_much_is_refused_and_an_emptied_form_is_no_draft(site, nurse, key):
    with pytest.raises(actions.UnableToKeep):
        keep(nurse, site, key, text="x" * (rules.LONGEST_VALUE + 1))
    keep(nurse, site, key, text="  ")
    assert queries.kept(as_viewer(nurse)) == {}


def test_they_go_after_thirty_days_and_not_before(site, nurse, key):
    keep(nurse, site, key, text="He walks")
    assert actions.clear_old(by=system("test"), at=NOON + rules.KEPT_FOR - MINUTE) == 0
    assert actions.clear_old(by=system("test"), at=NOON + rules.KEPT_FOR) == 1
    keep(nurse, site, key, text="He walks")
    with wall.closed():
        jobs.clear_old_drafts(timestamp=0)  # at the test's real time, long after NOON
    assert not Draft.objects.exists()


def send(browser, key, **more):
    fields = {"key": str(key), "sheet": "one", "page": "/today/", "f.text": "He walks again"}
    return browser.post("/drafts/keep/", {**fields, **more}, headers={"hx-request": "true"})


def test_a_browser_keeps_and_is_told_when(browser, key):
    answer = send(browser, key)
    assert answer.status_code == 200
    assert answer.content.decode().startswith("Saved ")
    assert Draft.objects.get().words == {"text": ["He walks again"]}
    assert send(browser, key, gone="close").status_code == 200
    assert Draft.objects.get().words == {"text": ["He walks again"], "close": []}


def test_a_draft_about_somebody_not_hers_is_refused(key):
    elsewhere = Client()
    elsewhere.force_login(make_user("case_manager", make_site()))
    assert send(elsewhere, key).status_code == 404
    assert send(Client(), key).status_code == 401
    assert not Draft.objects.exists()


@pytest.mark.parametrize("bad", ["", "no form", "desk.note/nobody_id/0190a1b2-0000-7000-8000-000000000001"])
def test_a_mark_that_names_nothing_is_not_found(browser, bad):
    assert send(browser, bad).status_code == 404


def page(browser, patient_id, query=""):
    return browser.get(f"/today/{patient_id}/?open=note{query}").content.decode()


def test_the_page_offers_what_was_begun_and_goes_on_without_javascript(browser, key, patient_id):
    assert "You began this" not in page(browser, patient_id)
    send(browser, key)
    offered = page(browser, patient_id)
    assert "You began this" in offered
    assert "He walks again</textarea>" not in offered
    going_on = page(browser, patient_id, f"&draft={key}")
    assert "You began this" not in going_on
    assert "He walks again</textarea>" in going_on


def test_sending_the_form_forgets_the_draft_and_a_refusal_keeps_it(browser, key, patient_id):
    send(browser, key)
    note = f"/p/{patient_id}/note/"
    assert browser.post(note, {"text": "", "draft": str(key), "draft_sheet": "one"}).status_code == 422
    assert "You began this" in page(browser, patient_id)
    assert browser.post(note, {"text": "He walks", "draft": str(key), "draft_sheet": "one"}).status_code == 302
    assert "You began this" not in page(browser, patient_id)
    assert send(browser, key).status_code == 204


def test_a_sheet_sent_twice_because_its_answer_was_lost_is_one_act(browser, key, patient_id):
    from throughline.foundation.journal.models import JournalEntry

    note = {"text": "He walks", "draft": str(key), "draft_sheet": "one", "draft_page": "/patients/"}
    browser.post(f"/p/{patient_id}/note/", note)
    told = JournalEntry.objects.count()
    again = browser.post(f"/p/{patient_id}/note/", {**note, "draft_again": "1"})
    assert again["Location"] == "/patients/"
    fragment = browser.post(f"/p/{patient_id}/note/", {**note, "draft_again": "1"}, headers={"hx-request": "true"})
    assert fragment["HX-Refresh"] == "true"
    assert JournalEntry.objects.count() == told
    other = browser.post(f"/p/{patient_id}/note/", {**note, "draft_again": "1", "draft_sheet": "two"})
    assert other.status_code == 302
    assert JournalEntry.objects.count() == told + 1


def test_discard_and_undo_without_javascript(browser, key, patient_id):
    send(browser, key)
    browser.post("/drafts/discard/", {"key": str(key), "next": "/"})
    assert "You began this" not in page(browser, patient_id)
    answer = browser.post("/drafts/discard/", {"key": str(key), "act": "take-up", "next": "//evil.example/"})
    assert answer["Location"] == "/"
    assert "You began this" in page(browser, patient_id)


def test_pages_without_a_marked_form_ask_nothing_of_drafts(browser, django_assert_max_num_queries):
    with django_assert_max_num_queries(30) as asked:
        browser.get("/help/")
        browser.get("/account/")
    assert not [query for query in asked.captured_queries if "drafts_" in query["sql"]]


def test_who_else_is_writing_shows_for_two_polls_and_no_longer(site, nurse, key):
    colleague = make_user("social_worker", site, name="Rosa Castellano")
    actions.note_presence(by=as_viewer(colleague).actor, site_id=site.id, place=str(key), at=NOON)
    actions.note_presence(by=as_viewer(nurse).actor, site_id=site.id, place=str(key), at=NOON)
    assert queries.writing_at(as_viewer(nurse), str(key)) == [Writing("Social worker, RC")]
    later = as_viewer(nurse, at=NOON + rules.PRESENT_FOR)
    assert queries.writing_at(later, str(key)) == []
    actions.clear_old(by=system("test"), at=NOON + rules.PRESENT_FOR)
    assert not Presence.objects.exists()


def test_presence_is_written_to_no_log_and_polling_is_no_activity(browser, key):
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where relname = 'drafts_presence'")
        assert cursor.fetchone() == ("u",)
    poll = {"hx-request": "true", "x-throughline-poll": "1"}
    before = browser.session.get("session_seen")
    assert browser.post("/drafts/presence/", {"key": str(key), "words": "Note"}, headers=poll).status_code == 200
    assert browser.session.get("session_seen") == before
    assert Presence.objects.count() == 1
