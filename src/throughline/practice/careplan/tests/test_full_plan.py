"""A full plan is read in a fixed number of statements, whatever its size; a pathway is added without Python."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.content import library as content
from throughline.practice.assessment.models import Need
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.actions import Chosen
from throughline.practice.careplan.models import Goal, PlanAction
from throughline.practice.careplan.rules import library
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.models import Condition, Observation
from throughline.record.chart.tests.factories import fact
from throughline.record.tasks.models import Task

NEEDS, GOALS, ACTIONS, STATEMENTS = 12, 40, 120, 25
SIX = ("I50.22", "N18.32", "E11.9", "J44.9", "F32.1", "I10")

# A site's own pathway, as its overlay directory holds it: no line of Python.
OVERLAY = """
key: gout_flare
title: Gout flare
version: 1.0.0
citation: Own protocol of the site, 2026
licence: own words
confidence: M
effective_from: ''
reviewer: ''
icd10: [M10.9]
icd10_prefix: [M10]
snomed: {V2: ['90560007']}
omaha: [25, 22]
domain: physical
goals:
- {text: No flare, target: '0', by_days: 90, measure: {comparator: '=', value: 0}}
actions:
- {role: CM, category: S, target: signs/symptoms-physical, text: 'call: joint, fever', frequency: weekly x2,
   first_due_days: 3, evidence: [{kind: contact, channels: [phone]}]}
education: [food and gout]
red_flags: [fever with a hot joint]
checks:
- {id: gout_urate, trigger: open, expect: uric acid, due_days: 30}
examples: []
"""


@pytest.fixture
def nurse():
    return make_user("case_manager", make_site())


@pytest.fixture
def patient(nurse):
    site = nurse.grants.first().site
    found = make_patient(site)
    make_case(site, nurse, patient=found)
    return found


def fill(patient, needs, goals, planned):
    own = {"site_id": patient.site_id, "patient": patient}
    rows = [
        Need.objects.create(**own, subject=f"omaha-{n + 1}", text=f"Need {n}", domain="physical", omaha=n + 1,
                            raised_at=NOW, raised_by_name="x")
        for n in range(needs)
    ]  # fmt: skip
    due = NOW.date() + timedelta(days=9)
    more = {"added_at": NOW, "added_by_name": "x"}
    Goal.objects.bulk_create(
        Goal(**own, **more, need=rows[n % needs], text=f"Goal {n}", target="< 130/80", term="short", by_date=due,
             loinc="85354-9", comparator="<", value=130, second_value=80)
        for n in range(goals)
    )  # fmt: skip
    tasks = Task.objects.bulk_create(
        Task(**own, verb="Plan", title=f"Action {n}", created_at=NOW, created_by_name="x") for n in range(planned)
    )
    PlanAction.objects.bulk_create(
        PlanAction(**own, **more, need=rows[n % needs], text=f"Action {n}", role="CM", category="S", due_on=due,
                   frequency="weekly", task=tasks[n])
        for n in range(planned)
    )  # fmt: skip


def statements(client, patient):
    with CaptureQueriesContext(connection) as seen:
        page = client.get(reverse("careplan:plan", args=[patient.id]))
    assert page.status_code == 200
    return len(seen), page.content.decode()


@pytest.mark.django_db
def test_a_full_plan_needs_no_more_statements_than_a_small_one(client, nurse, patient):
    client.force_login(nurse)
    parts = [{"system": "http://loinc.org", "code": code, "number": n, "unit": "mm[Hg]"} for code, n in
             (("8480-6", 128.0), ("8462-4", 76.0))]  # fmt: skip
    fact(Observation, patient, code_system="http://loinc.org", code="85354-9", status="final", components=parts,
         effective_at=NOW)  # fmt: skip
    fill(patient, 1, 1, 1)
    statements(client, patient)  # the first request of a process looks up more
    small, _page = statements(client, patient)
    Need.objects.all().update(subject="x", status="withdrawn")
    fill(patient, NEEDS, GOALS, ACTIONS)
    full, page = statements(client, patient)
    assert page.count("Action 1") >= 12
    assert full == small
    assert full <= STATEMENTS


@pytest.mark.django_db
def test_six_conditions_are_proposed_for_in_one_request(client, nurse, patient):
    for code in SIX:
        fact(Condition, patient, code_system="http://hl7.org/fhir/sid/icd-10-cm", code=code, display=code,
             status="active", effective_at=NOW)  # fmt: skip
    client.force_login(nurse)
    count, page = statements(client, patient)
    assert count <= STATEMENTS
    proposed = queries.proposal_for(viewer_for(nurse, at=NOW), patient.id)
    assert len(proposed.pathways) == 6
    assert proposed.merged > 0
    for pathway in proposed.pathways:
        assert library.pathways()[pathway].title.split(" (")[0] in page


@pytest.mark.django_db
def test_a_pathway_of_an_overlay_is_matched_proposed_adopted_and_closed_without_python(
    nurse, patient, tmp_path, monkeypatch
):
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "gout_flare.yaml").write_text(OVERLAY)
    monkeypatch.setenv("THROUGHLINE_CONTENT_OVERLAY", str(tmp_path))
    content.forget()
    try:
        fact(Condition, patient, code_system="http://snomed.info/sct", code="90560007", display="Gout", status="active",
             effective_at=NOW)  # fmt: skip
        viewer = viewer_for(nurse, at=NOW)
        proposed = queries.proposal_for(viewer, patient.id)
        assert proposed.pathways == ("gout_flare",)
        assert proposed.goals[0].reasons[0].citation == "Own protocol of the site, 2026"
        chosen = Chosen(goals=[proposed.goals[0].key], actions=[proposed.actions[0].key])
        by = actor_for(nurse, at=NOW)
        actions.adopt(patient_id=patient.id, proposal=proposed, chosen=chosen, by=by, at=NOW)
        row = PlanAction.objects.get()
        assert row.evidence_rules == [{"kind": "contact", "channels": ["phone"]}]
        assert queries.threads(viewer, patient.id)[0].problem == "Neuro-musculo-skeletal function"
    finally:
        monkeypatch.delenv("THROUGHLINE_CONTENT_OVERLAY")
        content.forget()
