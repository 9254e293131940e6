"""Looking at cases: what opens and what is mended, marked by events, counted by time, alike for one and for many."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from throughline.foundation.access.queries import actor_for, system_viewer, viewer_for
from throughline.foundation.kernel.actor import system
from throughline.practice.assessment.actions import (
    Sitting,
    start_assessment,
)
from throughline.practice.review import jobs
from throughline.practice.review.actions import looking
from throughline.practice.review.events import GapReopened
from throughline.practice.review.models import ContinuityWeek, Examined, Gap, GapTransition
from throughline.practice.review.queries.continuity import of_caseload
from throughline.practice.review.queries.gathering import facts_of
from throughline.practice.review.rules.examine import examine
from throughline.practice.review.rules.library import checks
from throughline.practice.review.tests.looked import (
    LATER,
    SNOMED,
    case_with,
    checked,
    gap,
    infarction,
    look,
    screen,
    site_of,
)
from throughline.record.cases.actions import close_case
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import NOW
from throughline.record.chart.events import RecordReceived
from throughline.record.chart.models import Condition, Encounter, Observation
from throughline.record.people.events import PatientRegistered


def test_after_an_infarction_the_missing_mood_screen_opens_with_evidence_and_closes_when_it_is_signed(nurse):
    fact = None

    def told(patient):
        nonlocal fact
        fact = infarction(patient)

    patient, case_id = case_with(nurse, told)
    look(case_id)
    found = gap(case_id)
    assert found.state == "open"
    assert found.remedy == {"assess": "phq2"}
    reason = next(reason for reason in found.reasons if reason["check"] == "x_mi_dep")
    assert [shown["id"] for shown in reason["evidence"]] == [str(fact.id)]
    assert reason["citation"]
    assert "unreviewed" in reason["standing"]
    screen(patient, nurse, LATER + timedelta(hours=1))
    assert Examined.objects.get(case_id=case_id).dirty_since == LATER + timedelta(hours=1)
    look(case_id, LATER + timedelta(hours=2))
    found.refresh_from_db()
    assert (found.state, found.mended_at) == ("mended", LATER + timedelta(hours=2))
    assert list(found.transitions.order_by("at").values_list("act", flat=True)) == ["open", "mend"]
    assert any(row["check"] == "x_mi_dep" and row["status"] == "in-order" for row in checked(case_id))


def test_looking_again_changes_nothing_and_opens_nothing_twice(nurse):
    _, case_id = case_with(nurse, infarction)
    first = look(case_id)
    again = look(case_id, LATER + timedelta(seconds=5))
    assert first.opened > 3
    assert (again.opened, again.mended) == (0, 0)
    assert GapTransition.objects.filter(gap__case_id=case_id).count() == first.opened


def test_a_look_after_an_event_takes_few_statements_and_writes_only_what_changed(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id)
    first = Examined.objects.get(case_id=case_id)
    before = list(Gap.objects.filter(case_id=case_id).order_by("id").values())
    with CaptureQueriesContext(connection) as sent:
        look(case_id, LATER + timedelta(seconds=5))
    assert len(sent) <= 14
    assert not [one for one in sent if "opened as (" in one["sql"] or "moved as (" in one["sql"]]
    assert list(Gap.objects.filter(case_id=case_id).order_by("id").values()) == before
    kept = Examined.objects.get(case_id=case_id)
    assert (kept.checked, kept.untold) == (first.checked, first.untold)
    assert kept.untold
    assert kept.looked_at == LATER + timedelta(seconds=5)


def test_words_that_changed_are_written_into_the_gap_that_stands(nurse):
    fact = None

    def told(patient):
        nonlocal fact
        fact = infarction(patient)

    _, case_id = case_with(nurse, told)
    look(case_id)
    first = gap(case_id)
    fact.display = "Infarction of the front wall"
    fact.save()
    look(case_id, LATER + timedelta(minutes=1))
    again = gap(case_id)
    assert (again.id, again.version, again.opened_at) == (first.id, first.version + 1, first.opened_at)
    assert any("front wall" in shown["words"] for reason in again.reasons for shown in reason["evidence"])


def test_an_event_marks_the_case_and_asks_one_job_to_look(nurse):
    patient, case_id = case_with(nurse)
    look(case_id)
    assert Examined.objects.get(case_id=case_id).dirty_since is None
    before = _waiting()
    by = actor_for(nurse, at=LATER)
    for instrument in ("phq2", "gad7"):
        start_assessment(patient_id=patient.id, instrument=instrument, sitting=Sitting(), by=by, at=LATER)
    assert Examined.objects.get(case_id=case_id).dirty_since == LATER
    assert _waiting() == before + 1


def test_many_events_cost_one_statement_and_each_case_is_looked_at_once(nurse):
    pairs = [case_with(nurse) for _ in range(3)]
    for _, case_id in pairs:
        look(case_id)
    before = _waiting()
    site = Examined.objects.get(case_id=pairs[0][1]).site_id
    events = [RecordReceived(site_id=site, patient_id=patient.id, source="far") for patient, _ in pairs[:2]]
    with CaptureQueriesContext(connection) as sent:
        looking.heed([*events, *events], by=system("test"), at=LATER)
    assert len([one for one in sent if "review_examined" in one["sql"]]) == 1
    assert [Examined.objects.get(case_id=key).dirty_since for _, key in pairs] == [LATER, LATER, None]
    assert _waiting() == before + 2


def test_an_event_that_changes_no_fact_costs_no_statement(db):
    about = {"site_id": uuid4(), "patient_id": uuid4()}
    with CaptureQueriesContext(connection) as sent:
        looking.heed([PatientRegistered(**about)], by=system("test"), at=NOW)
        looking.heed([GapReopened(**about, gap_id=uuid4(), title="x")], by=system("test"), at=NOW)
    assert len(sent) == 0


def _waiting():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'review.look'")
        return cursor.fetchone()[0]


def test_the_job_looks_at_the_case_it_is_given(nurse):
    _, case_id = case_with(nurse, infarction)
    jobs.look(str(case_id))
    assert Examined.objects.get(case_id=case_id).looked_at is not None


def test_the_nightly_job_enters_new_cases_looks_at_what_is_due_and_forgets_closed_ones(nurse, monkeypatch):
    clock = NOW + timedelta(days=200)

    class At:
        now = staticmethod(lambda zone: clock)

    monkeypatch.setattr(jobs, "datetime", At)
    _, unseen = case_with(nurse, infarction)
    _, closed = case_with(nurse, infarction)
    Examined.objects.filter(case_id=unseen).delete()
    look(closed)
    close_case(case_id=closed, reason="goals-met", summary="Goals met", by=actor_for(nurse, at=LATER), at=LATER)
    jobs.nightly(0)
    assert gap(unseen).state == "open"
    assert Examined.objects.get(case_id=unseen).looked_at == clock
    assert gap(closed).state == "mended"
    assert not Examined.objects.filter(case_id=closed).exists()


def test_time_alone_opens_a_gap_when_its_day_comes_and_not_before(nurse):
    _, case_id = case_with(nurse, infarction)
    look(case_id, NOW + timedelta(days=1))
    assert gap(case_id) is None
    assert any(row["check"] == "x_mi_dep" and row["status"] == "coming" for row in checked(case_id))
    at = NOW + timedelta(days=1)
    for _ in range(200):
        due = Examined.objects.get(case_id=case_id).next_look_at
        assert due is not None
        assert due > at
        assert looking.look_due(at=due - timedelta(seconds=1)).cases == 0
        looking.look_due(at=due)
        at = due
        if gap(case_id):
            break
    assert gap(case_id).since == NOW + timedelta(days=30)
    assert at == NOW + timedelta(days=30)


def test_many_cases_find_what_each_finds_alone_in_few_statements(nurse):
    cases = [case_with(nurse, infarction)[1] for _ in range(3)] + [case_with(nurse)[1] for _ in range(3)]
    viewer = system_viewer(system("test"), at=LATER, site_ids=[site_of(nurse).id])
    with CaptureQueriesContext(
        connection,
    ) as few:
        together = facts_of(viewer, cases)
    alone = [facts_of(viewer, [case_id])[0] for case_id in sorted(cases)]
    assert together == alone
    assert len(few) <= 8
    found = {one.case_id: examine(one, checks(), at=LATER) for one in alone}
    assert looking.look_all(at=LATER).cases == len(cases)
    for case_id in cases:
        standing = set(Gap.objects.filter(case_id=case_id, state="open").values_list("key", "since"))
        assert standing == {(one.key, one.since) for one in found[case_id].findings}
    more = [*cases, *(case_with(nurse, infarction)[1] for _ in range(6))]
    with CaptureQueriesContext(connection) as twice:
        facts_of(viewer, more)
    assert len(twice) == len(few)


def test_only_what_changed_is_looked_at_again(nurse):
    cases = [case_with(nurse)[1] for _ in range(3)]
    looking.look_all(at=LATER)
    assert looking.look_due(at=LATER + timedelta(minutes=1)).cases == 0
    patient = Examined.objects.get(case_id=cases[0]).patient
    screen(patient, nurse, LATER + timedelta(minutes=2))
    assert looking.look_due(at=LATER + timedelta(minutes=3)).cases == 1


def test_a_look_that_opens_many_gaps_tells_the_planner_how_many_there_are(nurse, monkeypatch):
    def known():
        with connection.cursor() as cursor:
            cursor.execute("select reltuples from pg_class where oid = 'review_gap'::regclass")
            return cursor.fetchone()[0]

    before = known()
    monkeypatch.setattr(looking, "MANY", 1)
    case_with(nurse, infarction)
    looking.look_all(at=LATER)
    assert known() == Gap.objects.count() != before


def test_a_case_that_cannot_be_looked_at_stops_no_other(nurse, monkeypatch):
    bad, good = case_with(nurse, infarction)[1], case_with(nurse, infarction)[1]
    real = looking.chosen_for

    def breaks(case, every):
        if case.case_id == bad:
            raise ValueError("no such day")
        return real(case, every)

    monkeypatch.setattr(looking, "chosen_for", breaks)
    done = looking.look_all(at=LATER)
    assert (done.cases, done.troubled) == (2, 1)
    assert gap(good)
    assert "no such day" in Examined.objects.get(case_id=bad).trouble
    monkeypatch.undo()
    looking.look_due(at=LATER + timedelta(hours=2))
    assert gap(bad)
    assert Examined.objects.get(case_id=bad).trouble == ""


def test_facts_are_found_by_any_of_their_codes_and_void_ones_do_not_count(nurse):
    def double(patient):
        row = infarction(patient, code="000")
        row.codings = [{"system": SNOMED, "code": "22298006"}, {"system": "x", "code": "000"}]
        row.save()

    def void(patient):
        row = infarction(patient)
        row.verification = "entered-in-error"
        row.save()

    viewer = system_viewer(system("test"), at=LATER, site_ids=[site_of(nurse).id])
    found = facts_of(viewer, [case_with(nurse, double)[1]])[0]
    assert [fact.words for fact in found.of("infarction")] == ["Myocardial infarction"]
    assert facts_of(viewer, [case_with(nurse, void)[1]])[0].of("infarction") == ()


def test_the_continuity_of_the_week_is_kept_and_renewed(nurse):
    def seen(patient):
        for days, name in ((5, "Dr. Pillai"), (30, "Dr. Pillai"), (60, "Dr. Feldgate"), (90, "Dr. Pillai")):
            Encounter.objects.create(
                site=patient.site, patient=patient, received_at=NOW, status="finished", class_code="AMB", author=name,
                display="Visit", effective_at=NOW - timedelta(days=days),
            )  # fmt: skip

    _, case_id = case_with(nurse, seen)
    look(case_id, NOW + timedelta(days=1))
    week = ContinuityWeek.objects.get(case_id=case_id)
    assert (week.visits, week.usual, week.coc, week.upc) == (4, "Dr. Pillai", pytest.approx(0.5), 0.75)
    look(case_id, NOW + timedelta(days=1, hours=1))
    assert ContinuityWeek.objects.filter(case_id=case_id).count() == 1


def test_the_caseload_counts_each_case_as_it_stood_up_to_a_week(nurse):
    first, second = case_with(nurse)[1], case_with(nurse)[1]
    monday = NOW.date() - timedelta(days=NOW.date().weekday())
    for case_id, weeks_ago, coc, whole in ((first, 3, 0.2, 1), (first, 1, 0.6, 3), (second, 2, 1.0, 2)):
        row = Case.objects.get(pk=case_id)
        ContinuityWeek.objects.create(
            site_id=row.site_id, patient_id=row.patient_id, case_id=case_id, week=monday - timedelta(weeks=weeks_ago),
            visits=4, providers=2, coc=coc, upc=coc, whole=whole, broken=1, unowned_days=weeks_ago, open_gaps=1,
        )  # fmt: skip
    weeks = of_caseload(viewer_for(nurse, at=NOW))
    assert [(w.cases, w.whole, w.coc) for w in weeks[:4]] == [
        (2, 5, pytest.approx(0.8)),
        (2, 5, pytest.approx(0.8)),
        (2, 3, pytest.approx(0.6)),
        (1, 1, pytest.approx(0.2)),
    ]
    assert len(weeks) == 4
    assert weeks[0].longest_unowned == 2


def test_a_value_decides_and_its_fact_is_shown(nurse):
    def kidney(patient):
        Condition.objects.create(
            site=patient.site, patient=patient, received_at=NOW, status="active", code_system="ICD-10",
            code="N18.4", display="CKD 4", effective_at=NOW - timedelta(days=300),
        )  # fmt: skip
        Observation.objects.create(
            site=patient.site, patient=patient, received_at=NOW, status="final", code_system="http://loinc.org",
            code="98979-8", display="eGFR", value_number=18, effective_at=NOW - timedelta(days=10),
        )  # fmt: skip

    _, case_id = case_with(nurse, kidney)
    look(case_id)
    found = gap(case_id, "ckd_nephro")
    assert any("eGFR: 18" in shown["words"] for shown in found.reasons[0]["evidence"])
