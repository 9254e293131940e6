"""Published times by FHIR: read, offered, taken, withdrawn when they vanish, and said where somebody counts on them."""

from datetime import timedelta

import pytest

from throughline.edge.interop.fhir.elements import Refused
from throughline.edge.interop.fhir.schedules import schedule, slot
from throughline.edge.interop.tests import bundles
from throughline.edge.interop.tests.test_importing import AT, counts, put, site, take_in  # noqa: F401  # the fixture
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_user
from throughline.practice.coordination.actions.appointments import book
from throughline.practice.coordination.models import Schedule, Slot
from throughline.practice.coordination.queries.appointments import doubt_of_slot, slots_for, withdrawn_of
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.rules.appointments import UnableToBook
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.people.models import Practitioner
from throughline.record.tasks.models import Task

ZONE = "America/New_York"
DOCTOR = {"resourceType": "Practitioner", "id": "doc-9", "name": [{"family": "Pillai", "given": ["Ada"]}]}


def plan(**more):
    return {
        "resourceType": "Schedule",
        "id": "sch-1",
        "active": True,
        "serviceType": [{"text": "Heart visit"}],
        "actor": [
            {"reference": "Practitioner/doc-9"},
            {"reference": "Location/loc-1", "display": "Elm Heart Clinic, 4 Elm St"},
        ],
        **more,
    }


def time(identifier, begins, minutes=20, status="free", **more):
    return {
        "resourceType": "Slot",
        "id": identifier,
        "schedule": {"reference": "Schedule/sch-1"},
        "status": status,
        "start": begins.isoformat(),
        "end": (begins + timedelta(minutes=minutes)).isoformat(),
        **more,
    }


def test_what_no_time_can_be_is_refused_with_its_path():
    for node, path in (
        (time("a", AT) | {"schedule": {}}, "Slot.schedule"),
        (time("a", AT, minutes=0), "Slot.end"),
        (time("a", AT, minutes=-5), "Slot.end"),
        (time("a", AT, status="maybe"), "Slot.status"),
        ({**time("a", AT), "start": None}, "Slot.start"),
    ):
        with pytest.raises(Refused) as refusal:
            slot(node)
        assert refusal.value.path.startswith(path)
    with pytest.raises(Refused, match="nobody"):
        schedule(plan(actor=[]))


class World:
    """A site, its nurse and patient, and imports into it, each a day after the last."""

    def __init__(self, where, folder):
        self.site, self.folder, self.at = where, folder, NOW
        self.nurse = make_user("case_manager", where)
        self.patient = make_patient(where)
        make_case(where, self.nurse, patient=self.patient)

    def send(self, *nodes, days=1):
        self.at += timedelta(days=days)
        path = put(self.folder, "times.json", bundles.bundle(list(nodes)))
        return take_in(self.site, path, at=self.at)

    @property
    def offered(self):
        return slots_for(viewer_for(self.nurse, at=self.at), self.patient.id)

    def take(self, which, **more):
        one = self.offered[which]
        given = AppointmentIn(what="Visit", starts_at=one.starts_at, ends_at=one.ends_at, slot_id=one.id, **more)
        return book(patient_id=self.patient.id, appointment=given, by=actor_for(self.nurse, at=self.at), at=self.at)


@pytest.fixture
def world(site, tmp_path):  # noqa: F811
    return World(site, tmp_path)


@pytest.mark.django_db
def test_free_times_to_come_are_offered_with_whose_where_and_what_for(world):
    soon = world.at + timedelta(days=3)
    gone = world.at - timedelta(days=3)
    summary = world.send(
        DOCTOR, plan(), time("s1", soon), time("s2", soon + timedelta(hours=1), status="busy"), time("s3", gone),
        time("s4", soon + timedelta(hours=2), status="busy-tentative"),
        time("s5", soon + timedelta(hours=3), status="entered-in-error"),
        time("s6", soon + timedelta(hours=4), serviceType=[{"text": "First visit"}]),
    )  # fmt: skip
    assert counts(summary)[4] == 0
    assert [(one.provider, one.service) for one in world.offered] == [
        ("Ada Pillai", "Heart visit"),
        ("Ada Pillai", "First visit"),
    ]
    assert world.offered[0].place == "Elm Heart Clinic, 4 Elm St"
    assert Slot.objects.count() == 2
    assert Schedule.objects.get().practitioner == Practitioner.objects.get()


