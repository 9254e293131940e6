"""Writes of rounds: begin, answer, take back, attendance, end; and the minutes of a case conference."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.models import User
from throughline.foundation.access.permissions import Permission
from throughline.foundation.journal.publishing import publish
from throughline.foundation.kernel.actions import NotFound, Place, action, locator
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.changing import differing
from throughline.foundation.ui import formats
from throughline.practice.caseload import entry as line_entry
from throughline.practice.coordination.events import rounds as events
from throughline.practice.coordination.models import Conference, Round, RoundEntry
from throughline.practice.coordination.records.rounds import AnswerIn, ConferenceIn
from throughline.practice.coordination.rules import rounds as rules
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient
from throughline.record.tasks.actions import TaskIn, add_task, cancel_tasks_for
from throughline.record.tasks.models import Task

ROLES = ("case_manager", "team_nurse", "social_worker", "supervisor", "utilisation_reviewer")


@locator("round_id")
def _place_of_round(round_id: UUID) -> Place:
    site_id = Round.objects.filter(pk=round_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound("This round does not exist, or you may not see it.")
    return Place(site_id=site_id)


@locator("round_entry_id")
def _place_of_entry(round_entry_id: UUID) -> Place:
    found = RoundEntry.objects.filter(pk=round_entry_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This line does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@locator("conference_id")
def _place_of_conference(conference_id: UUID) -> Place:
    found = Conference.objects.filter(pk=conference_id).values_list("site_id", "patient_id").first()
    if found is None:
        raise NotFound("This conference does not exist, or you may not see it.")
    return Place(site_id=found[0], patient_id=found[1])


@action("coordination.begin-round", needs=Permission.COORDINATE, on="site_id")
def begin_round(
    *,
    site_id: UUID,
    name: str,
    unit: str = "",
    patients: Sequence[tuple[UUID, str]],
    present: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> UUID:
    """Begin a round over these patients (id and bed) in this order and return its identifier.

    One of the same name that began within twelve hours and has not ended is gone on with, newcomers at its end. Raises
    UnableToRound for nobody to go through.
    """
    hers = set(
        Patient.objects.filter(site_id=site_id, pk__in=[key for key, _ in patients]).values_list("pk", flat=True)
    )
    listed = [(key, bed) for key, bed in patients if key in hers]
    if not listed:
        raise rules.UnableToRound("Nobody is on this list now.")
    recent = Round.objects.select_for_update().filter(
        site_id=site_id, name=name, ended_at=None, started_at__gt=at - timedelta(hours=12)
    )
    made = recent.order_by("-started_at").first() or Round.objects.create(
        site_id=site_id, name=name, unit=unit, present=list(present), started_at=at,
        started_by_id=by.user_id, started_by_name=by.name,
    )  # fmt: skip
    known = set(made.entries.values_list("patient_id", flat=True))
    fresh = [(key, bed) for key, bed in listed if key not in known]
    RoundEntry.objects.bulk_create(
        [
            RoundEntry(site_id=site_id, round=made, patient_id=key, bed=bed, place=len(known) + n)
            for n, (key, bed) in enumerate(fresh)
        ]
    )
    return made.id


@action("coordination.note-present", needs=Permission.COORDINATE, on="round_id")
def note_present(
    *, round_id: UUID, present: Sequence[str], was: Sequence[str] | None = None, by: Actor, at: datetime
) -> None:
    """Write down who takes part. Raises ChangedMeanwhile when the list is no longer what it `was` when it was read."""
    row = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    if differing(row, {"present": list(present)}, {} if was is None else {"present": list(was)}):
        Round.objects.filter(pk=round_id).update(present=list(present))


@action("coordination.end-round", needs=Permission.COORDINATE, on="round_id")
def end_round(*, round_id: UUID, by: Actor, at: datetime) -> None:
    """End a round; whom it did not reach is first in the next."""
    Round.objects.filter(pk=round_id, ended_at=None).update(ended_at=at)


@action("coordination.answer-rounds", needs=Permission.COORDINATE, on="round_entry_id")
def answer(*, round_entry_id: UUID, said: AnswerIn, by: Actor, at: datetime) -> None:
    """Write down what was said of a patient; the barrier and the family's question are tasks at once.

    An answer given again replaces the first and its tasks. Raises UnableToRound for an answer that says nothing, or for
    somebody who does not work here.
    """
    rules.check(ready=said.ready, barrier=said.barrier)
    row = (
        RoundEntry.objects.select_for_update(of=("self",))
        .select_related("round", "patient__site")
        .get(pk=round_entry_id)
    )
    _forget(row, "The answer in rounds was changed.", by=by, at=at)
    case = Case.objects.filter(patient_id=row.patient_id).exclude(state="closed").first()
    owner = _owner(row, said.owner_id, case, by)
    zone = row.patient.time_zone or row.patient.site.time_zone
    row.ready, row.question = said.ready, said.question.strip()
    row.barrier = "" if said.ready else said.barrier.strip()
    row.owner, row.by_at = (None, None) if said.ready else (owner, rules.by_when(said.by, at=at, zone=zone))
    row.answered_at, row.answered_by_name = at, by.name
    base: dict[str, Any] = {
        "case_id": case.id if case else None,
        "owner_id": owner.id if owner else None,
        "time_zone": zone,
    }
    why = f"Rounds {row.round.name}, {formats.day(row.round.started_at.astimezone(ZoneInfo(zone)).date())}"
    if row.barrier and row.by_at is not None:
        task = TaskIn(
            patient_id=row.patient_id, verb="Clear", title=row.barrier, why=why, kind="rounds", due_at=row.by_at,
            due_has_time=True, subject=f"rounds:{row.id}:barrier", **base,
        )  # fmt: skip
        row.barrier_task_id = add_task(patient_id=row.patient_id, task=task, by=by, at=at)
    if row.question:
        task = TaskIn(
            patient_id=row.patient_id, verb="Answer the family", title=row.question, why=why, kind="rounds",
            due_at=rules.by_when("today", at=at, zone=zone), due_has_time=True,
            subject=f"rounds:{row.id}:question", **base,
        )  # fmt: skip
        row.question_task_id = add_task(patient_id=row.patient_id, task=task, by=by, at=at)
    row.save()
    due = formats.moment(row.by_at, zone, at.astimezone(ZoneInfo(zone)).date()) if row.by_at else ""
    event = events.RoundsAnswered(
        **_about(row, case), ready=bool(row.ready), barrier=row.barrier, owner=str(row.owner or ""), by=due,
        question=row.question,
    )  # fmt: skip
    publish(event, by=by, at=at)


def answer_for(*, round_id: UUID, patient_id: UUID, said: AnswerIn, by: Actor, at: datetime) -> None:
    """Write down what was said of a patient of a round: `answer`, for who knows the patient and not her line."""
    line = RoundEntry.objects.get(round_id=round_id, patient_id=patient_id)
    answer(round_entry_id=line.id, said=said, by=by, at=at)


def _about(row: RoundEntry, case: Case | None) -> dict[str, Any]:
    return {
        "site_id": row.site_id, "patient_id": row.patient_id, "case_id": case.id if case else None,
        "entry_id": row.id, "name": row.round.name,
    }  # fmt: skip


def _owner(row: RoundEntry, owner_id: UUID | None, case: Case | None, by: Actor) -> User | None:
    """Who was named; nobody named: who owns the case, else who writes."""
    wanted = owner_id or (case.owner_id if case else None) or by.user_id
    held = {"grants__site": row.site_id, "grants__role__in": ROLES, "grants__until": None}
    users = User.objects.filter(is_active=True, **held)
    owner = users.filter(pk=wanted).first() if wanted else None
    if owner is None and owner_id is not None:
        raise rules.UnableToRound("Choose a colleague who works at this site.")
    return owner


def _forget(row: RoundEntry, reason: str, *, by: Actor, at: datetime) -> None:
    for what in ("barrier", "question"):
        cancel_tasks_for(patient_id=row.patient_id, subject=f"rounds:{row.id}:{what}", reason=reason, by=by, at=at)
    row.barrier_task = row.question_task = None


@action("coordination.undo-rounds", needs=Permission.COORDINATE, on="round_entry_id")
def undo_answer(*, round_entry_id: UUID, by: Actor, at: datetime) -> None:
    """Take back what was said of a patient, with its tasks; she is not spoken of yet."""
    row = RoundEntry.objects.select_for_update(of=("self",)).select_related("round").get(pk=round_entry_id)
    _forget(row, "The answer in rounds was taken back.", by=by, at=at)
    row.ready, row.barrier, row.question, row.owner, row.by_at = None, "", "", None, None
    row.answered_at, row.answered_by_name = None, ""
    row.save()
    case = Case.objects.filter(patient_id=row.patient_id).exclude(state="closed").first()
    publish(events.RoundsAnswerUndone(**_about(row, case)), by=by, at=at)


@action("coordination.hold-conference", needs=Permission.COORDINATE, on="patient_id")
def hold_conference(*, patient_id: UUID, conference: ConferenceIn, by: Actor, at: datetime) -> UUID:
    """Keep the minutes of a case conference and return their identifier; each decision is a task at once.

    The patient's wishes are kept as they stood that day. A decision's line ends with "@name" and a day; without a name
    it is the case owner's. Raises UnableToRound without a question, minutes or anybody present.
    """
    if not (conference.question.strip() and conference.minutes.strip() and conference.present):
        raise rules.UnableToRound("Write what was to be decided, who was there, and what was said.")
    patient = Patient.objects.select_related("site").get(pk=patient_id)
    case = Case.objects.filter(patient_id=patient_id).exclude(state="closed").first()
    made = Conference.objects.create(
        site_id=patient.site_id, patient=patient, case=case, at=conference.at, question=conference.question.strip(),
        wishes=case.matters_most if case else "", wishes_language=case.matters_most_language if case else "",
        patient_present=conference.patient_present, present=list(conference.present),
        minutes=conference.minutes.strip(), dissent=conference.dissent.strip(), written_at=at,
        written_by_id=by.user_id, written_by_name=by.name,
    )  # fmt: skip
    lines = [text for text in conference.decisions if text.strip()]
    made.decisions = [_decide(made, n, text, by=by, at=at) for n, text in enumerate(lines)]
    made.save(update_fields=["decisions"])
    event = events.ConferenceHeld(
        site_id=patient.site_id, patient_id=patient_id, case_id=case.id if case else None, conference_id=made.id,
        question=made.question, present=len(made.present) + made.patient_present, decisions=len(lines),
        dissent=bool(made.dissent),
    )  # fmt: skip
    publish(event, by=by, at=at, occurred_at=conference.at)
    return made.id


def _decide(made: Conference, number: int, text: str, *, by: Actor, at: datetime) -> dict[str, str]:
    zone = made.patient.time_zone or made.patient.site.time_zone
    today = at.astimezone(ZoneInfo(zone)).date()
    read = line_entry.read(text.strip(), today)
    held = {"grants__site": made.site_id, "grants__role__in": ROLES, "grants__until": None}
    users = User.objects.filter(is_active=True, **held).distinct()
    colleagues: list[tuple[object, str]] = [(user.id, str(user)) for user in users]
    found = line_entry.owner_of(read.owner, colleagues) if read.owner else None
    named = found if isinstance(found, UUID) else None
    if read.owner and named is None:
        raise rules.UnableToRound(f"No single colleague here is called “{read.owner}”. Write more of the name.")
    day = read.due or today + timedelta(days=7)
    owner_id = named or (made.case.owner_id if made.case else None) or by.user_id
    task = TaskIn(
        patient_id=made.patient_id, case_id=made.case_id, verb="Conference", title=read.title, kind="rounds",
        why=f"Decided in the case conference: {made.question}", owner_id=owner_id,
        due_at=datetime.combine(day, read.clock or time(17), tzinfo=ZoneInfo(zone)), due_has_time=True, time_zone=zone,
        subject=f"conference:{made.id}:{number}",
    )  # fmt: skip
    task_id = add_task(patient_id=made.patient_id, task=task, by=by, at=at)
    owner = str(Task.objects.select_related("owner").get(pk=task_id).owner or "")
    return {"text": read.title, "owner": owner, "due_on": day.isoformat(), "task_id": str(task_id)}
