"""What the checks know of a case from elsewhere: who cares for the patient by the words of another's record."""

from datetime import timedelta

import pytest

from throughline.foundation.access.queries import system_viewer
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.kernel.actor import system
from throughline.practice.review.actions import looking
from throughline.practice.review.models import Gap
from throughline.practice.review.queries.gathering import facts_of
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.models import OutsideTeam
from throughline.record.people.models import NamedProvider

pytestmark = pytest.mark.django_db


def primary_care(*, named="", team=()):
    site = make_site()
    nurse, patient = make_user("case_manager", site), make_patient(site)
    case_id = make_case(site, nurse, patient=patient)
    if named:
        NamedProvider.objects.create(site=site, patient=patient, kind="general", name=named, recorded_at=NOW)
    if team:
        people = [{"text": name, "role": role} for name, role in team]
        OutsideTeam.objects.create(
            site=site, patient=patient, received_at=NOW, display="Team", status="active", participants=people
        )
    (facts,) = facts_of(system_viewer(system("test"), at=NOW, site_ids=[site.id]), [case_id])
    looking.look(case_id=case_id, by=system("test"), at=NOW + timedelta(days=60))
    missing = Gap.objects.filter(case_id=case_id, key="s_no_primary_care", state="open").exists()
    assert missing is not bool(facts.plan.primary_care)
    return facts.plan.primary_care


def test_a_family_doctor_named_on_a_team_elsewhere_is_primary_care():
    assert primary_care(team=[("Anand Pillai, MD", "heart doctor"), ("Miriam Feldgate, MD", "family doctor")]) == (
        "Miriam Feldgate, MD"
    )


def test_one_the_record_names_stays_where_a_team_elsewhere_says_no_name():
    assert primary_care(named="Inés Quintero, NP", team=[("", "family doctor")]) == "Inés Quintero, NP"
    assert primary_care(team=[("Anand Pillai, MD", "heart doctor")]) == ""
