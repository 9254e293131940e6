"""The statements the ranked list is read with, written out: of whole lists, and of one patient as part of her page.

Today is the page asked for most, and putting these together by the object mapper took a third of its time; planning
them for every request took a tenth. They stand under the same two walls as every read: `sees_sql` here, row-level
security in PostgreSQL. Instants are fetched as seconds, which Python reads far sooner than a time with its zone.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from throughline.foundation.access.models import User
from throughline.foundation.access.queries import sees_parameters, sees_sql
from throughline.foundation.kernel.reading import Part
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload.models import Cover, SavedView, Scratch
from throughline.practice.caseload.records import Covering, View
from throughline.record.cases.models import Case, Enrolment
from throughline.record.clocks.models import Clock
from throughline.record.people.models import Patient
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

T = TypeVar("T")
Raw = dict[str, Any]
Found = tuple[list[Raw], ...]
MOST = 2000  # what one list may hold; beyond it the page says so rather than slowing down

TASK, CASE, PATIENT = Task._meta.db_table, Case._meta.db_table, Patient._meta.db_table


def _seconds(column: str, name: str) -> str:
    return f"extract(epoch from {column})::float8 as {name}"


_LIVE = ", ".join(f"'{state}'" for state in LIVE)  # written out: as a parameter it would match no index of live tasks

_OF_TASK = (
    "t.id, t.patient_id, t.site_id, t.case_id, t.kind, t.verb, t.title, t.why, t.tier, t.state, t.owner_id,"
    " t.due_has_time, t.version, t.time_zone, t.due_at, t.legal_due_at, t.hold_until"
)
# A whole list begins at the colleagues: four sorts of tasks are theirs, each found by its own index, and one that is of
# two sorts comes twice. One patient's part begins at her.
_THEIRS = f"""
select {_OF_TASK} from {TASK} t where t.owner_id = any(%(wanted)s) and t.state in ({_LIVE})
union all select {_OF_TASK} from {CASE} c join {TASK} t on t.case_id = c.id
  where c.owner_id = any(%(wanted)s) and t.owner_id is null and t.state in ({_LIVE})
union all select {_OF_TASK} from {TASK} t
  where t.team_id = any(%(teams)s) and t.owner_id is null and t.state in ({_LIVE})
union all select {_OF_TASK} from {TASK} t where t.delegated_by_id = any(%(wanted)s) and t.state = 'reported'
"""
_OF_PATIENT = f"""
select {_OF_TASK} from {TASK} t left join {CASE} c on c.id = t.case_id
where t.patient_id = %(only)s and t.state in ({_LIVE}) and (t.owner_id = any(%(wanted)s)
  or (t.owner_id is null and (c.owner_id = any(%(wanted)s) or t.team_id = any(%(teams)s)))
  or (t.delegated_by_id = any(%(wanted)s) and t.state = 'reported'))
"""


def _each(table: str, short: str, where: str) -> str:
    """Return a join that looks up a table for each row before it.

    A kept plan knows neither whose list it is nor how long, and would rather read the patients there are.
    """
    return f"lateral (select * from {table} {short} where {where} offset 0) {short} on true"


# Who a patient is, and whether she may be seen, is looked up once for all her tasks.
_TASKS = f"""
with hers as materialized (%(hers)s), whose as materialized (
  select one.patient_id, one.case_id, p.time_zone, p.language, c.acuity, c.owner_id, c.last_contact_at
  from (select distinct patient_id, site_id, case_id from hers) one
  join {_each(PATIENT, "p", "p.id = one.patient_id")} left join {_each(CASE, "c", "c.id = one.case_id")}
  where {sees_sql("one.patient_id", "one.site_id")}
)
select t.id, t.patient_id, t.case_id, t.kind, t.verb, t.title, t.why, t.tier, t.state, t.owner_id, t.due_has_time,
  t.version, coalesce(nullif(t.time_zone, ''), c.time_zone) as zone, c.language, c.acuity,
  c.owner_id as case_owner_id, {_seconds("t.due_at", "due")}, {_seconds("t.legal_due_at", "legal")},
  {_seconds("t.hold_until", "hold")}, {_seconds("c.last_contact_at", "heard")}
from hers t join whose c on c.patient_id = t.patient_id and c.case_id is not distinct from t.case_id
order by t.tier, t.due_at, t.id limit {MOST}
"""

_CASES = f"""
select c.id, c.patient_id, c.acuity, c.owner_id as case_owner_id, p.language,
  {_seconds("c.last_contact_at", "heard")}, {_seconds("c.opened_at", "opened")},
  array(select e.programme from {Enrolment._meta.db_table} e where e.case_id = c.id and e.until is null) as programmes
from {CASE} c join {_each(PATIENT, "p", "p.id = c.patient_id")}
where c.owner_id = any(%(wanted)s) and c.state = 'active' and (%(only)s::uuid is null or c.patient_id = %(only)s)
  and {sees_sql("c.patient_id", "c.site_id")}
limit {MOST}
"""

# Whose period merely ends (owed by nobody) is no work and stays out.
_CLOCKS = f"""
select k.id, k.rule_id, k.title, k.state, k.owed_by, k.notice, k.due_is_day, k.zone, k.patient_id, k.case_id,
  c.owner_id as case_owner_id, c.acuity, p.language, {_seconds("k.due_at", "due")}, {_seconds("k.safe_at", "safe")},
  {_seconds("c.last_contact_at", "heard")}
