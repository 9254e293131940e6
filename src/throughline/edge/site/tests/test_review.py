"""Gaps from end to end: the demonstration's patient after a heart attack, fifty received patients, the command."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from throughline.edge.interop.fhir import files
from throughline.edge.interop.importing import Import
from throughline.edge.interop.tests.test_shared_material import FHIR
from throughline.edge.site.commands import review as command
from throughline.edge.site.seeding import demo
from throughline.edge.site.seeding.stories import read_seeds
from throughline.foundation.access.queries import actor_named, system_viewer, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.kernel.actor import system
from throughline.practice.assessment.actions import Said, Sitting, save_answers, sign_assessment, start_assessment
from throughline.practice.caseload.queries import worklist
from throughline.practice.review.actions import looking
from throughline.practice.review.models import Examined, Gap
from throughline.practice.review.queries.evidence import MODELS, chart_fact
from throughline.practice.review.queries.gathering import facts_of
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import make_case
from throughline.record.people.models import Patient

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 9, 21, 0, tzinfo=UTC)


def test_the_patient_after_a_heart_attack_lacks_a_mood_screen_until_the_phq_2_is_signed():
    seeds = read_seeds()
    demo.load(seeds, TODAY)
    looking.enter_cases(at=NOW)
    done = looking.look_all(at=NOW)
    assert done.troubled == 0
    assert done.cases >= Case.objects.filter(state__in=["active", "paused"]).count()
    patient = Patient.objects.get(mrn=seeds.story("etxeberria")["mrn"])
    gap = Gap.objects.get(patient=patient, key="mood-screen")
    assert gap.state == "open"
    assert gap.remedy == {"assess": "phq2"}
    after = next(reason for reason in gap.reasons if reason["check"] == "x_mi_dep")
    assert "myocardial infarction" in after["evidence"][0]["words"].lower()
    dana = actor_named("dana", at=NOW)
    seen = viewer_for(Case.objects.get(patient=patient).owner, at=NOW)
    row = next(row for row in worklist(seen).rows if row.patient_id == patient.id)
    assert any(due.kind == "gap" for due in (row.first, *row.extras))
    later = NOW + timedelta(minutes=10)
    asked = start_assessment(patient_id=patient.id, instrument="phq2", sitting=Sitting(), by=dana, at=later)
    save_answers(assessment_id=asked, said={"1": Said(value=2), "2": Said(value=1)}, by=dana, at=later)
    sign_assessment(assessment_id=asked, by=dana, at=later)
    looking.look_due(at=later + timedelta(minutes=1))  # hers, and whose time has come meanwhile
    gap.refresh_from_db()
    assert gap.state == "mended"


@pytest.mark.shared
@pytest.mark.skipif(FHIR is None, reason="the shared FHIR material is not beside the repository")
def test_fifty_received_patients_are_looked_over_and_every_finding_leads_to_the_chart():
    at = datetime(2021, 5, 3, 15, 0, tzinfo=UTC)
    site = make_site()
    nurse = make_user("case_manager", site)
    paths = sorted((FHIR / "synthea-r4").iterdir(), key=lambda path: (path.stat().st_size, path.name))[:66]
    Import(site.id, "elsewhere", system("test"), at).run(files.find(paths))
    living = list(Patient.objects.filter(site=site, deceased=False).order_by("birth_date")[:50])
    assert len(living) == 50
    for patient in living:
        make_case(site, nurse, patient=patient, at=at - timedelta(days=120))
    looking.look_all(at=at)
    cases = list(Case.objects.filter(site=site))
    assert Examined.objects.filter(case__in=cases, trouble="", looked_at=at).count() == 50
    viewer = system_viewer(system("test"), at=at, site_ids=[site.id])
    found = list(Gap.objects.filter(case__in=cases, state="open"))
    assert {gap.case_id for gap in found} == {case.id for case in cases}
    followed = 0
    for gap in found:
        assert gap.reasons, gap.key
        for shown in (one for reason in gap.reasons for one in reason["evidence"]):
            if shown["kind"] in MODELS:
                assert chart_fact(viewer, gap.patient_id, shown["kind"], shown["id"]).words
                followed += 1
    assert followed > 50
    hearts = [case for case in facts_of(viewer, [c.id for c in cases]) if case.of("heart-failure")]
    assert hearts
    for case in hearts:
        asked = any(fact.at > at - timedelta(days=365) for fact in case.of("mood-screen"))
        stands = any(g.key == "mood-screen" and g.case_id == case.case_id for g in found)
        current = any(fact.held and fact.until is None for fact in case.of("heart-failure"))
        assert stands is (current and not asked)
    in_order = {row["check"] for row in Examined.objects.get(case_id=hearts[0].case_id).checked}
    assert in_order


def run(*, case="", every=False):
    import argparse

    return command.run(argparse.Namespace(all=every, case=case, json=True))


def test_the_command_looks_at_all_or_one_and_says_what_it_found(capsys):
    site = make_site()
    case_id = make_case(site, make_user("case_manager", site), at=datetime.now(UTC) - timedelta(days=90))
    assert run(every=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["troubled"]) == (1, 0)
    assert told["opened"] > 3
    assert run() == 0
    assert json.loads(capsys.readouterr().out)["cases"] == 0
    assert run(case=str(case_id)) == 0
    one = json.loads(capsys.readouterr().out)
    assert "mood-screen" in {gap["key"] for gap in one["gaps"]}


def test_the_command_refuses_what_is_no_case():
    from throughline.edge.site.refusal import CommandRefused

    with pytest.raises(CommandRefused, match="no case"):
        run(case="x")
    with pytest.raises(CommandRefused):
        run(case="00000000-0000-0000-0000-000000000001")
