"""A small world in which every address of the product has something to show, and the value of each url argument."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from throughline.foundation.access.models import BreakGlass, PatientAccess, Site, Team, User
from throughline.foundation.access.permissions import ROLES
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import give_role, make_site, make_team, make_user, open_record
from throughline.foundation.journal.publishing import enqueue
from throughline.foundation.journal.records import Parcel
from throughline.foundation.kernel.actor import system
from throughline.practice.assessment.actions import Sitting, raise_need, start_assessment
from throughline.practice.assessment.records import SuggestedNeed
from throughline.practice.careplan import actions as careplan
from throughline.practice.careplan.actions import Chosen, adopt
from throughline.practice.careplan.models import Goal, Lesson, PlanAction
from throughline.practice.careplan.queries import plan_of, proposal_for
from throughline.practice.coordination.actions.appointments import book
from throughline.practice.coordination.actions.messages import ConversationIn, MessageIn, start_conversation
from throughline.practice.coordination.actions.referrals import ReferralIn as ReferralOutIn
from throughline.practice.coordination.actions.referrals import draft_referral
from throughline.practice.coordination.actions.rounds import begin_round, hold_conference
from throughline.practice.coordination.actions.team import MemberIn, add_member
from throughline.practice.coordination.models import Message, RoundEntry
from throughline.practice.coordination.records.appointments import AppointmentIn
from throughline.practice.coordination.records.rounds import ConferenceIn
from throughline.practice.intake.actions import ReferralIn, receive_referral
from throughline.practice.review.actions.looking import look
from throughline.practice.review.models import Gap
from throughline.record.cases.models import Case
from throughline.record.cases.note_actions import write_note
from throughline.record.cases.tests.factories import make_case, make_patient
from throughline.record.chart.actions import ReadingIn, enter_reading
from throughline.record.chart.models import Condition
from throughline.record.clocks.actions import ClockIn, start_clock
from throughline.record.contacts.actions import ContactIn, log_contact
from throughline.record.documents.actions import attach_file, draft_document, share, sign_document
from throughline.record.documents.records import DocumentIn, ShareIn, paragraph
from throughline.record.people.actions import (
    PlaceEntry,
    add_name,
    add_practitioner,
    join_practitioners,
    merge_patients,
    register_patient,
)
from throughline.record.people.models import Organization, PossibleDuplicate, PractitionerRole
from throughline.record.people.records import NameIn, PersonIn
from throughline.record.tasks.actions import TaskIn, add_task

# A name no other text contains: wherever it shows, something of this site shows.
FAMILY = "Quillfeather"
HOUR = timedelta(hours=1)


@dataclass
class World:
    """One site with a patient in the middle of her story, a colleague of every role, and a stranger with all roles."""

    at: datetime
    site: Site
    team: Team
    owner: User
    colleague: User
    stranger: User
    patient_id: UUID
    case_id: UUID
    by_role: dict[str, User]
    values: dict[str, Any] = field(default_factory=dict)
    browsers: dict[UUID, Client] = field(default_factory=dict)


def build_world() -> World:
    """Make the world in the database of the test."""
    at = datetime.now(UTC)
    site = make_site(name="Harbor Hospital")
    owner = make_user("case_manager", site, name=f"Owner {FAMILY}")
    by_role = {role: make_user(role, site) for role in ROLES}
    patient = make_patient(site, name=f"{FAMILY}, Rosalind")
    case_id = make_case(site, owner, patient=patient, at=at - timedelta(days=3))
    for user in by_role.values():
        open_record(patient.id, site, user=user, kind="care_team")
    stranger = make_user(None)
    elsewhere = make_site(name="Elsewhere")
    for role in ROLES:
        give_role(stranger, role, elsewhere)
    colleague = make_user("team_nurse", site, name=f"Colleague {FAMILY}")
    world = World(
        at=at,
        site=site,
        team=make_team(site, owner),
        owner=owner,
        colleague=colleague,
        stranger=stranger,
        patient_id=patient.id,
        case_id=case_id,
        by_role=by_role,
    )
    world.values = {argument: make(world) for argument, make in SAMPLES.items()}
    return world


def _task(world: World) -> UUID:
    task = TaskIn(patient_id=world.patient_id, title="Call about weight", verb="Call", owner_id=world.owner.id)
    return add_task(patient_id=world.patient_id, task=task, by=actor_for(world.owner, at=world.at), at=world.at)


def _note(world: World) -> UUID:
    return write_note(
        patient_id=world.patient_id, text="She slept well.", by=actor_for(world.owner, at=world.at), at=world.at
    )


def _contact(world: World) -> UUID:
    contact = ContactIn(channel="phone", outcome="no-answer", began_at=world.at - timedelta(minutes=5))
    return log_contact(
        patient_id=world.patient_id, contact=contact, by=actor_for(world.owner, at=world.at), at=world.at
    )


def _clock(world: World) -> UUID:
    begun = (world.at - timedelta(hours=20)).isoformat()
    clock = ClockIn(key="moon", start=begun)
    return start_clock(patient_id=world.patient_id, clock=clock, by=actor_for(world.owner, at=world.at), at=world.at)


def _opening(world: World) -> UUID:
    until = world.at + timedelta(hours=4)
    access = PatientAccess.objects.create(
        site=world.site,
        patient_id=world.patient_id,
        user=world.colleague,
        kind="break_glass",
        since=world.at,
        until=until,
    )
    opening = BreakGlass.objects.create(
        access=access, reason_code="urgent-care", reason="Chest pain", opened_at=world.at, expires_at=until
    )
    return opening.id


def _record(world: World, family: str, **rest: Any) -> UUID:
    """Register one more patient of the site and return her id."""
    named = PersonIn(names=(NameIn(f"{FAMILY}-{family}", "Rosalind"),), **rest)
    return register_patient(site_id=world.site.id, person=named, by=system("test"), at=world.at)


def _pair(world: World) -> UUID:
    keys = sorted([world.patient_id, _record(world, "Pair")])
    pair = PossibleDuplicate.objects.create(
        site=world.site, first_patient_id=keys[0], second_patient_id=keys[1], score=20, found_at=world.at
    )
    return pair.id


def _merge(world: World) -> UUID:
    return merge_patients(
        survivor_id=world.patient_id,
        retired_id=_record(world, "Merged"),
        reason="asked her",
        by=system("test"),
        at=world.at,
    )


def _name(world: World) -> UUID:
    name = NameIn(FAMILY, "Rosie", use="nickname")
    return add_name(patient_id=world.patient_id, name=name, by=system("test"), at=world.at)


def _assessment(world: World) -> UUID:
    by = actor_for(world.owner, at=world.at)
    sitting = Sitting(respondent="the patient")
    return start_assessment(patient_id=world.patient_id, instrument="phq9", sitting=sitting, by=by, at=world.at)


def _need(world: World) -> UUID:
    need = SuggestedNeed("x", "Lives alone", "social", 6, (), "medium", "immediate", ("Said so by phone",))
    return raise_need(patient_id=world.patient_id, need=need, by=actor_for(world.owner, at=world.at), at=world.at)


def _plan(world: World) -> tuple[UUID, UUID, UUID]:
    """Adopt one pathway and return a goal, an action and a lesson of it."""
    if not Goal.objects.filter(patient_id=world.patient_id).exists():
        viewer = viewer_for(world.owner, at=world.at)
        proposed = proposal_for(viewer, world.patient_id, chosen=["heart_failure"])
        chosen = Chosen(
            goals=[proposed.goals[0].key],
            actions=[proposed.actions[0].key],
            lessons=[proposed.education[0].topic],
        )
        adopt(patient_id=world.patient_id, proposal=proposed, chosen=chosen, by=viewer.actor, at=world.at)
    rows = [m.objects.filter(patient_id=world.patient_id).first() for m in (Goal, PlanAction, Lesson)]
    return rows[0].id, rows[1].id, rows[2].id


def _barrier(world: World) -> UUID:
    by = actor_for(world.owner, at=world.at)
    return careplan.add_barrier(need_id=_need(world), domain="money", text="Copay", by=by, at=world.at)


def _statement(world: World) -> UUID:
    by = actor_for(world.owner, at=world.at)
    return careplan.state(patient_id=world.patient_id, kind="backup", text="Her sister comes", by=by, at=world.at)


def _version(world: World) -> UUID:
    """Agree on the plan and return the version."""
    by = actor_for(world.owner, at=world.at)
    review = world.at.date() + timedelta(days=30)
    said = {"sentences": ("Need: heart failure.",), "how": "by phone", "who": "Rosalind", "review_on": review}
    careplan.agree(patient_id=world.patient_id, **said, by=by, at=world.at)
    return plan_of(viewer_for(world.owner, at=world.at), world.patient_id).versions[0].id


def _held(world: World) -> UUID:
    """Enter a weight nobody believes and return the reading that is held for check."""
    reading = ReadingIn(code="29463-7", value=700, unit="lb", taken_at=world.at)
    by = actor_for(world.owner, at=world.at)
    held = enter_reading(patient_id=world.patient_id, reading=reading, by=by, at=world.at).held_id
    assert held is not None
    return held


def _observation(world: World) -> UUID:
    reading = ReadingIn(code="85354-9", parts={"8480-6": 128.0, "8462-4": 76.0}, taken_at=world.at)
    by = actor_for(world.owner, at=world.at)
    made = enter_reading(patient_id=world.patient_id, reading=reading, by=by, at=world.at).observation_id
    assert made is not None
    return made


def _message(world: World) -> UUID:
    parcel = Parcel(what=f"Letter about {FAMILY}", to="Northern Plan")
    by = actor_for(world.owner, at=world.at)
    return enqueue("test.letter", {}, by=by, at=world.at, site_id=world.site.id, parcel=parcel)


def _referral(world: World) -> UUID:
    referral = ReferralIn(
        patient_id=world.patient_id,
        source="physician",
        reason="Two falls this month",
        programme="complex",
        identified_on=world.at.date(),
        received_at=world.at,
    )
    return receive_referral(site_id=world.site.id, referral=referral, by=system("test"), at=world.at)


def _member(world: World) -> UUID:
    by = actor_for(world.owner, at=world.at)
    return add_member(patient_id=world.patient_id, member=MemberIn(name=f"Neighbor {FAMILY}"), by=by, at=world.at)


def _document(world: World) -> UUID:
    """Draft and sign a letter about the patient and return its id."""
    by = actor_for(world.owner, at=world.at)
    wanted = DocumentIn(kind="letter", title=f"Letter about {FAMILY}", parts=(paragraph(FAMILY),))
    document_id = draft_document(patient_id=world.patient_id, document=wanted, by=by, at=world.at)
    sign_document(document_id=document_id, by=by, at=world.at)
    return document_id


def _share(world: World) -> UUID:
    wanted = ShareIn(recipient="Dr. Ruiz", consent="verbal")
    by = actor_for(world.owner, at=world.at)
    return share(document_id=_document(world), wanted=wanted, by=by, at=world.at).share_id


def _file(world: World) -> UUID:
    by = actor_for(world.owner, at=world.at)
    return attach_file(patient_id=world.patient_id, name=f"{FAMILY}.pdf", content=b"%PDF-1.7", by=by, at=world.at)


def _conversation(world: World) -> tuple[UUID, UUID]:
    about = ConversationIn(subject=f"Ride for {FAMILY}", to=(f"member:{_member(world)}",))
    by = actor_for(world.owner, at=world.at)
    message = MessageIn(text=f"Who drives {FAMILY}?")
    made = start_conversation(patient_id=world.patient_id, conversation=about, message=message, by=by, at=world.at)
    return made, Message.objects.filter(conversation_id=made).values_list("id", flat=True)[0]


def _referral_out(world: World) -> UUID:
    referral = ReferralOutIn(kind="clinical", service=f"Look at her knee, {FAMILY}", to_name="Knee clinic")
    by = actor_for(world.owner, at=world.at)
    return draft_referral(patient_id=world.patient_id, referral=referral, by=by, at=world.at)


def _practitioner(world: World) -> UUID:
    entry = {"given": "Nils", "family": "Okoro"}
    by = actor_for(world.owner, at=world.at)
    return add_practitioner(site_id=world.site.id, entry=entry, place=PlaceEntry(), anyway=True, by=by, at=world.at)


def _join(world: World) -> UUID:
    """Join two entries of one practitioner and return the join."""
    by = system("test")
    return join_practitioners(practitioner_id=_practitioner(world), into_id=_practitioner(world), by=by, at=world.at)


def _appointment(world: World) -> UUID:
    starts_at = world.at + timedelta(days=3)
    given = AppointmentIn(what="Heart clinic", provider="Twin Forks", starts_at=starts_at, ends_at=starts_at + HOUR)
    by = actor_for(world.owner, at=world.at)
    return book(patient_id=world.patient_id, appointment=given, by=by, at=world.at)


def _round(world: World) -> tuple[UUID, UUID]:
    """Begin a round over the patient and return it with her line."""
    by = actor_for(world.owner, at=world.at)
    made = begin_round(site_id=world.site.id, name="4 West", patients=[(world.patient_id, "12")], by=by, at=world.at)
    return made, RoundEntry.objects.get(round_id=made).id


def _conference(world: World) -> UUID:
    held = ConferenceIn(at=world.at, question=f"Home, {FAMILY}?", minutes="Spoke", present=("RN",))
    by = actor_for(world.owner, at=world.at)
    return hold_conference(patient_id=world.patient_id, conference=held, by=by, at=world.at)


def _gap(world: World) -> UUID:
    """Look at a case with an old infarction and return the gap it leaves."""
    at = world.at - timedelta(days=1)
    Condition.objects.get_or_create(
        patient_id=world.patient_id,
        code="I21.4",
        defaults={
            "site": world.site,
            "code_system": "icd-10-cm",
            "display": "Infarction",
            "status": "active",
            "received_at": at,
            "effective_at": at - timedelta(days=90),
        },
    )
    Case.objects.filter(pk=world.case_id).update(opened_at=at - timedelta(days=60))
    look(case_id=world.case_id, by=system("test"), at=world.at)
    gap = Gap.objects.filter(case_id=world.case_id, state="open").first()
    assert gap is not None
    return gap.id


def _fact(world: World) -> UUID:
    _gap(world)
    return Condition.objects.get(patient_id=world.patient_id, code="I21.4").id


# What stands in an address for each url argument. An argument that means different things at different addresses is
# named with its address: "intake:board.state". A new argument needs a new line here.
SAMPLES: dict[str, Callable[[World], Any]] = {
    "patient_id": lambda world: world.patient_id,
    "case_id": lambda world: world.case_id,
    "user_id": lambda world: world.colleague.id,
    "site_id": lambda world: world.site.id,
    "team_id": lambda world: world.team.id,
    "task_id": _task,
    "contact_id": _contact,
    "note_id": _note,
    "break_glass_id": _opening,
    "clock_id": _clock,
    "document_id": _document,
    "share_id": _share,
    "attachment_id": _file,
    "token": lambda world: "A" * 43,
    "clocks:rule.key": lambda world: "moon",
    "clocks:start.key": lambda world: "moon",
    "clocks:act.act": lambda world: "meet",
    "row_id": _name,
    "pair_id": _pair,
    "merge_id": _merge,
    "retired_id": lambda world: _record(world, "Retired"),
    "people:add.what": lambda world: "phone",
    "barrier_id": _barrier,
    "statement_id": _statement,
    "version_id": _version,
    "held_id": _held,
    "observation_id": _observation,
    "referral_id": _referral,
    "assessment_id": _assessment,
    "need_id": _need,
    "assessment:blank.key": lambda world: "phq9",
    "assessment:blank-pdf.key": lambda world: "phq9",
    "assessment:questionnaire.key": lambda world: "phq9",
    "assessment:score.key": lambda world: "lace",
    "message_id": _message,
    "goal_id": lambda world: _plan(world)[0],
    "plan_action_id": lambda world: _plan(world)[1],
    "lesson_id": lambda world: _plan(world)[2],
    "member_id": _member,
    "conversation_id": lambda world: _conversation(world)[0],
    "coordination:take-back-message.message_id": lambda world: _conversation(world)[1],
    "referral_out_id": _referral_out,
    "practitioner_id": _practitioner,
    "organization_id": lambda world: Organization.objects.get_or_create(site=world.site, name="Elm Clinic")[0].id,
    "role_id": lambda world: PractitionerRole.objects.create(site=world.site, practitioner_id=_practitioner(world)).id,
    "join_id": _join,
    "appointment_id": _appointment,
    "round_id": lambda world: _round(world)[0],
    "round_entry_id": lambda world: _round(world)[1],
    "conference_id": _conference,
    "gap_id": _gap,
    "fact_kind": lambda world: "condition",
    "fact_id": _fact,
    "access:export-audit.kind": lambda world: "csv",
}
