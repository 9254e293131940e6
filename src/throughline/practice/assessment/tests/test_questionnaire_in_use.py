"""A Questionnaire laid in by a site, groups that repeat and all, from the first question to paper and FHIR."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.content import library as content
from throughline.practice.assessment import actions
from throughline.practice.assessment.models import AnswerRow, Assessment
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.tests.test_repeating import QUESTIONNAIRE
from throughline.record.cases.tests.factories import NOW, make_case, make_patient

pytestmark = pytest.mark.django_db
ITEM = {
    "key": "medicines", "version": "1.0.0", "title": "Medicines at home", "citation": "Own form of the site, 2026",
    "licence": "own words", "confidence": "M", "effective_from": "", "reviewer": "", "examples": [],
    "questionnaire": QUESTIONNAIRE,
}  # fmt: skip
HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "medicines.json").write_text(json.dumps(ITEM))
    monkeypatch.setenv("THROUGHLINE_CONTENT_OVERLAY", str(tmp_path))
    content.forget()
    yield
    monkeypatch.undo()
    content.forget()


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


@pytest.fixture
def patient(nurse):
    site = nurse.grants.first().site
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


@pytest.fixture
def begun(overlay, client, nurse, patient):
    client.force_login(nurse)
    client.post(reverse("assessment:start", args=[patient.id]), {"instrument": "medicines"})
    return Assessment.objects.get(patient=patient)


def send(client, found, **form):
    said = {k.replace("__", "#").replace("_in_", "/"): v for k, v in form.items()}
    places = [name[2:] for name in said if name[:2] == "q:"]
    return client.post(reverse("assessment:answer", args=[found.id]), said | {"asked": places}, **HTMX)


def places(found):
    return set(AnswerRow.objects.filter(assessment=found).values_list("place", flat=True))


def test_one_more_and_one_less(client, begun):
    send(client, begun, **{"q:any": "yes"})
    html = send(client, begun, **{"q:med__0_in_name": "furosemide", "q:med__0_in_times": "2"}).content.decode()
    assert "Medicine 1" in html
    assert 'name="to" value="med#1/name"' in html
    html = send(client, begun, **{"to": "med#1/name"}).content.decode()
    assert "Medicine 2" in html
    send(client, begun, **{"q:med__1_in_name": "pain pill", "q:med__1_in_times": "4"})
    html = client.get(reverse("assessment:run", args=[begun.id]) + "?at=med%230/name").content.decode()
    assert 'name="drop" value="med#0"' in html
    html = send(client, begun, drop="med#0").content.decode()
    assert 'value="pain pill"' in html, "the page stays with the group"
    assert places(begun) == {"any", "med#0/name", "med#0/times"}
    assert AnswerRow.objects.get(assessment=begun, place="med#0/name").value == [{"text": "pain pill"}]


def test_three_may_stand_and_no_more(client, begun):
    send(client, begun, **{"q:any": "yes", "q:med__0_in_name": "a", "q:med__1_in_name": "b"})
    html = send(client, begun, **{"q:med__2_in_name": "c"}).content.decode()
    assert "One more: Medicine" not in html
    assert send(client, begun, **{"q:med__3_in_name": "d"}).status_code == 422
    assert send(client, begun, **{"q:med__40_in_name": "d"}).status_code == 422
    assert send(client, begun, drop="med#7").status_code == 422
    page = client.get(reverse("assessment:run", args=[begun.id]) + "?at=med%239999/name")
    assert page.content.decode().count("Medicine ") < 20


@pytest.fixture
def signed(client, begun):
    send(client, begun, **{"q:any": "yes", "q:med__0_in_name": "furosemide", "q:med__1_in_name": "pain pill"})
    send(client, begun, **{"q:med__1_in_amount": "2", "q:med__1_in_times": "4", "q:med__1_in_why": "It hurts"})
    assert client.post(reverse("assessment:review", args=[begun.id])).status_code == 302
    begun.refresh_from_db()
    assert begun.signed_at is not None
    return begun


def test_review_and_paper_name_each_repetition_and_what_is_calculated(client, signed):
    for name in ("signed", "print"):
        html = client.get(reverse(f"assessment:{name}", args=[signed.id])).content.decode()
        assert html.index("Medicine 1") < html.index("furosemide") < html.index("Medicine 2") < html.index("pain pill")
        assert "Tablets a day" in html
    assert client.get(reverse("assessment:print-pdf", args=[signed.id])).content[:4] == b"%PDF"
    blank = client.get(reverse("assessment:blank", args=["medicines"])).content.decode()
    assert blank.count("Tablets each time") == 2


def test_it_goes_out_as_fhir_and_comes_in_again(client, signed, nurse, patient):
    sent = client.get(reverse("assessment:response", args=[signed.id]))
    assert sent["Content-Type"] == "application/fhir+json"
    found = sent.json()
    assert (found["status"], [row["linkId"] for row in found["item"]]) == ("completed", ["any", "med", "med"])
    assert {"linkId": "daily", "text": "Tablets a day", "answer": [{"valueInteger": 8}]} in found["item"][2]["item"]
    other = make_patient(patient.site)
    make_case(patient.site, nurse, patient=other)
    upload = SimpleUploadedFile("r.json", sent.content)
    form = {"instrument": "medicines", "response": upload}
    assert client.post(reverse("assessment:take-in", args=[other.id]), form).status_code == 302
    taken = Assessment.objects.get(patient=other)
    assert taken.signed_at is None
    assert places(taken) == places(signed)


SEVERAL_DAYS = {"valueCoding": {"system": "http://loinc.org", "code": "LA6569-3"}}
PHQ2 = [{"linkId": n, "answer": [SEVERAL_DAYS]} for n in ("1", "2")]
LOINCS = "http://loinc.org/q/55757-9"
OWN = "urn:throughline:questionnaire:phq2"


def take_in(nurse, patient, named, instrument=""):
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": PHQ2}
    if named:
        response["questionnaire"] = named
    by = actor_for(nurse, at=NOW)
    found = actions.take_in_response(patient_id=patient.id, instrument=instrument, response=response, by=by, at=NOW)
    return Assessment.objects.get(pk=found)


def test_a_response_finds_its_questionnaire_by_the_name_it_gives(nurse, patient):
    version = library.instruments()["phq2"].version
    found = take_in(nurse, patient, f"{OWN}|{version}")
    assert (found.instrument, found.answers.count()) == ("phq2", 2)


@pytest.mark.parametrize("named", [OWN, f"{OWN}#part", "", "#form"])
def test_a_response_without_a_version_or_a_name_is_taken_for_what_the_nurse_chose(nurse, patient, named):
    assert take_in(nurse, patient, named, "phq2").instrument == "phq2"


@pytest.mark.parametrize(
    ("named", "chosen", "why"),
    [
        (f"{OWN}|0.9", "phq2", "version 0.9"), (f"{OWN}|0.9", "", "version 0.9"), (OWN, "gad7", "which is not GAD-7"),
        (LOINCS, "phq2", "which is not PHQ-2"), (LOINCS, "", "Nothing here"), ("", "", "does not say what it answers"),
        ("#form", "", "does not say"), (OWN, "no-such", "choose the instrument"),
    ],
)  # fmt: skip
def test_answers_to_another_questionnaire_or_version_are_not_taken(nurse, patient, named, chosen, why):
    with pytest.raises(actions.UnableToAssess, match=why):
        take_in(nurse, patient, named, chosen)
    assert not Assessment.objects.exists()


@pytest.fixture
def named_overlay(tmp_path, monkeypatch):
    """The site's form as its author publishes it: with a canonical URL and a version that is not the content's."""
    source = QUESTIONNAIRE | {"url": "https://forms.example/medicines", "version": "2026-01"}
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "medicines.json").write_text(json.dumps(ITEM | {"questionnaire": source}))
    monkeypatch.setenv("THROUGHLINE_CONTENT_OVERLAY", str(tmp_path))
    content.forget()
    yield
    monkeypatch.undo()
    content.forget()


def test_a_form_laid_in_keeps_its_authors_name_and_version_both_ways(named_overlay, client, nurse, patient):
    client.force_login(nurse)
    client.post(reverse("assessment:start", args=[patient.id]), {"instrument": "medicines"})
    begun = Assessment.objects.get(patient=patient)
    send(client, begun, **{"q:any": "no"})
    sent = client.get(reverse("assessment:response", args=[begun.id])).json()
    assert sent["questionnaire"] == "https://forms.example/medicines|2026-01"
    other = make_patient(patient.site)
    make_case(patient.site, nurse, patient=other)
    by = actor_for(nurse, at=NOW)
    old = sent | {"questionnaire": "https://forms.example/medicines|2025-01"}
    with pytest.raises(actions.UnableToAssess, match="holds version 2026-01"):
        actions.take_in_response(patient_id=other.id, instrument="", response=old, by=by, at=NOW)
    made = actions.take_in_response(patient_id=other.id, instrument="", response=sent, by=by, at=NOW)
    assert Assessment.objects.get(pk=made).instrument == "medicines"


def test_an_instrument_is_given_as_questionnaire_with_name_and_licence_unless_its_wording_is_not_ours(client, nurse):
    client.force_login(nurse)
    found = client.get(reverse("assessment:questionnaire", args=["phq9"]), {"language": "es"}).json()
    assert (found["resourceType"], found["url"], found["language"]) == (
        "Questionnaire", "urn:throughline:questionnaire:phq9", "es",
    )  # fmt: skip
    assert found["copyright"]
    assert found["item"][0]["text"].startswith("Poco interés")
    assert client.get(reverse("assessment:questionnaire", args=["moca"])).status_code == 404


@pytest.mark.parametrize(
    "response",
    [{}, {"resourceType": "Patient"}, {"resourceType": "QuestionnaireResponse"},
     {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "stranger"}]},
     {"resourceType": "QuestionnaireResponse", "item": "none"},
     {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "any", "answer": [{"valueString": "perhaps"}]}]}],
)  # fmt: skip
def test_a_response_that_does_not_fit_keeps_nothing(overlay, nurse, patient, response):
    by = actor_for(nurse, at=NOW)
    with pytest.raises(actions.UnableToAssess):
        actions.take_in_response(patient_id=patient.id, instrument="medicines", response=response, by=by, at=NOW)
    assert not Assessment.objects.exists()
