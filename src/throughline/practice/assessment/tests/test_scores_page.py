"""The scores as a nurse meets them: no input no score, components, source, version and standing beside the result."""

import re

import pytest
from django.urls import reverse

from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.scores import compute

pytestmark = pytest.mark.django_db
LACE = {"los": "5", "acute": "yes", "cci": "2", "ed": "1"}


@pytest.fixture
def browser(client):
    client.force_login(make_user("case_manager", make_site()))
    return client


def ask(browser, key, **form):
    return browser.post(reverse("assessment:score", args=[key]), form)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_lace_is_shown_with_its_components_its_source_and_its_standing(browser):
    text = text_of(ask(browser, "lace", **LACE))
    outcome = compute(library.scores()["lace"], LACE)
    assert re.search(rf"Score {outcome.score} {outcome.band}", text)
    for label in ("Length of stay, days 4", "Acute (unplanned) admission 3", "Emergency visits in the 6 months before"):
        assert label in text, label
    assert "CMAJ 2010;182:551-7" in text
    assert "Adults discharged from medical or surgical hospital care" in text
    assert "unreviewed (V1/V2/M)" in text
    assert "prior myocardial infarction 1" in text, "what the comorbidity sum is made of"


def test_what_is_blank_is_missing_and_then_there_is_no_score(browser):
    text = text_of(ask(browser, "lace", **LACE | {"ed": ""}))
    assert "Missing: Emergency visits in the 6 months before" in text
    assert "no score" in text


def test_a_value_nobody_has_is_refused_and_what_was_typed_stays(browser):
    answer = ask(browser, "lace", **LACE | {"los": "-3"})
    assert answer.status_code == 422
    assert "must be from 0 to 3650" in text_of(answer)
    assert 'value="-3"' in answer.content.decode()
    assert ask(browser, "pdc", fills="0 30\nmonday", period_days="90").status_code == 422


def test_both_versions_of_hospital_can_be_chosen(browser):
    page = browser.get(reverse("assessment:score", args=["hospital"])).content.decode()
    versions = library.scores()["hospital"].variants
    assert len(versions) == 2
    assert all(f">{version}</option>" in page for version in versions)
    form = {
        "hb": "11",
        "oncology": "no",
        "na": "133",
        "procedure": "yes",
        "urgent": "yes",
        "admissions": "2",
        "los": "6",
    }
    told = {version: text_of(ask(browser, "hospital", **form, version=version)) for version in versions}
    assert all(f"+{version}." in text for version, text in told.items()), "which one was used stands beside it"


def test_lists_are_typed_a_line_or_a_tick_each_and_none_is_an_answer(browser):
    assert "Missing" not in text_of(ask(browser, "charlson_quan", codes="I50.9, E11.9\nN18.4", age="70"))
    assert "Missing" in text_of(ask(browser, "elixhauser_vw"))
    assert "Missing" not in text_of(ask(browser, "elixhauser_vw", flags=["none of them"]))
    assert "Missing" not in text_of(ask(browser, "pdc", fills="0 30\n35 30", period_days="90"))


def test_the_list_names_all_and_says_why_one_is_not_worked_out(browser):
    text = text_of(browser.get(reverse("assessment:scores")))
    for score in library.scores().values():
        assert score.title in text
    closed = next(score for score in library.scores().values() if score.unavailable)
    assert browser.get(reverse("assessment:score", args=[closed.id])).status_code == 404
    assert browser.get(reverse("assessment:score", args=["no-such"])).status_code == 404
