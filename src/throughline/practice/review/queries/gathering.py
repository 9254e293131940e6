"""Gathers the facts of many cases in a fixed number of statements, and puts them together for the engine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries as assessment
from throughline.practice.careplan import queries as careplan
from throughline.practice.coordination.queries import populations as coordination
from throughline.practice.coordination.rules.roles import role_of_words
from throughline.practice.review.queries.statements import CHART, CIRCLE, HEADS
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
    """Return the facts of these cases at the viewer's sites, in the order of their ids, in six statements.

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
    return [_case(head, piles[head["patient_id"]], declined, index) for head in heads]


def _rows(statement: str, parameters: Mapping[str, Iterable[object]]) -> list[tuple[Any, ...]]:
    """Fetch with arrays told as PostgreSQL writes them: the driver would quote each of their values by itself."""
    told = {name: "{" + ",".join(map(str, values)) + "}" for name, values in parameters.items()}
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return list(cursor.fetchall())


def _instant(said: str | None) -> datetime | None:
    """An instant as the statements tell it, in UTC like the session: a tenth of what the driver's own way costs."""
    return datetime.fromisoformat(said) if said else None


def _heads(viewer: Viewer, case_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    names = (
        "case_id", "patient_id", "site_id", "opened_at", "acuity", "matters_most", "matters_most_at", "born", "gender",
        "language", "interpreter_needed", "zone", "programmes",
    )  # fmt: skip
    asked = {"cases": list(case_ids), "sites": list(viewer.site_ids)}
    return [dict(zip(names, row, strict=True)) for row in _rows(HEADS, asked)]


def _cadence(keys: Iterable[str]) -> int | None:
    """How often a case is to hear from us: the closest promise of its programmes."""
    known = programmes()
    return min((known[key].cadence.every_days for key in keys if key in known), default=None)


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
        at, until = datetime.fromisoformat(at), _instant(until)
        held = is_current(_CHART_KIND.get(kind, kind), status, verification, None, at)
        if kind == "encounter" and until is None and status == "finished":
            until = at
        piles[patient].add(Fact(kind, found, at, display or said, fact_id, until, held, value, by, place))


_CHART_KIND = {"medicine": "medication"}


def _own(index: sets.Index, kind: str, code: str, words: str = "") -> frozenset[str]:
    return _sets_of(index.mark, kind, "throughline", code, None, words, False, "", "")


def _circle(piles: dict[UUID, _Pile], patient_ids: list[UUID], index: sets.Index) -> None:
    """Contacts, consents, the people around the patient, care teams named elsewhere, and tasks: one statement."""
    for kind, patient, row_id, began, ended, words, more, owner in _rows(CIRCLE, {"patients": patient_ids}):
        pile, at, until = piles[patient], _instant(began), _instant(ended)
        if kind == "contact":
            if at is not None and more.startswith("spoke"):
                _reached(pile, index, row_id, at, words)
        elif kind == "consent":
            pile.add(Fact(kind, _own(index, kind, words), at or NEVER, f"Consent: {words}", row_id, until))
        elif kind == "person":
            role = frozenset().union(*(_own(index, kind, name) for name in more.split()))
            pile.add(Fact(kind, role, at or NEVER, words, row_id, until))
        elif kind == "team":
            _team_elsewhere(pile, more)
        elif kind == "named":
            # What a record received says of her general practitioner; our own team and others' speak louder.
            pile.plan["primary_care"] = words
        else:
            _task(pile, index, row_id, at, until, words, more, owner)


def _reached(pile: _Pile, index: sets.Index, row_id: str, at: datetime, interpreter: str) -> None:
    keys = _own(index, "contact", "reached")
    if interpreter:
        keys |= _own(index, "contact", "interpreter")
    pile.add(Fact("contact", keys, at, "Talk with the patient", row_id))
    pile.plan["reached"].append(at)


def _team_elsewhere(pile: _Pile, participants: str) -> None:
    for one in orjson.loads(participants):
        if one.get("text") and role_of_words(str(one.get("role") or "")) == "PCP":
            pile.plan["primary_care"] = str(one["text"])


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
    """Assessments that are signed, the safety flags they raised, and the needs that stand."""
    for what, patient, row_id, key, text, score, at in assessment.assessed_of_many(viewer, patient_ids):
        if what == "need":
            piles[patient].plan["needs"].append(NeedFact(row_id, text, at))
        elif keys := _own(index, "assessment" if what == "signed" else "flag", key):
            kind = "assessment" if what == "signed" else "flag"
            piles[patient].add(Fact(kind, keys, at, text, row_id, value=_number(score)))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _planned(
    piles: dict[UUID, _Pile], viewer: Viewer, patient_ids: list[UUID], index: sets.Index
) -> dict[UUID, dict[str, tuple[datetime, str]]]:
    """The care plan: goals, actions, lessons, the day it is looked at again; returns what was declined."""
    declined: dict[UUID, dict[str, tuple[datetime, str]]] = defaultdict(dict)
    newest: dict[UUID, int] = {}
    for what, patient, row in careplan.plans_of_many(viewer, patient_ids):
        pile = piles[patient]
        if what == "goal":
            at = datetime.fromisoformat(row["at"])
            goal = GoalFact(row["id"], row["need"], row["text"], row["target"], row["loinc"], at, row["key"])
            pile.plan["goals"].append(goal)
        elif what == "action":
            _action(pile, row, index)
        elif what == "lesson":
            keys = _sets_of(index.mark, "lesson", "", "", None, row["topic"], False, "", "")
            pile.add(Fact("lesson", keys, datetime.fromisoformat(row["at"]), row["topic"], row["id"]))
        elif what == "declined":
            declined[patient][row["key"]] = (datetime.fromisoformat(row["at"]), row["reason"])
        elif row["number"] > newest.get(patient, 0):
            newest[patient], pile.plan["review_on"] = row["number"], date.fromisoformat(row["day"])
    return declined


def _action(pile: _Pile, row: dict[str, Any], index: sets.Index) -> None:
    keys = _sets_of(index.mark, "plan", "", "", None, row["text"], False, "", "")
    if row["done"]:
        pile.add(Fact("plan", keys, datetime.fromisoformat(row["done"]), row["text"], row["id"]))
        return
    due, added = date.fromisoformat(row["due"]), datetime.fromisoformat(row["at"])
    action = ActionFact(row["id"], row["need"], row["text"], row["role"], row["owner"], due, added, row["key"])
    pile.plan["actions"].append(action)
    by = datetime.combine(due, time(23, 59), UTC)
    pile.promise(Planned(keys, by, row["text"], row["owner"], "action", action.id))


def _met(piles: dict[UUID, _Pile], viewer: Viewer, patient_ids: list[UUID], index: sets.Index) -> None:
    """Appointments, referrals, and our care team, which says more than one named elsewhere."""
    for what, patient, row in coordination.met_by_many(viewer, patient_ids):
        if what == "appointment":
            _appointment(piles[patient], row, index)
        elif what == "referral":
            _referral(piles[patient], row, index)
        else:
            piles[patient].plan["team"].append(row["name"])
            if row["role"] == "PCP":
                piles[patient].plan["primary_care"] = row["name"]


def _appointment(pile: _Pile, row: dict[str, Any], index: sets.Index) -> None:
    """An appointment to come is a promise, one that was kept is a visit."""
    words, who = f"{row['what']}, {row['provider']}", row["provider"]
    starts, ends = datetime.fromisoformat(row["starts"]), datetime.fromisoformat(row["ends"])
    keys = _sets_of(index.mark, "encounter", "", "", None, words, False, "AMB", "")
    keys |= _sets_of(index.mark, "plan", "", "", None, words, False, "", "")
    if row["interpreter"]:
        keys |= _own(index, "contact", "interpreter")
    if row["state"] == "kept":
        pile.add(Fact("appointment", keys, starts, words, row["id"], ends, by=who))
        return
    pile.plan["appointments"].append(AppointmentFact(row["id"], words, ends, ""))
    pile.promise(Planned(keys, starts, words, who, "appointment", row["id"]))


ACTED_ON = frozenset({"attended", "reported", "closed"})
ANSWERED_WITHIN = timedelta(days=30)  # a referral is a promise that long; silent longer, the service is missing again


def _referral(pile: _Pile, row: dict[str, Any], index: sets.Index) -> None:
    """A referral that was attended is evidence of its service; one on its way is a promise."""
    words, since = f"{row['service']}, {row['to']}", datetime.fromisoformat(row["since"])
    keys = _sets_of(index.mark, "plan", "", "", None, words, False, "", "")
    if row["state"] in ACTED_ON:
        pile.add(Fact("referral", keys, since, words, row["id"]))
    elif row["state"] != "drafted":
        pile.promise(Planned(keys, since + ANSWERED_WITHIN, words, row["owner"], "referral", row["id"]))
    pile.plan["referrals"].append(ReferralFact(row["id"], words, row["state"], since))


def _case(
    head: dict[str, Any],
    pile: _Pile,
    declined: dict[UUID, dict[str, tuple[datetime, str]]],
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
            needs=_by_id(plan.get("needs", ())),
            goals=_by_id(plan.get("goals", ())),
            actions=_by_id(plan.get("actions", ())),
            appointments=_by_id(plan.get("appointments", ())),
            referrals=_by_id(plan.get("referrals", ())),
            team=tuple(sorted(plan.get("team", ()))),
            primary_care=plan.get("primary_care") or _usual_doctor(pile),
            review_on=plan.get("review_on") or None,
            last_reached_at=max(plan.get("reached", ()), default=None),
            every_days=_cadence(head["programmes"]),
        ),
    )


def _by_id(rows: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(rows, key=lambda row: row.id))


def _usual_doctor(pile: _Pile) -> str:
    """Who saw the patient at the latest primary care visit on record, "" when there is none."""
    seen = _newest_first(pile.facts.get("primary-care-visit", ()))
    return next((fact.by or fact.place for fact in seen if fact.by or fact.place), "")


_AT_AND_ID = attrgetter("at", "id")


def _newest_first(found: Sequence[Fact]) -> tuple[Fact, ...]:
    return tuple(found) if len(found) < 2 else tuple(sorted(found, key=_AT_AND_ID, reverse=True))


def _by_due(planned: Planned) -> tuple[bool, datetime, str]:
    return planned.due is None, planned.due or NEVER, planned.id
