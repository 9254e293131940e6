"""A nurse, her cases and what was done for them, for the tests of looking and of deciding."""

from datetime import timedelta

from throughline.foundation.access.queries import actor_for
from throughline.foundation.kernel.actor import system
from throughline.practice.assessment.actions import (
    Said,
    Sitting,
    save_answers,
    sign_assessment,
    start_assessment,
)
from throughline.practice.review.actions import looking
from throughline.practice.review.models import Examined, Gap
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.models import Condition

LATER = NOW + timedelta(days=60)
SNOMED = "http://snomed.info/sct"


def site_of(nurse):
    return nurse.grants.first().site


def infarction(patient, days=200, code="22298006"):
    return Condition.objects.create(
        site=patient.site, patient=patient, received_at=NOW, status="active", verification="confirmed",
        code_system=SNOMED, code=code, display="Myocardial infarction", effective_at=NOW - timedelta(days=days),
    )  # fmt: skip


def case_with(nurse, *make):
    patient = make_patient(site_of(nurse), gender="female", language="en")
    for one in make:
        one(patient)
    return patient, make_case(site_of(nurse), nurse, patient=patient)


def look(case_id, at=LATER):
    return looking.look(case_id=case_id, by=system("test"), at=at)


def gap(case_id, key="mood-screen"):
    return Gap.objects.filter(case_id=case_id, key=key).order_by("-opened_at").first()


def screen(patient, nurse, at, points=0):
    by = actor_for(nurse, at=at)
    started = start_assessment(patient_id=patient.id, instrument="phq2", sitting=Sitting(), by=by, at=at)
    save_answers(assessment_id=started, said={"1": Said(value=points), "2": Said(value=points)}, by=by, at=at)
    sign_assessment(assessment_id=started, by=by, at=at)


def checked(case_id):
    return Examined.objects.get(case_id=case_id).checked
