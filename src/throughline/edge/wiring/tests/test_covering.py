"""Who covers for a colleague sees what comes to her while she is away, and reads what she was told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.queries import actor_for, sees, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.practice.caseload.actions import arrange_cover, end_cover
from throughline.practice.caseload.models import Cover
from throughline.practice.caseload.queries import covers_at, worklist
from throughline.record.cases.actions import assign_case
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.people.models import Patient
from throughline.record.tasks.actions import TaskIn, add_task

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 15, 20, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def away(site):
    return make_user("case_manager", site, name="Ines Calder")


@pytest.fixture
def covering(site):
    return make_user("case_manager", site, name="Theo Marsh")


@pytest.fixture
def boss(site):
    return make_user("supervisor", site)


def by(user, at=MONDAY):
    return actor_for(user, at=at)


def arrange(site, away, covering, boss, *, since=MONDAY, brief=""):
    return arrange_cover(
        site_id=site.id, away_id=away.id, covering_id=covering.id, since=since, until=FRIDAY, brief=brief,
        by=by(boss), at=MONDAY,
    )  # fmt: skip


def seen(user, at):
    return set(
        Patient.objects.filter(sees(viewer_for(user, at=at), patient="id", site="site_id")).values_list("id", flat=True)
    )


def test_a_patient_given_to_who_is_away_is_seen_and_listed_by_who_covers(site, away, covering, boss):
    patient = make_patient(site)
    case = make_case(site, boss, patient=patient)
    arrange(site, away, covering, boss)
    tuesday = MONDAY + timedelta(days=1)
    assert patient.id not in seen(covering, tuesday)
    assign_case(case_id=case, owner_id=away.id, team_id=None, by=by(boss, tuesday), at=tuesday)
    later = tuesday + timedelta(hours=1)
    assert patient.id in seen(covering, later)
    assert patient.id not in seen(covering, FRIDAY + timedelta(minutes=1))
    task = TaskIn(patient_id=patient.id, verb="Call", title="Ask about the scale", owner_id=away.id, due_at=later)
    add_task(patient_id=patient.id, task=task, by=by(boss, later), at=later)
    rows = worklist(viewer_for(covering, at=later), holders=[away.id]).rows
    assert [row.patient_id for row in rows] == [patient.id]


def test_a_task_given_to_who_is_away_opens_its_patient_to_who_covers_once(site, away, covering, boss):
    patient = make_patient(site)
    make_case(site, boss, patient=patient)
    arrange(site, away, covering, boss)
    for title in ("Call the pharmacy", "Call the daughter"):
        task = TaskIn(patient_id=patient.id, verb="Call", title=title, owner_id=away.id, due_at=MONDAY)
        add_task(patient_id=patient.id, task=task, by=by(boss), at=MONDAY)
    assert patient.id in seen(covering, MONDAY + timedelta(minutes=1))
    cover = Cover.objects.get()
    end_cover(site_id=site.id, cover_id=cover.id, by=by(boss, MONDAY), at=MONDAY + timedelta(hours=1))
    assert patient.id not in seen(covering, MONDAY + timedelta(hours=2))
    add_task(
        patient_id=patient.id,
        task=TaskIn(patient_id=patient.id, verb="Call", title="Again", owner_id=away.id, due_at=MONDAY),
        by=by(boss, MONDAY + timedelta(hours=3)),
        at=MONDAY + timedelta(hours=3),
    )
    assert patient.id not in seen(covering, MONDAY + timedelta(hours=4))


def test_a_cover_arranged_ahead_opens_nothing_before_its_first_day(site, away, covering, boss):
    patient = make_patient(site)
    make_case(site, away, patient=patient)
    wednesday = MONDAY + timedelta(days=2)
    arrange(site, away, covering, boss, since=wednesday)
    newcomer = make_patient(site)
    case = make_case(site, boss, patient=newcomer)
    assign_case(case_id=case, owner_id=away.id, team_id=None, by=by(boss), at=MONDAY)
    assert not {patient.id, newcomer.id} & seen(covering, MONDAY + timedelta(days=1))
    assert {patient.id, newcomer.id} <= seen(covering, wednesday + timedelta(hours=1))
    (shown,) = covers_at(viewer_for(boss, at=MONDAY), site.id)
    assert shown.since == wednesday


def test_the_team_page_arranges_from_a_day_and_the_brief_stands_above_the_list(site, away, covering, boss):
    make_case(site, away, patient=make_patient(site))
    browser = signed_in(boss)
    page = browser.get(reverse("caseload:team")).content.decode()
    assert '<option value="">Choose</option>' in page
    fields = {
        "site": site.id,
        "away": away.id,
        "covering": covering.id,
        "until": "2999-01-02",
        "brief": "Call Ada first",
    }
    assert browser.post(reverse("caseload:cover"), fields | {"since": "2999-02-01"}).status_code == 422
    assert browser.post(reverse("caseload:cover"), fields | {"since": "soon"}).status_code == 422
    assert not Cover.objects.exists()
    answer = browser.post(reverse("caseload:cover"), fields | {"since": "2999-01-01"}, follow=True).content.decode()
    assert "Theo Marsh will cover for Ines Calder from Jan 1 until" in answer
    assert "beside her own on Today from Jan 1, 2999" in answer
    browser.post(reverse("caseload:cover"), fields | {"since": ""})
    shown = signed_in(covering).get(reverse("desk:today"), {"for": away.id}).content.decode()
    assert "Ines Calder is away until" in shown
    assert "Call Ada first" in shown
    sheet = reverse("desk:sheet")
    assert "Call Ada first" in signed_in(covering).get(sheet, {"for": away.id}).content.decode()
    outside = signed_in(covering).get(sheet, {"for": away.id, "names": "initials"}).content.decode()
    assert "who is away until" in outside
    assert "Call Ada first" not in outside
    assert "Call Ada first" not in signed_in(covering).get(reverse("desk:today")).content.decode()


def test_moving_a_whole_list_says_how_much_in_good_words(site, away, covering, boss):
    make_case(site, away, patient=make_patient(site))
    fields = {"site": site.id, "from": away.id, "to": covering.id}
    said = signed_in(boss).post(reverse("caseload:reassign"), fields, follow=True).content.decode()
    assert "Moved: 1 case and 0 tasks." in said
    assert Case.objects.get().owner_id == covering.id
