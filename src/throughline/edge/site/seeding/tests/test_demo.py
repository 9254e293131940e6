"""The demonstration loads whole, through the importer and the actions, and a second run adds nothing."""

from datetime import date, datetime

import pytest
from django.apps import apps
from django.db.models import DateTimeField

from throughline.edge.site.seeding import demo, moments
from throughline.edge.site.seeding.stories import read_seeds
from throughline.foundation.access.models import BreakGlass, PatientAccess, User
from throughline.practice.intake.models import Referral
from throughline.practice.review.models import ContinuityWeek
from throughline.record.cases.models import Case, Consent
from throughline.record.clocks.models import Clock
from throughline.record.people.models import Patient, PossibleDuplicate
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 9)
SEEDS = read_seeds()


def rows() -> dict[str, int]:
    """Return the number of rows of every table."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def named(key: str) -> Patient:
    return Patient.objects.get(mrn=SEEDS.story(key)["mrn"])


def test_the_demonstration_loads_whole_and_once() -> None:
    first = demo.load(SEEDS, TODAY)
    assert first.refused == []
    assert first.stories == Patient.objects.count() == len(SEEDS.stories)
    _judge_the_states()
    _judge_the_people()
    _judge_the_work()
    _judge_the_clocks()
    _judge_the_weeks()
    before = rows()
    second = demo.load(SEEDS, date(2026, 3, 20))
    assert (second.day, second.played, second.stored, second.refused) == (TODAY, 0, 0, [])
    assert rows() == before


# Columns that say when something is to be, not when it was.
TO_COME = {
    "due_at", "legal_due_at", "safe_at", "next_look_at", "hold_until", "until", "effective_until", "expires_at",
    "starts_at", "ends_at", "transport_at", "leaves_at",
}  # fmt: skip


def test_loaded_in_the_night_nothing_that_happened_lies_ahead_and_the_story_is_the_same() -> None:
    now = datetime(2026, 3, 9, 0, 7, tzinfo=moments.ZONE)
    loaded = demo.load(SEEDS, TODAY, now=now)
    assert (loaded.stories, loaded.refused) == (len(SEEDS.stories), [])
    ahead = sorted(
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, DateTimeField)
        and model.__module__.startswith("throughline.")
        and not field.name.startswith("pgh_")
        and field.name not in TO_COME
        and model._default_manager.filter(**{f"{field.name}__gt": now}).exists()
    )
    assert not ahead, ", ".join(ahead)
    assert Task.objects.filter(due_at__gt=now).exists(), "what is to do today is still to do"


def _judge_the_states() -> None:
    assert set(Case.objects.values_list("state", flat=True)) == {"pending", "active", "paused", "closed"}
    assert {"received", "screened", "declined", "enrolled"} <= set(Referral.objects.values_list("state", flat=True))
    assert Referral.objects.get(patient=named("haugland")).screening["result"] == "not-met"
    assert {"part-2", "case-management"} == set(Consent.objects.values_list("scope", flat=True))
    assert Consent.objects.get(patient=named("ogunleye")).decision == "declined"
    assert not Case.objects.exclude(state="closed").filter(owner=None).exists()


def _judge_the_clocks() -> None:
    appeal = Clock.objects.get(rule_id="C-55")
    assert (appeal.patient, appeal.due_at.isoformat()) == (named("delacroix-thompson"), "2026-03-09T20:10:00+00:00")
    assert Clock.objects.get(rule_id="C-02").notice == "IM-follow-up"
    called = Clock.objects.get(rule_id="C-23")  # two tries in time satisfy the rule
    assert (called.state, len(called.attempts)) == ("met", 2)
    begun = Clock.objects.filter(rule_id="C-34")
    assert begun.filter(state="met").exists()
    assert not begun.filter(ended_at=None, due_at__lt=appeal.created_at).exists()


def _judge_the_weeks() -> None:
    """Continuity was kept as each week stood: the visit of a second doctor is no part of the weeks before it."""
    weeks = list(ContinuityWeek.objects.filter(patient=named("begay")).order_by("week"))
    assert len(weeks) == 11
    assert all(week.week < TODAY for week in weeks)
    assert len({week.visits for week in weeks}) > 1
    assert len({week.coc for week in weeks} - {None}) > 1
    assert ContinuityWeek.objects.filter(patient=named("nakagawa")).count() < 4, "none before the case was opened"


def _judge_the_people() -> None:
    dead = named("penhallow")
    assert dead.deceased
    assert Case.objects.get(patient=dead).close_reason == "Patient died"
    lupita = named("hernandez-villasenor")
    assert (lupita.preferred_name, lupita.language, lupita.interpreter_needed) == ("Lupita", "es", True)
    assert lupita.code_status == "Full code"
    pair = PossibleDuplicate.objects.get(state="open")
    assert {pair.first_patient, pair.second_patient} == {named("lewandowska-doyle"), named("doyle-kate")}


def _judge_the_work() -> None:
    dana, jude = User.objects.get(username="dana"), User.objects.get(username="jude")
    tasks = Task.objects.filter(case__owner=dana)
    assert {"open", "offered", "accepted", "reported", "done"} <= set(tasks.values_list("state", flat=True))
    assert tasks.filter(tier=0).exists()
    assert tasks.filter(due_at=None).exists()
    assert tasks.filter(owner=None).exists()
    assert tasks.exclude(hold_until=None).exists()
    covered = PatientAccess.objects.filter(user=dana, kind="cover").values_list("patient_id", flat=True)
    assert set(covered) == set(Case.objects.filter(owner=jude, state="active").values_list("patient_id", flat=True))
    assert BreakGlass.objects.filter(reviewed_at=None).count() == 2