@pytest.mark.django_db
def test_the_same_file_again_offers_the_same_and_a_vanished_time_is_withdrawn_and_said(world):
    soon = world.at + timedelta(days=5)
    both = [DOCTOR, plan(), time("s1", soon), time("s2", soon + timedelta(hours=1))]
    world.send(*both)
    summary = world.send(*both)
    assert counts(summary)[3] == 4, "unchanged resources still say that their times are offered"
    assert len(world.offered) == 2
    world.send(*both[:3])
    assert [one.starts_at for one in world.offered] == [soon]
    [said] = withdrawn_of(viewer_for(world.nurse, at=world.at), world.site.id, ZONE)
    assert "Ada Pillai" in said
    gone = Slot.objects.get(source_id="s2")
    given = AppointmentIn(what="Visit", starts_at=gone.starts_at, ends_at=gone.ends_at, slot_id=gone.id)
    with pytest.raises(UnableToBook, match="no longer offers"):
        book(patient_id=world.patient.id, appointment=given, by=actor_for(world.nurse, at=world.at), at=world.at)
    world.send(*both)
    assert len(world.offered) == 2, "what comes back is offered again"


@pytest.mark.django_db
def test_an_import_of_other_things_withdraws_nothing(world):
    world.send(DOCTOR, plan(), time("s1", world.at + timedelta(days=5)))
    world.send(bundles.patient())
    world.send(DOCTOR, plan())
    assert len(world.offered) == 1


@pytest.mark.django_db
def test_a_time_that_overlaps_what_was_booked_here_is_free_no_longer(world):
    soon = world.at + timedelta(days=3)
    world.send(
        DOCTOR,
        plan(),
        time("s1", soon),
        time("s2", soon + timedelta(minutes=10)),
        time("s3", soon + timedelta(minutes=20)),
    )
    world.take(0)
    other = make_patient(world.site)
    make_case(world.site, world.nurse, patient=other)
    assert [one.starts_at - soon for one in slots_for(viewer_for(world.nurse, at=world.at), other.id)] == [
        timedelta(minutes=20)
    ]


@pytest.mark.django_db
def test_our_own_booking_seen_from_the_other_side_is_no_doubt_but_an_asked_time_that_vanishes_is(world):
    soon = world.at + timedelta(days=9)
    nodes = [
        DOCTOR,
        plan(),
        time("s1", soon),
        time("s2", soon + timedelta(days=1)),
        time("s3", soon + timedelta(days=2)),
    ]
    world.send(*nodes)
    booked, asked = world.take(0), world.take(0, proposed=True)
    world.send(DOCTOR, plan(), time("s1", soon, status="busy", meta={"versionId": "2"}), nodes[4])
    assert doubt_of_slot(booked) == ""
    assert "no longer lists" in doubt_of_slot(asked)
    task = Task.objects.get(subject=f"appointment:{asked}:slot")
    assert (task.verb, task.owner) == ("Confirm", world.nurse)
    world.send(DOCTOR, plan(), time("s1", soon, status="entered-in-error", meta={"versionId": "3"}), nodes[4])
    assert "by mistake" in doubt_of_slot(booked)
    assert Task.objects.filter(subject=f"appointment:{booked}:slot").count() == 1


@pytest.mark.django_db
def test_a_taken_time_that_is_moved_keeps_the_time_it_was_taken_for_and_says_so(world):
    soon = world.at + timedelta(days=9)
    world.send(DOCTOR, plan(), time("s1", soon))
    booked = world.take(0)
    world.send(DOCTOR, plan(), time("s1", soon + timedelta(hours=2), status="busy", meta={"versionId": "2"}))
    assert Slot.objects.get().starts_at == soon
    assert "moved this time" in doubt_of_slot(booked)


@pytest.mark.django_db
def test_times_whose_schedule_comes_later_are_offered_once_it_is_there_and_an_inactive_one_offers_none(world):
    soon = world.at + timedelta(days=9)
    world.send(time("s1", soon))
    assert world.offered == [], "nobody's time is offered to nobody"
    world.send(DOCTOR, plan(), time("s1", soon))
    assert len(world.offered) == 1
    world.send(DOCTOR, plan(active=False, meta={"versionId": "2"}), time("s1", soon))
    assert world.offered == []


@pytest.mark.django_db
def test_a_provider_who_is_only_words_is_met_by_that_name(world):
    words = [{"display": "Diabetes group, room 4"}]
    world.send(plan(actor=words), time("s1", world.at + timedelta(days=4)))
    assert world.offered[0].provider == "Diabetes group, room 4"
    world.take(0)
    assert Slot.objects.get().taken_by.provider == "Diabetes group, room 4"
