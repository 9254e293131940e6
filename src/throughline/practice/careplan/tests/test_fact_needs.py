"""Needs the record points to, by content; joined, set aside, taken up; and pathways called for by SNOMED CT codes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.models import Need, NeedEvidence
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.fact_needs import condition_words
from throughline.practice.careplan.rules.propose import match
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.models import Condition, Encounter, Observation, OutsidePlan
from throughline.record.chart.tests.factories import fact

SNOMED, ICD = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.mark.parametrize(
    ("code", "pathway"),
    [("88805009", "heart_failure"), ("44054006", "t2dm"), ("433144002", "ckd"), ("59621000", "hypertension"),
     ("230690007", "stroke"), ("359817006", "hip_fracture_tja"), ("26929004", "dementia"), ("254837009", "chemo")],
)  # fmt: skip
def test_a_snomed_code_calls_for_its_pathway_alone(code, pathway):
    assert [found.pathway.id for found in match([code], library.pathways())] == [pathway]


def test_every_snomed_code_carries_how_sure_we_are_and_calls_for_one_pathway():
    codes = [code for pathway in library.pathways().values() for code in pathway.snomed]
    assert len(codes) == len(set(codes))
    marks = {mark for pathway in library.pathways().values() for mark in pathway.snomed.values()}
    assert marks <= {"V1", "V2", "M"}


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


@pytest.fixture
def patient(nurse):
    site = nurse.grants.first().site
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


def found(nurse, patient):
    return {one.key: one for one in queries.pointed_needs(viewer_for(nurse, at=NOW), patient.id)}


@pytest.mark.django_db
class TestPointed:
    def test_conditions_readings_stays_and_plans_of_others_point_to_needs(self, nurse, patient):
        ago = NOW - timedelta(days=30)
        fact(Condition, patient, code_system=SNOMED, code="422650009", display="Social isolation", status="active",
             effective_at=ago)  # fmt: skip
        fact(Observation, patient, code_system="http://loinc.org", code="44261-6", display="PHQ-9", status="final",
             value_number=14, unit="{score}", effective_at=ago)  # fmt: skip
        for days in (10, 100):
            fact(Encounter, patient, display="Emergency visit", class_code="EMER", status="finished",
                 effective_at=NOW - timedelta(days=days))  # fmt: skip
        fact(OutsidePlan, patient, display="Home health plan of care", status="active",
             activities=[{"text": "Nurse visit", "status": "scheduled"}])  # fmt: skip
        pointed = found(nurse, patient)
        assert pointed["need:alone"].kind == "condition"
        assert "PHQ-9 total score 14" in pointed["need:mood-score"].need.evidence[0]
        assert len(pointed["need:stays"].need.evidence) == 2
        outside = next(one for one in pointed.values() if one.kind == "outside-plan")
        assert "Nurse visit" in outside.need.evidence[0]
        assert not Need.objects.exists(), "nothing is raised before a nurse adopts it"

    def test_one_stay_or_an_old_score_points_to_nothing(self, nurse, patient):
        fact(Encounter, patient, class_code="EMER", status="finished", effective_at=NOW - timedelta(days=10))
        fact(Encounter, patient, class_code="EMER", status="finished", effective_at=NOW - timedelta(days=300))
        fact(Observation, patient, code_system="http://loinc.org", code="44261-6", status="final", value_number=20,
             unit="{score}", effective_at=NOW - timedelta(days=200))  # fmt: skip
        assert found(nurse, patient) == {}

    def test_new_evidence_joins_the_open_need_of_the_same_problem(self, nurse, patient):
        fact(Condition, patient, code_system=ICD, code="Z73.3", display="Stress", status="active",
             effective_at=NOW - timedelta(days=9))  # fmt: skip
        by = actor_for(nurse, at=NOW)
        pointed = found(nurse, patient)
        actions.adopt_needs(patient_id=patient.id, offered=[*pointed.values()], chosen=["need:stress"], by=by, at=NOW)
        assert found(nurse, patient) == {}
        fact(Observation, patient, code_system="http://loinc.org", code="44261-6", status="final", value_number=12,
             unit="{score}", effective_at=NOW - timedelta(days=1))  # fmt: skip
        (mood,) = found(nurse, patient).values()
        assert mood.joins == "Stress"
        actions.adopt_needs(patient_id=patient.id, offered=[mood], chosen=[mood.key], by=by, at=NOW)
        assert Need.objects.count() == 1
        assert {e.kind for e in NeedEvidence.objects.all()} == {"condition", "observation"}

    def test_by_plain_forms_taken_up_set_aside_and_by_hand(self, client, nurse, patient):
        for code in ("422650009", "713458007"):
            fact(Condition, patient, code_system=SNOMED, code=code, display=code, status="active", effective_at=NOW)
        client.force_login(nurse)
        address = reverse("careplan:needs", args=[patient.id])
        aside = {"aside": "need:transport", "reason:need:transport": "Her son drives"}
        client.post(address, aside)
        client.post(address, {"pointed": "need:alone"})
        by_hand = {"text": "Wants her Bible read", "evidence": "Said so", "domain": "social", "omaha": "9"}
        client.post(reverse("careplan:raise-need", args=[patient.id]), by_hand)
        assert {need.omaha for need in Need.objects.all()} == {6, 9}
        page = client.get(reverse("careplan:plan", args=[patient.id])).content.decode()
        assert "No way to get to care" in page, "what was set aside stands among the declined"
        assert "need:transport" not in page
        assert client.post(address, {}).status_code == 422


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [
        ("13645005", "Chronic obstructive lung disease", "Condition: Chronic obstructive lung disease"),
        ("F33.1", "Major depression", "Condition: Major depression (F33.1)"),
        ("F33.1", "", "Condition F33.1"),
    ],
)
def test_a_condition_is_said_by_its_name_and_a_number_nobody_reads_is_left_out(code, name, words):
    assert condition_words(code, name) == words
