"""A call with all it moves asks once whether the patient is the nurse's, however many acts lie within it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access.queries import actor_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.kernel.actions import NotPermitted
from throughline.practice.caseload.actions import CallIn, log_call
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.contacts.actions import ContactIn

pytestmark = pytest.mark.django_db


def _call(outcome: str = "no-answer") -> CallIn:
    return CallIn(contact=ContactIn(channel="phone", outcome=outcome, began_at=NOW), next_try=None)


def test_the_question_whether_she_is_hers_is_asked_once_a_call():
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    make_case(site, nurse, patient=patient)
    actor = actor_for(nurse, at=NOW)
    with CaptureQueriesContext(connection) as asked:
        log_call(patient_id=patient.id, call=_call(), by=actor, at=NOW)
    assert sum("access_patientaccess" in one["sql"] for one in asked) == 1


def test_a_no_is_never_remembered_and_the_next_act_asks_again():
    site = make_site()
    nurse, hers, other = make_user("case_manager", site), make_patient(site), make_patient(site)
    make_case(site, nurse, patient=hers)
    actor = actor_for(nurse, at=NOW)
    log_call(patient_id=hers.id, call=_call(), by=actor, at=NOW)
    with pytest.raises(NotPermitted):
        log_call(patient_id=other.id, call=_call(), by=actor, at=NOW)