from {CASE} c join {_each(Clock._meta.db_table, "k", "k.case_id = c.id and k.ended_at is null")}
join {_each(PATIENT, "p", "p.id = k.patient_id")}
where c.owner_id = any(%(wanted)s) and (k.due_at <= %(soon)s or k.safe_at <= %(soon)s)
  and k.owed_by <> 'nobody' and k.state <> all(array['not-required', 'no-deadline'])
  and (%(only)s::uuid is null or c.patient_id = %(only)s) and {sees_sql("k.patient_id", "k.site_id")}
order by k.due_at, k.id limit {MOST}
"""


def moment(seconds: float | None) -> datetime | None:
    """Return the instant of these seconds since 1970, None for None; exact to the microsecond until the year 2242."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def list_part(
    viewer: Viewer,
    wanted: Iterable[UUID | None],
    only: UUID | None,
    soon: datetime,
    further: Iterable[str],
    rank: Callable[[Found], T],
) -> Part[T]:
    """Return what reads a list, of all patients or of `only` one, and ranks it: the active cases of these colleagues
    with the programmes each is in; their tasks, those of their cases and teams nobody owns, and what was reported back
    to them; the clocks late or due before `soon`; and the rows of the `further` statements."""
    asked = {**sees_parameters(viewer), "wanted": [one for one in wanted if one], "only": only, "soon": soon}
    statements = tuple(_begun(text, one=only is not None) for text in (_CASES, _TASKS, _CLOCKS, *further))
    return Part(statements, asked, lambda *found: rank(_named(found)))


@cache
def _begun(text: str, *, one: bool) -> str:
    """Return a statement as it is planned, of one patient or of all: a kept plan of "all or this one" reads all."""
    text = text.replace("%(hers)s", _OF_PATIENT if one else _THEIRS)
    return _EITHER.sub(r"\1 = %(only)s" if one else "true", text)


_EITHER = re.compile(r"\(%\(only\)s::uuid is null or (\w+\.patient_id) = %\(only\)s\)")


def _named(found: Found) -> Found:
    """Return the rows with the ids of patients and owners read, each once: a list names few in many rows. A row's own
    id, and its case's, stay text until somebody looks at it."""
    known: dict[str | None, UUID | None] = {None: None}
    for rows in found:
        names = [name for name in _NAMED if rows and name in rows[0]]
        for row in rows:
            for name in names:
                text = row[name]
                if text not in known:
                    known[text] = UUID(text)
                row[name] = known[text]
    return found


_NAMED = ("patient_id", "owner_id", "case_owner_id")


_FACES = f"""
select p.id, p.site_id, p.display_name, p.birth_date, p.language, p.interpreter_needed, p.phone, p.mrn, p.time_zone,
  (select s.text from {Scratch._meta.db_table} s where s.user_id = %(user)s and s.patient_id = p.id limit 1) as scratch
from {PATIENT} p where p.id = any(%(faces)s)
"""


def faces_part(viewer: Viewer, patients: Iterable[UUID]) -> Part[dict[UUID, Raw]]:
    """Return what reads how these patients, who stand on her list, are shown: by id, with her private line."""

    def read(rows: list[Raw]) -> dict[UUID, Raw]:
        for row in rows:
            row["id"], row["site_id"] = UUID(row["id"]), UUID(row["site_id"])
            row["birth_date"] = date.fromisoformat(row["birth_date"]) if row["birth_date"] else None
        return {row["id"]: row for row in rows}

    return Part((_FACES,), {"user": viewer.user_id, "faces": list(patients)}, read)


_COVERS = f"""
select c.away_id, u.full_name, u.credentials, c.until, c.brief from {Cover._meta.db_table} c
join {User._meta.db_table} u on u.id = c.away_id
where c.covering_id = %(user)s and c.since <= %(at)s and c.until > %(at)s and c.ended_at is null order by c.id
"""


def covers_part(viewer: Viewer) -> Part[tuple[Covering, ...]]:
    """Return what reads the colleagues the viewer covers now."""

    def read(rows: list[Raw]) -> tuple[Covering, ...]:
        return tuple(
            Covering(UUID(row["away_id"]), _signed(row), datetime.fromisoformat(row["until"]), row["brief"])
            for row in rows
        )

    return Part((_COVERS,), {"user": viewer.user_id, "at": viewer.at}, read)


def _signed(row: Raw) -> str:
    return f"{row['full_name']}, {row['credentials']}" if row["credentials"] else str(row["full_name"])


_VIEWS = f"""
select v.id, v.name, v.filters from {SavedView._meta.db_table} v where v.user_id = %(user)s order by v.position, v.name
"""


def views_part(viewer: Viewer) -> Part[tuple[View, ...]]:
    """Return what reads the viewer's saved views in her order."""

    def read(rows: list[Raw]) -> tuple[View, ...]:
        return tuple(View(UUID(row["id"]), row["name"], row["filters"]) for row in rows)

    return Part((_VIEWS,), {"user": viewer.user_id}, read)
