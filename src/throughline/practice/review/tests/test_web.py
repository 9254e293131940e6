"""The pages of review: evidence that leads to the chart, one press to mend, set aside with a reason, the caseload."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.foundation.access.queries import viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, open_record
from throughline.practice.caseload.queries import worklist
from throughline.practice.review.actions import looking
from throughline.practice.review.models import Gap
from throughline.practice.review.queries.gaps import caseload_gaps
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.models import Condition, Encounter
from throughline.record.tasks.models import Task


@pytest.fixture
def world(db):
    """A nurse with one open case: an old infarction, nobody asked about mood."""
    site = make_site()
    nurse = make_user("case_manager", site)
    at = datetime.now(UTC)
    patient = make_patient(site, name="Marchetti-Boone, Ruth", language="en")
    fact = Condition.objects.create(
        site=site, patient=patient, received_at=at, status="active", code_system="icd-10-cm", code="I25.2",
        display="Old infarction", effective_at=at - timedelta(days=300), source="riverbend",
    )  # fmt: skip
    case_id = make_case(site, nurse, patient=patient, at=at - timedelta(days=60))
    return site, nurse, patient, case_id, fact


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def gaps_page(client, patient):
    return client.get(reverse("review:patient", args=[patient.id]))


def test_the_page_looks_over_the_case_and_each_finding_leads_to_the_chart(world):
    _, nurse, patient, _, fact = world
    client = browser(nurse)
    page = gaps_page(client, patient).content.decode()
    assert "Mood asked about after a heart attack" in page
    assert "Begin PHQ-2" in page
    assert "unreviewed" in page
    there = reverse("review:fact", args=[patient.id, "condition", fact.id])
    assert there in page
    shown = client.get(there).content.decode()
    assert "Old infarction" in shown
    assert "I25.2" in shown
    assert "riverbend" in shown
    assert "How it is counted" in page


def test_one_press_begins_the_assessment(world):
    _, nurse, patient, _, _ = world
    client = browser(nurse)
    gaps_page(client, patient)
    gap = Gap.objects.get(key="mood-screen")
    answer = client.post(reverse("review:mend", args=[gap.id]))
    assert answer.status_code == 302
    assert "/assessment/" in answer["Location"]


def test_one_press_adds_the_task_and_it_stands_under_way(world):
    _, nurse, patient, _, _ = world
    client = browser(nurse)
    gaps_page(client, patient)
    gap = Gap.objects.get(key="u_words")
    page = client.post(reverse("review:mend", args=[gap.id]), follow=True).content.decode()
    assert Task.objects.get(subject="gap:u_words").owner_id == nurse.id
    assert "Under way" in page


def test_set_aside_needs_reason_and_day_and_can_be_asked_again(world):
    _, nurse, patient, _, _ = world
    client = browser(nurse)
    gaps_page(client, patient)
    gap = Gap.objects.get(key="mood-screen")
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    refused = client.post(reverse("review:dismiss", args=[gap.id]), {"reason": "", "review_on": day})
    assert refused.status_code == 422
    assert (
        client.post(reverse("review:dismiss", args=[gap.id]), {"reason": "x", "review_on": "soon"}).status_code == 422
    )
    said = {"reason": "Seen weekly by psychology", "review_on": day}
    page = client.post(reverse("review:dismiss", args=[gap.id]), said, follow=True).content.decode()
    assert "Seen weekly by psychology" in page
    client.post(reverse("review:reopen", args=[gap.id]))
    gap.refresh_from_db()
    assert gap.state == "open"


def test_the_caseload_lists_gaps_by_kind_and_only_hers(world):
    site, nurse, patient, case_id, _ = world
    client = browser(nurse)
    gaps_page(client, patient)
    listed = client.get(reverse("review:caseload"), {"check": "mood-screen"}).content.decode()
    assert "Marchetti-Boone" in listed
    assert listed.count('id="row-') == 1
    other = make_user("case_manager", site)
    assert "Marchetti-Boone" not in browser(other).get(reverse("review:caseload")).content.decode()
    assert case_id


def test_who_may_only_read_sees_no_buttons_and_is_told_who_can_grant_it(world):
    site, nurse, patient, _, _ = world
    gaps_page(browser(nurse), patient)
    clerk = make_user("intake_clerk", site)
    open_record(patient.id, site, user=clerk)
    page = gaps_page(browser(clerk), patient).content.decode()
    assert "an administrator of your site can grant it" in page
    assert "Begin PHQ-2" not in page


def test_before_consent_nothing_is_looked_for_and_the_page_says_so(world):
    site, nurse, patient, case_id, _ = world
    Case.objects.filter(pk=case_id).update(state="pending")
    page = gaps_page(browser(nurse), patient).content.decode()
    assert "once consent to case management is recorded" in page
    assert not Gap.objects.filter(case_id=case_id).exists()
    assert site


def test_without_a_case_the_page_says_what_opens_one(world):
    site, nurse, _, _, _ = world
    alone = make_patient(site)
    open_record(alone.id, site, user=nurse)
    assert "No case is open" in gaps_page(browser(nurse), alone).content.decode()


def test_a_colleague_elsewhere_finds_neither_page_nor_fact(world):
    _, _, patient, _, fact = world
    stranger = browser(make_user("case_manager", make_site()))
    assert gaps_page(stranger, patient).status_code == 404
    assert stranger.get(reverse("review:fact", args=[patient.id, "condition", fact.id])).status_code == 404


def test_a_fact_of_another_patient_is_not_shown_under_this_one(world):
    site, nurse, _, _, fact = world
    other = make_patient(site)
    open_record(other.id, site, user=nurse)
    assert browser(nurse).get(reverse("review:fact", args=[other.id, "condition", fact.id])).status_code == 404


def test_today_shows_the_gap_missing_longest_as_one_thing_in_one_statement(world):
    _, nurse, patient, case_id, _ = world
    viewer = viewer_for(nurse, at=datetime.now(UTC))
    with CaptureQueriesContext(connection) as before:
        worklist(viewer)
    looking.look(case_id=case_id, by=looking.LOOKER, at=viewer.at)
    with CaptureQueriesContext(connection) as after:
        rows = worklist(viewer).rows
    due = [one for row in rows for one in (row.first, *row.extras) if one.id.startswith("gap:")]
    assert [row.patient_id for row in rows] == [patient.id]
    assert len(due) == 1
    assert (due[0].kind, due[0].tier) == ("gap", 4)
    # The faces of the rows are one statement more where there was no row before.
    assert len(after) <= len(before) + 1


def test_every_check_is_listed_with_its_citation(world):
    page = browser(world[1]).get(reverse("review:checks")).content.decode()
    assert page.count('class="row__sub"') == 129
    assert "42 CFR Part 2" in page


def test_a_long_list_goes_on_where_its_page_ended_and_shows_nothing_twice(world, monkeypatch):
    nurse, case = world[1], Case.objects.get()
    monkeypatch.setattr("throughline.practice.review.queries.gaps.MOST", 3)
    for number in range(7):
        Gap.objects.create(
            case=case, site_id=case.site_id, patient_id=case.patient_id, key=f"listed:{number}", title=f"Gap {number}",
            since=case.opened_at - timedelta(days=number % 2), on_today=number % 3 == 0, opened_at=case.opened_at,
        )  # fmt: skip
    viewer, seen, after = viewer_for(nurse, at=datetime.now(UTC)), [], None
    while True:
        rows, after = caseload_gaps(viewer, after=after)
        seen += [row.id for row in rows]
        if after is None:
            break
    standing = set(Gap.objects.filter(state="open").values_list("id", flat=True))
    assert len(seen) == len(set(seen))
    assert set(seen) == standing
    page = browser(nurse).get(reverse("review:caseload")).content.decode()
    assert 'rel="next"' in page
    assert page.count('id="row-') == 3
    assert browser(nurse).get(reverse("review:caseload"), {"after": "nonsense"}).status_code == 200


def test_continuity_is_drawn_week_by_week_for_a_patient_and_a_caseload(world):
    site, nurse, patient, case_id, _ = world
    client = browser(nurse)
    now = datetime.now(UTC)
    assert b"<svg" not in gaps_page(client, patient).content.partition(b'id="h-cont"')[2], "one week is no trend"
    for weeks_ago, name in ((9, "Ada Pillai"), (8, "Ada Pillai"), (1, "Nils Okoro")):
        Encounter.objects.create(
            site=site, patient=patient, received_at=now, status="finished", class_code="AMB", author=name,
            display="Visit", effective_at=now - timedelta(weeks=weeks_ago),
        )  # fmt: skip
    for weeks_ago in (6, 3, 0):
        looking.look(case_id=case_id, by=looking.LOOKER, at=now - timedelta(weeks=weeks_ago))
    for page, weeks in ((gaps_page(client, patient), 3), (client.get(reverse("review:caseload")), 7)):
        shown = page.content.decode()
        drawn = {figure.key: sorted(row.words for row in figure.rows) for figure in page.context["trends"]}
        assert {key: len(words) for key, words in drawn.items()} == {"coc": weeks, "upc": weeks}
        assert (drawn["coc"][0], drawn["upc"][0], drawn["coc"][-1]) == ("0.33", "0.67", "1.00")
        assert "Continuity of care (COC)" in shown
        assert shown.count("<svg") >= 2
