"""Two colleagues at one thing, form by form: another field merges, the same field asks, and nothing is overwritten."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from throughline.foundation.access.tests.factories import as_actor, make_site, make_user, open_record, signed_in
from throughline.foundation.drafts.rules import version_of
from throughline.practice.coordination.actions.appointments import book
from throughline.practice.coordination.actions.referrals import ReferralIn, draft_referral
from throughline.practice.coordination.actions.rounds import begin_round
from throughline.practice.coordination.actions.team import MemberIn, add_member
from throughline.practice.coordination.models import Appointment, ReferralOut, Round, TeamMember
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.documents.actions import draft_document
from throughline.record.documents.models import Document
from throughline.record.documents.records import DocumentIn, paragraph
from throughline.record.people.models import Practitioner
from throughline.record.tasks.actions import TaskIn, add_task, undo_last
from throughline.record.tasks.models import Task

pytestmark = pytest.mark.django_db


class World:
    def __init__(self):
        self.at = datetime.now(UTC)
        self.site = make_site()
        self.dana = make_user("case_manager", self.site, name="Dana Reyes")
        self.rosa = make_user("case_manager", self.site, name="Rosa Diaz")
        self.patient = make_patient(self.site)
        self.case_id = make_case(self.site, self.dana, patient=self.patient, at=self.at - timedelta(days=1))
        open_record(self.patient.id, self.site, user=self.rosa, kind="care_team")
        self.browser, self.colleague = signed_in(self.dana), signed_in(self.rosa)
        self.by = as_actor(self.dana, at=self.at)

    def about(self, **more):
        return {"patient_id": self.patient.id, "by": self.by, "at": self.at} | more


@pytest.fixture
def world():
    return World()


def seen(**fields):
    return [f"{name}:{version_of(str(value))}" for name, value in fields.items()]


def test_a_task_s_title_and_date_merge_and_its_owner_asks(world):
    task = TaskIn(patient_id=world.patient.id, title="Ring the clinic", owner_id=world.dana.id)
    key = add_task(**world.about(task=task))
    address = reverse("desk:edit-task", args=[key])
    assert "Ring the clinic" in world.browser.get(address).content.decode()
    opened = seen(title="Ring the clinic", due_on="", due_time="", owner_id=world.dana.id)
    form = {"title": "Ring the clinic", "due_on": "", "due_time": "", "owner_id": str(world.dana.id), "seen": opened}
    day = (world.at + timedelta(days=3)).date()
    hers = form | {"due_on": day.isoformat(), "due_time": "14:30", "owner_id": str(world.rosa.id)}
    assert world.colleague.post(address, hers).status_code == 302
    assert world.browser.post(address, form | {"title": "Ring the heart clinic"}).status_code == 302
    row = Task.objects.get()
    assert (row.title, row.owner, row.due_has_time) == ("Ring the heart clinic", world.rosa, True)
    answer = world.browser.post(address, form | {"owner_id": ""})
    assert answer.status_code == 409
    assert "Rosa Diaz" in answer.content.decode()
    undo_last(task_id=key, version=row.version, by=world.by, at=world.at)
    assert Task.objects.get().title == "Ring the clinic"


def test_a_place_on_the_team(world):
    key = add_member(**world.about(member=MemberIn(name="Dr. Pillai", role="PCP", phone="+19375550100")))
    address = reverse("coordination:change-member", args=[key])
    opened = seen(phone="(937) 555-0100", why="")
    hers = {"phone": "+19375550199", "why": "", "seen": opened}
    assert world.colleague.post(address, hers).status_code == 302
    mine = {"phone": "(937) 555-0100", "why": "Knows her heart", "seen": opened}
    assert world.browser.post(address, mine).status_code == 302
    row = TeamMember.objects.get(pk=key)
    assert (row.phone, row.why) == ("+19375550199", "Knows her heart")
    answer = world.browser.post(address, mine | {"phone": "+19375550111", "seen": opened[:1]})
    assert answer.status_code == 409
    assert TeamMember.objects.get(pk=key).phone == "+19375550199"


def test_an_appointment_s_arrangements_and_its_time(world):
    starts = world.at + timedelta(days=5)
    given = AppointmentIn(
        what="Heart clinic", provider="Dr. Pillai", starts_at=starts, ends_at=starts + timedelta(hours=1)
    )
    key = book(**world.about(appointment=given))
    address = reverse("coordination:arrange", args=[key])
    opened = seen(bring="", transport="")
    assert world.colleague.post(address, {"bring": "Pills", "transport": "", "seen": opened}).status_code == 302
    assert world.browser.post(address, {"bring": "", "transport": "family", "seen": opened}).status_code == 302
    row = Appointment.objects.get()
    assert (row.bring, row.transport) == ("Pills", "family")
    assert world.browser.post(address, {"bring": "Her cane", "seen": opened}).status_code == 409
    move = reverse("coordination:move", args=[key])
    stale = seen(starts_at=(starts - timedelta(hours=2)).isoformat())
    answer = world.browser.post(move, {"when": "+9d 10:30", "minutes": "30", "seen": stale})
    assert answer.status_code == 409
    assert "while you were choosing" in answer.content.decode()
    assert Appointment.objects.get().starts_at == starts


def test_a_referral_not_sent_yet(world):
    key = draft_referral(
        **world.about(referral=ReferralIn(kind="clinical", service="Cardiology", to_name="Elm Clinic"))
    )
    address = reverse("coordination:edit-referral", args=[key])
    assert "Cardiology" in world.browser.get(address).content.decode()
    opened = seen(reason="", question="", urgent="no")
    assert world.colleague.post(address, {"reason": "Short of breath", "seen": opened}).status_code == 302
    mine = {"reason": "", "question": "Change the diuretic?", "urgent": "yes", "seen": opened}
    assert world.browser.post(address, mine).status_code == 302
    row = ReferralOut.objects.get()
    assert (row.reason, row.question, row.urgent) == ("Short of breath", "Change the diuretic?", True)
    assert world.browser.post(address, {"reason": "Swollen legs", "seen": opened[:1]}).status_code == 409


def test_who_is_present_at_a_round(world):
    key = begin_round(
        site_id=world.site.id, name="My list", patients=[(world.patient.id, "12")], present=["Dana"],
        by=world.by, at=world.at,
    )  # fmt: skip
    address, opened = reverse("coordination:round-present", args=[key]), seen(present="Dana")
    assert world.browser.post(address, {"present": "Dana\nRosa", "seen": opened}).status_code == 302
    assert world.browser.post(address, {"present": "Dana\nLee", "seen": opened}).status_code == 409
    again = {"present": "Dana\nLee", "seen": seen(present="Dana\nRosa"), "keep.present": "both"}
    assert world.browser.post(address, again).status_code == 302
    assert set(Round.objects.get().present) == {"Dana", "Rosa", "Lee"}


def test_an_entry_of_the_directory(world):
    row = Practitioner.objects.create(
        site=world.site, family="Pillai", given="Asha", display_name="Asha Pillai", phone="+19375550100"
    )
    address = reverse("coordination:change-practitioner", args=[row.id])
    page = world.browser.get(address)
    opened = page.context["seen"]
    form = {name: str(value or "") for name, value in page.context["form"].initial.items()} | {"seen": opened}
    assert world.colleague.post(address, form | {"email": "asha@example.org"}).status_code == 302
    assert world.browser.post(address, form | {"credentials": "MD"}).status_code == 302
    row.refresh_from_db()
    assert (row.email, row.credentials) == ("asha@example.org", "MD")
    assert world.browser.post(address, form | {"email": "pillai@example.org"}).status_code == 409


def test_a_draft_letter_part_by_part(world):
    wanted = DocumentIn(kind="letter", title="A letter", parts=(paragraph("First."), paragraph("Second.")))
    key = draft_document(**world.about(document=wanted))
    address = reverse("documents:change", args=[key])
    opened = seen(title="A letter", recipient="", **{"part-0": "First.", "part-1": "Second."})
    form = {"title": "A letter", "recipient": "", "part-0": "First.", "part-1": "Second.", "seen": opened}
    assert world.colleague.post(address, form | {"part-0": "First, hers."}).status_code == 302
    assert world.browser.post(address, form | {"part-1": "Second, mine."}).status_code == 302
    assert [part["text"] for part in Document.objects.get().parts] == ["First, hers.", "Second, mine."]
    answer = world.browser.post(address, form | {"part-0": "First, mine."})
    assert answer.status_code == 409
    assert "Rosa Diaz" in answer.content.decode() or "Dana Reyes" in answer.content.decode()
    assert Document.objects.get().parts[0]["text"] == "First, hers."


def test_acuity_set_by_two(world):
    supervisor = signed_in(make_user("supervisor", world.site, name="Lee Ann Park"))
    address = reverse("cases:change", args=[world.case_id])
    now = Case.objects.get().acuity
    opened = seen(acuity=now)
    first, second = [level for level in (1, 2, 3, 4) if level != now][:2]
    form = {"act": "acuity", "reason": "Falls", "seen": opened}
    assert supervisor.post(address, form | {"acuity": str(first)}).status_code == 302
    assert supervisor.post(address, form | {"acuity": str(second)}).status_code == 409
    assert Case.objects.get().acuity == first
    chosen = form | {"acuity": str(second), "keep.acuity": "yours", "seen": seen(acuity=first)}
    assert supervisor.post(address, chosen).status_code == 302
    assert Case.objects.get().acuity == second


def test_both_titles_too_long_together_are_asked_about_and_nothing_is_cut(world):
    task = TaskIn(patient_id=world.patient.id, title="Ring the clinic", owner_id=world.dana.id)
    key = add_task(**world.about(task=task))
    address = reverse("desk:edit-task", args=[key])
    form = {"due_on": "", "due_time": "", "owner_id": str(world.dana.id), "seen": seen(title="Ring the clinic")}
    theirs, mine = "T" * 160, "M" * 160
    assert world.colleague.post(address, form | {"title": theirs}).status_code == 302
    assert world.browser.post(address, form | {"title": mine}).status_code == 409
    chosen = form | {"title": mine, "keep.title": "both", "seen": seen(title=theirs)}
    answer = world.browser.post(address, chosen)
    assert answer.status_code == 422
    assert "shorten it by 22 characters; 300 fit" in answer.content.decode()
    assert f"{theirs}; {mine}" in answer.content.decode()
    assert Task.objects.get().title == theirs
