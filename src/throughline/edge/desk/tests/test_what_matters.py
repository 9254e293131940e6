"""Two colleagues write down what matters: different fields merge, the same field comes back with both texts."""

import pytest
from django.test import Client

from throughline.foundation.access.tests.factories import make_site, make_user, open_record
from throughline.foundation.drafts.rules import version_of
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import make_case, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    site = make_site()
    nurse, colleague = make_user("case_manager", site), make_user("social_worker", site, name="Rosa Castellano")
    patient = make_patient(site)
    case_id = make_case(site, nurse, patient=patient)
    open_record(patient.id, site, user=colleague, kind="care_team")
    browsers = []
    for user in (nurse, colleague):
        browsers.append(Client())
        browsers[-1].force_login(user)
    return case_id, f"/p/{patient.id}/what-matters/", browsers


def write(browser, address, words, language, saw, **more):
    seen = [f"{field}:{version_of(value)}" for field, value in saw.items()]
    return browser.post(address, {"words": words, "language": language, "seen": seen, **more})


def kept(case_id):
    case = Case.objects.get(id=case_id)
    return case.matters_most, case.matters_most_language


EMPTY = {"words": "", "language": "en"}


def test_different_fields_merge_and_the_second_is_told(world):
    case_id, address, (nurse, colleague) = world
    write(colleague, address, "", "es", EMPTY)
    answer = write(nurse, address, "Mi cama", "en", EMPTY)
    assert answer.status_code == 302
    assert kept(case_id) == ("Mi cama", "es")
    told = nurse.get(answer["Location"]).content.decode()
    assert "Changed by Rosa Castellano" in told
    assert "Language of the words" in told


def test_the_same_field_comes_back_with_both_texts_and_nothing_is_written(world):
    case_id, address, (nurse, colleague) = world
    write(colleague, address, "To sleep in my chair", "en", EMPTY)
    answer = write(nurse, address, "To sleep in my own bed", "en", EMPTY, draft="x", draft_sheet="s")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<ins>own bed</ins>" in page
    assert "<mark>chair</mark>" in page
    assert "Rosa Castellano" in page
    assert 'name="draft" value="x"' in page
    assert kept(case_id) == ("To sleep in my chair", "en")
    theirs = {"words": "To sleep in my chair", "language": "en"}
    answer = write(nurse, address, "To sleep in my own bed", "en", theirs, **{"keep.words": "both"})
    assert answer.status_code == 302
    assert kept(case_id)[0] == "To sleep in my chair\n\nTo sleep in my own bed"


def test_who_gives_way_keeps_her_own_words_as_a_draft(world):
    case_id, address, (nurse, _) = world
    key = f"desk.what-matters/patient_id/{address.split('/')[2]}"
    nurse.post("/drafts/keep/", {"key": key, "sheet": "s", "f.words": "My bed"}, headers={"hx-request": "true"})
    Case.objects.update(matters_most="My chair", matters_most_language="en")
    theirs = {"words": "My chair", "language": "en"}
    more = {"keep.words": "theirs", "draft": key, "draft_sheet": "s"}
    assert write(nurse, address, "My bed", "en", theirs, **more).status_code == 302
    assert kept(case_id)[0] == "My chair"
    assert "My bed" in nurse.get(address).content.decode()
