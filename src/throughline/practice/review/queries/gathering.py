"""Gathers the facts of many cases in a fixed number of statements, and puts them together for the engine."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries as assessment
from throughline.practice.careplan import queries as careplan
from throughline.practice.coordination.queries import populations as coordination
from throughline.practice.coordination.rules.roles import role_of_words
from throughline.practice.review.queries.statements import CHART, CIRCLE, ENROLLED, HEADS, OUTSIDE_TEAMS
from throughline.practice.review.records import (
    ActionFact,
    AppointmentFact,
    CaseFacts,
    Fact,
    GoalFact,
    NeedFact,
    PlanFacts,
    Planned,
    ReferralFact,
)
from throughline.practice.review.rules import sets
from throughline.record.cases.programmes import programmes
from throughline.record.chart.rules.currency import is_current, is_void

NEVER = datetime(1900, 1, 1, tzinfo=UTC)


class _Pile:
    """The facts of one patient while they are put together."""

    __slots__ = ("facts", "plan", "planned")

    def __init__(self) -> None:
        self.facts: dict[str, list[Fact]] = defaultdict(list)
        self.planned: dict[str, list[Planned]] = defaultdict(list)
        self.plan: dict[str, Any] = defaultdict(list)

    def add(self, fact: Fact) -> None:
        for key in fact.sets:
            self.facts[key].append(fact)

    def promise(self, planned: Planned) -> None:
        for key in planned.sets:
            self.planned[key].append(planned)


def facts_of(viewer: Viewer, case_ids: Sequence[UUID]) -> list[CaseFacts]:
    """Return the facts of these cases at the viewer's sites, in the order of their ids, in some twenty statements.

    What lies after the viewer's time is there too: the engine leaves it out until it has come.
    """
    heads = _heads(viewer, case_ids)
    patient_ids = [head["patient_id"] for head in heads]
    if not heads:
        return []
    index = sets.index()
    piles: dict[UUID, _Pile] = defaultdict(_Pile)
    _chart(piles, patient_ids, index)
    _circle(piles, patient_ids, index)
    _assessed(piles, viewer, patient_ids, index)
    declined = _planned(piles, viewer, patient_ids, index)
    _met(piles, viewer, patient_ids, index)
    cadence = _cadence(heads)
    return [_case(head, piles[head["patient_id"]], declined, cadence, index) for head in heads]


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _heads(viewer: Viewer, case_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    names = (
        "case_id", "patient_id", "site_id", "opened_at", "acuity", "matters_most", "matters_most_at", "born", "gender",
        "language", "interpreter_needed", "zone",
    )  # fmt: skip
    asked = {"cases": list(case_ids), "sites": list(viewer.site_ids)}
    return [dict(zip(names, row, strict=True)) for row in _rows(HEADS, asked)]


def _cadence(heads: list[dict[str, Any]]) -> dict[UUID, int]:
    """How often each case is to hear from us: the closest promise of its programmes."""
    known = programmes()
    found: dict[UUID, int] = {}
    for case_id, key in _rows(ENROLLED, {"cases": [head["case_id"] for head in heads]}):
        if key in known:
            days = known[key].cadence.every_days
            found[case_id] = min(found.get(case_id, days), days)
    return found


@lru_cache(maxsize=1)
def _codes(mark: int) -> list[str]:
    return sorted(sets.index().codes_of("observation", "loinc"))


@lru_cache(maxsize=200_000)
def _sets_of(
    mark: int, kind: str, system: str, code: str, more: str | None, words: str, stay: bool, class_: str, status: str
) -> frozenset[str]:
    """The sets of a fact, remembered: a population has few different facts. `more` is the stored list of codings."""
    codes = [sets.code_of(sets.system_of(system), code)] if code else []
    for coding in orjson.loads(more) if more else ():
        if coding.get("code"):
            codes.append(sets.code_of(sets.system_of(str(coding.get("system", ""))), str(coding["code"])))
    return sets.sets_of(sets.index(), kind, codes, words, stay=stay, class_code=class_, status=status)


def _chart(piles: dict[UUID, _Pile], patient_ids: list[UUID], index: sets.Index) -> None:
    mark = index.mark
    for row in _rows(CHART, {"patients": patient_ids, "codes": _codes(mark)}):
        (kind, patient, fact_id, system, code, more, display, status, at, until, value, said, by, class_, stay, place,
         verification) = row  # fmt: skip
        if at is None or is_void(status, verification) or verification == "refuted":
            continue
        found = _sets_of(mark, kind, system, code, more, said, bool(stay), class_, status)
        if not found:
            continue
        held = is_current(_CHART_KIND.get(kind, kind), status, verification, None, at)
        if kind == "encounter" and until is None and status == "finished":
            until = at
        piles[patient].add(Fact(kind, found, at, display or said, fact_id, until, held, value, by, place))


_CHART_KIND = {"medicine": "medication"}


def _own(index: sets.Index, kind: str, code: str, words: str = "") -> frozenset[str]:
    return _sets_of(index.mark, kind, "throughline", code, None, words, False, "", "")


def _circle(piles: dict[UUID, _Pile], patient_ids: list[UUID], index: sets.Index) -> None:
    """Contacts, consents, the people around the patient, and tasks: one statement."""
    for kind, patient, row_id, at, until, words, more, owner in _rows(CIRCLE, {"patients": patient_ids}):
        pile = piles[patient]
        if kind == "contact":
            reached = more.startswith("spoke")
            keys = _own(index, kind, "reached") if reached else frozenset()
            if words and reached:
                keys |= _own(index, kind, "interpreter")
            pile.add(Fact(kind, keys, at, "Talk with the patient", row_id))
            if reached:
                pile.plan["reached"].append(at)
        elif kind == "consent":
            pile.add(Fact(kind, _own(index, kind, words), at, f"Consent: {words}", row_id, until))
        elif kind == "person":
            role = frozenset().union(*(_own(index, kind, name) for name in more.split()))
            pile.add(Fact(kind, role, at or NEVER, words, row_id, until))
        else:
            _task(pile, index, row_id, at, until, words, more, owner)


def _task(
    pile: _Pile, index: sets.Index, row_id: str, at: datetime | None, due: datetime | None, words: str, subject: str,
    owner: str,
) -> None:  # fmt: skip
    """A task done is evidence of what it says; a live one is a promise. The remedy of a gap names the gap."""
    keys = _sets_of(index.mark, "plan", "", "", None, words, False, "", "")
    if subject.startswith("gap:"):
        keys |= {f"done:{subject[4:]}"}
    if keys and at is not None:
        pile.add(Fact("task", keys, at, words, row_id))
    elif keys:
        pile.promise(Planned(keys, due, words, owner, "task", row_id))


def _assessed(piles: dict[UUID, _Pile], viewer: Viewer, patient_ids: list[UUID], index: sets.Index) -> None:
    for row_id, patient, instrument, title, score, at in assessment.signed_of_many(viewer, patient_ids):
        keys = _own(index, "assessment", instrument)
        if keys:
            piles[patient].add(Fact("assessment", keys, at, title, str(row_id), value=_number(score)))
    for row_id, patient, flag, text, at in assessment.flags_of_many(viewer, patient_ids):
        if keys := _own(index, "flag", flag):
            piles[patient].add(Fact("flag", keys, at, text, str(row_id)))
    for row_id, patient, text, at in assessment.open_needs_of_many(viewer, patient_ids):
        piles[patient].plan["needs"].append(NeedFact(str(row_id), text, at))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _planned(
    piles: dict[UUID, _Pile], viewer: Viewer, patient_ids: list[UUID], index: sets.Index
) -> dict[UUID, dict[str, tuple[datetime, str]]]:
    """The care plan: goals, actions, lessons, the day it is looked at again; returns what was declined."""
    for row in careplan.goals_of_many(viewer, patient_ids):
        goal = GoalFact(
            str(row["id"]), str(row["need_id"]), row["text"], row["target"], row["loinc"], row["added_at"], row["key"]
        )
        piles[row["patient_id"]].plan["goals"].append(goal)
    for row in careplan.actions_of_many(viewer, patient_ids):
        _action(piles[row["patient_id"]], row, index)
    for row_id, patient, topic, at in careplan.taught_to_many(viewer, patient_ids):
        keys = _sets_of(index.mark, "lesson", "", "", None, topic, False, "", "")
        piles[patient].add(Fact("lesson", keys, at, topic, str(row_id)))
    for patient, day in careplan.review_days_of_many(viewer, patient_ids).items():
        piles[patient].plan["review_on"] = day
    declined: dict[UUID, dict[str, tuple[datetime, str]]] = defaultdict(dict)
    for patient, key, reason, at in careplan.declined_by_many(viewer, patient_ids):
        declined[patient][key] = (at, reason)
    return declined


def _action(pile: _Pile, row: dict[str, Any], index: sets.Index) -> None:
    keys = _sets_of(index.mark, "plan", "", "", None, row["text"], False, "", "")
    owner = row["task__owner__full_name"] or row["task__team__name"] or ""
    if row["task__state"] == "done":
        pile.add(Fact("plan", keys, row["task__done_at"], row["text"], str(row["id"])))
        return
    action = ActionFact(
        str(row["id"]), str(row["need_id"]), row["text"], row["role"], owner, row["due_on"], row["added_at"], row["key"]
    )
    pile.plan["actions"].append(action)
    due = datetime.combine(row["due_on"], time(23, 59), UTC)
    pile.promise(Planned(keys, due, row["text"], owner, "action", action.id))


def _met(piles: dict[UUID, _Pile], viewer: Viewer, patient_ids: list[UUID], index: sets.Index) -> None:
    """Appointments and the care team. An appointment to come is a promise, one that was kept is a visit."""
    for row in coordination.appointments_of_many(viewer, patient_ids):
        pile, words = piles[row["patient_id"]], f"{row['what']}, {row['provider']}"
        keys = _sets_of(index.mark, "encounter", "", "", None, words, False, "AMB", "")
        keys |= _sets_of(index.mark, "plan", "", "", None, words, False, "", "")
        if row["interpreter"]:
            keys |= _own(index, "contact", "interpreter")
        row_id, starts = str(row["id"]), row["starts_at"]
        if row["state"] == "kept":
            pile.add(Fact("appointment", keys, starts, words, row_id, row["ends_at"], by=row["provider"]))
            continue
        pile.plan["appointments"].append(AppointmentFact(row_id, words, row["ends_at"], ""))
        pile.promise(Planned(keys, starts, words, row["provider"], "appointment", row_id))
    for row in coordination.referrals_of_many(viewer, patient_ids):
        _referral(piles[row["patient_id"]], row, index)
    _teams(piles, viewer, patient_ids)


def _teams(piles: dict[UUID, _Pile], viewer: Viewer, patient_ids: list[UUID]) -> None:
    """Who is on our care teams, and whom a team elsewhere names as primary care."""
    for patient, said in _rows(OUTSIDE_TEAMS, {"patients": patient_ids}):
        for one in orjson.loads(said) if isinstance(said, str) else said:
            if role_of_words(str(one.get("role") or "")) == "PCP":
                piles[patient].plan["primary_care"] = str(one.get("name") or "")
    for patient, name, role in coordination.team_of_many(viewer, patient_ids):
        piles[patient].plan["team"].append(name)
        if role == "PCP":
            piles[patient].plan["primary_care"] = name


ACTED_ON = frozenset({"attended", "reported", "closed"})
ANSWERED_WITHIN = timedelta(days=30)  # a referral is a promise that long; silent longer, the service is missing again


def _referral(pile: _Pile, row: dict[str, Any], index: sets.Index) -> None:
    """A referral that was attended is evidence of its service; one on its way is a promise."""
    row_id, words, since = str(row["id"]), f"{row['service']}, {row['to_name']}", row["since"]
    keys = _sets_of(index.mark, "plan", "", "", None, words, False, "", "")
    if row["state"] in ACTED_ON:
        pile.add(Fact("referral", keys, since, words, row_id))
    elif row["state"] != "drafted":
        owner = row["owner__full_name"] or row["to_name"]
        pile.promise(Planned(keys, since + ANSWERED_WITHIN, words, owner, "referral", row_id))
    pile.plan["referrals"].append(ReferralFact(row_id, words, row["state"], since))


def _case(
    head: dict[str, Any],
    pile: _Pile,
    declined: dict[UUID, dict[str, tuple[datetime, str]]],
    cadence: dict[UUID, int],
    index: sets.Index,
) -> CaseFacts:
    if head["matters_most"] and head["matters_most_at"]:
        keys = _own(index, "words", "matters")
        pile.add(Fact("words", keys, head["matters_most_at"], head["matters_most"], str(head["case_id"])))
    language = (head["language"] or "").split("-")[0].lower()
    numbers = {
        "female": float(head["gender"] == "female"),
        "acuity": float(head["acuity"]),
        "language_known": float(bool(language)),
        "other_language": float(language not in ("", "en") or bool(head["interpreter_needed"])),
    }
    plan = pile.plan
    return CaseFacts(
        head["case_id"],
        head["patient_id"],
        head["site_id"],
        head["opened_at"],
        head["zone"],
        head["born"],
        {key: _newest_first(found) for key, found in pile.facts.items()},
        {key: tuple(sorted(found, key=_by_due)) for key, found in pile.planned.items()},
        numbers,
        declined.get(head["patient_id"], {}),
        PlanFacts(
            needs=tuple(plan.get("needs", ())),
            goals=tuple(plan.get("goals", ())),
            actions=tuple(plan.get("actions", ())),
            appointments=tuple(plan.get("appointments", ())),
            referrals=tuple(plan.get("referrals", ())),
            team=tuple(plan.get("team", ())),
            primary_care=plan.get("primary_care") or _usual_doctor(pile),
            review_on=plan.get("review_on") or None,
            last_reached_at=max(plan.get("reached", ()), default=None),
            every_days=cadence.get(head["case_id"]),
        ),
    )


def _usual_doctor(pile: _Pile) -> str:
    """Who saw the patient at the latest primary care visit on record, "" when there is none."""
    seen = _newest_first(pile.facts.get("primary-care-visit", ()))
    return next((fact.by or fact.place for fact in seen if fact.by or fact.place), "")


def _newest_first(found: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(sorted(found, key=lambda fact: (fact.at, fact.id), reverse=True))


def _by_due(planned: Planned) -> tuple[bool, datetime, str]:
    return planned.due is None, planned.due or NEVER, planned.id
