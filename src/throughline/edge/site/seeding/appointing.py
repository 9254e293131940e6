"""Plays a patient's appointments as the stories tell them, and the rounds, conferences and free times of the house."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from throughline.edge.site.seeding.founding import Staff
from throughline.edge.site.seeding.stage import Act, Stage
from throughline.edge.site.seeding.stories import Seeds
from throughline.foundation.access import queries as access
from throughline.foundation.kernel.actor import Actor, system
from throughline.practice.coordination.actions import appointments as acts
from throughline.practice.coordination.actions import rounds, slots
from throughline.practice.coordination.actions.appointment_tasks import ask_outcomes
from throughline.practice.coordination.queries import appointments as queries
from throughline.practice.coordination.records.appointments import AppointmentIn, SlotIn
from throughline.practice.coordination.records.rounds import AnswerIn, ConferenceIn

SCHEDULES = system("demonstration schedules")


def course(stage: Stage, case: Mapping[str, Any]) -> list[Act]:
    """Return every act of the case's appointments, each with its time."""
    found: list[Act] = []
    for line in case.get("booked", []):
        found += _course(stage, line, stage.actor(case["owner"]))
    return found


def _course(stage: Stage, line: Mapping[str, Any], by: Actor) -> list[Act]:
    made: list[UUID] = []  # the appointment's id, known once the first act has run

    def book() -> None:
        at = stage.at(line["made"])
        given = _given(stage, line, by)
        made.append(acts.book(patient_id=stage.patient_id, appointment=given, by=by, at=at))

    def then(act: Any, said: Mapping[str, Any], **fields: Any) -> Act:
        at = stage.at(said["at"])
        return at, lambda: act(appointment_id=made[0], **fields, by=by, at=at)

    found: list[Act] = [(stage.at(line["made"]), book)]
    if said := line.get("moved"):
        starts_at = stage.at(said["to"])
        ends_at = starts_at + _length(line)
        found.append(then(acts.move, said, starts_at=starts_at, ends_at=ends_at, reason=said.get("why", "")))
    if said := line.get("kept"):
        found.append(then(acts.keep, said, outcome=said["says"]))
    if said := line.get("missed"):
        found.append(then(acts.miss, said, reason=said["why"], note=said.get("says", "")))
    if said := line.get("cancelled"):
        found.append(then(acts.cancel, said, by_whom=said["by"], reason=said.get("why", "")))
    return found


def _length(line: Mapping[str, Any]) -> timedelta:
    return timedelta(minutes=line.get("minutes", 30))


def _given(stage: Stage, line: Mapping[str, Any], by: Actor) -> AppointmentIn:
    starts_at = stage.at(line["at"])
    colleague = line.get("colleague")
    key = None if colleague else _practitioner(stage.site_id, line["with"], by, stage)
    return AppointmentIn(
        what=line["what"],
        kind=line.get("kind", "visit"),
        starts_at=starts_at,
        ends_at=starts_at + _length(line),
        with_user_id=stage.staff.user_id(colleague) if colleague else None,
        practitioner_id=key,
        place=line.get("place", ""),
        transport=line.get("ride", ""),
        transport_at=stage.at(line["pick_up"]) if line.get("pick_up") else None,
        transport_note=line.get("driver", ""),
        interpreter=line.get("interpreter"),
        bring=line.get("bring", ""),
        proposed=line.get("proposed", False),
    )


def _practitioner(site_id: UUID, family: str, by: Actor, stage: Stage) -> UUID:
    viewer = access.system_viewer(by, at=stage.at("today 05:00"), site_ids=[site_id])
    for one in queries.providers(viewer, site_id)["Practitioners"]:
        if family in one.name.lower():
            return UUID(one.key.partition(":")[2])
    raise KeyError(family)


def house(seeds: Seeds, staff: Staff, patients: Mapping[str, UUID], stage: Stage) -> None:
    """Play what is not one patient's own: published times, yesterday's rounds, conferences, outcomes asked for."""
    for line in seeds.hospital.get("schedules", []):
        _publish(line, staff, stage)
    for line in seeds.hospital.get("rounds", []):
        _round(line, staff, patients, stage)
    for line in seeds.hospital.get("conferences", []):
        _conference(line, staff, patients, stage)
    ask_outcomes(by=system("appointments"), at=stage.at("today 06:00"))


def _publish(line: Mapping[str, Any], staff: Staff, stage: Stage) -> None:
    site_id = staff.sites[line["site"]]
    key = _practitioner(site_id, line["with"], SCHEDULES, stage)
    free = [
        SlotIn(
            source_id=f"{line['with']}-{number}",
            starts_at=stage.at(when),
            ends_at=stage.at(when) + timedelta(minutes=line.get("minutes", 20)),
            practitioner_id=key,
            place=line["place"],
            languages=tuple(line.get("speaks", ())),
        )
        for number, when in enumerate(line["free"])
    ]
    source = f"schedule of {line['with']}"
    slots.publish_slots(site_id=site_id, source=source, slots=free, by=SCHEDULES, at=stage.at("today 05:30"))


def _round(line: Mapping[str, Any], staff: Staff, patients: Mapping[str, UUID], stage: Stage) -> None:
    by, at = staff.actors[line["by"]], stage.at(line["at"])
    listed = [(patients[one["patient"]], str(one.get("bed", ""))) for one in line["lines"]]
    made = rounds.begin_round(
        site_id=staff.sites[line["site"]],
        name=line["name"],
        unit=line.get("unit", ""),
        patients=listed,
        present=line["present"],
        by=by,
        at=at,
    )
    for number, one in enumerate(line["lines"], start=1):
        if "ready" in one or "barrier" in one:
            said = AnswerIn(
                ready="barrier" not in one,
                barrier=one.get("barrier", ""),
                owner_id=staff.user_id(one["who"]) if "who" in one else None,
                by=one.get("by", "today"),
                question=one.get("family", ""),
            )
            rounds.answer_for(
                round_id=made, patient_id=patients[one["patient"]], said=said, by=by, at=at + timedelta(minutes=number)
            )
    rounds.end_round(round_id=made, by=by, at=at + timedelta(minutes=len(listed) + 1))


def _conference(line: Mapping[str, Any], staff: Staff, patients: Mapping[str, UUID], stage: Stage) -> None:
    at = stage.at(line["at"])
    held = ConferenceIn(
        at=at,
        question=line["question"],
        minutes=line["minutes"],
        present=tuple(line["present"]),
        patient_present=line.get("patient_there", False),
        dissent=line.get("dissent", ""),
        decisions=tuple(line["decisions"]),
    )
    written = at + timedelta(minutes=40)
    rounds.hold_conference(
        patient_id=patients[line["patient"]], conference=held, by=staff.actors[line["by"]], at=written
    )
