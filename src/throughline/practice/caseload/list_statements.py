"""The statements the ranked list is read with, written out: of whole lists, and of one patient as part of her page.

Today is the page asked for most, and putting these together by the object mapper took a third of its time. They stand
under the same two walls as every read: `sees_sql` here, row-level security in PostgreSQL. Instants are fetched as
seconds, which Python reads far sooner than a time with its zone.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from throughline.foundation.access.queries import sees_parameters, sees_sql
from throughline.foundation.kernel.reading import Part
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.cases.models import Case, Enrolment
from throughline.record.clocks.models import Clock
from throughline.record.people.models import Patient
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

Raw = dict[str, Any]
MOST = 2000  # what one list may hold; beyond it the page says so rather than slowing down

TASK, CASE, PATIENT = Task._meta.db_table, Case._meta.db_table, Patient._meta.db_table


def _seconds(column: str, name: str) -> str:
    return f"extract(epoch from {column})::float8 as {name}"


# Hers are three sorts of tasks, each found by its own index.
_TASKS = f"""
select t.id, t.patient_id, t.case_id, t.kind, t.verb, t.title, t.why, t.tier, t.state, t.owner_id, t.due_has_time,
  t.version, coalesce(nullif(t.time_zone, ''), p.time_zone) as zone, p.language,
  c.acuity, c.owner_id as case_owner_id, {_seconds("t.due_at", "due")}, {_seconds("t.legal_due_at", "legal")},
  {_seconds("t.hold_until", "hold")}, {_seconds("c.last_contact_at", "heard")}
from {TASK} t join {PATIENT} p on p.id = t.patient_id left join {CASE} c on c.id = t.case_id
where t.state = any(%(live)s) and (%(only)s::uuid is null or t.patient_id = %(only)s)
  and (t.owner_id = any(%(wanted)s)
    or (t.owner_id is null and (c.owner_id = any(%(wanted)s) or t.team_id = any(%(teams)s)))
    or (t.delegated_by_id = any(%(wanted)s) and t.state = 'reported'))
  and {sees_sql("t.patient_id", "t.site_id")}
order by t.tier, t.due_at, t.id limit {MOST}
"""

_CASES = f"""
select c.id, c.patient_id, c.acuity, c.owner_id as case_owner_id, p.language,
  {_seconds("c.last_contact_at", "heard")}, {_seconds("c.opened_at", "opened")},
  array(select e.programme from {Enrolment._meta.db_table} e where e.case_id = c.id and e.until is null) as programmes
from {CASE} c join {PATIENT} p on p.id = c.patient_id
where c.owner_id = any(%(wanted)s) and c.state = 'active' and (%(only)s::uuid is null or c.patient_id = %(only)s)
  and {sees_sql("c.patient_id", "c.site_id")}
limit {MOST}
"""

# Whose period merely ends (owed by nobody) is no work and stays out.
_CLOCKS = f"""
select k.id, k.rule_id, k.title, k.state, k.owed_by, k.notice, k.due_is_day, k.zone, k.patient_id, k.case_id,
  c.owner_id as case_owner_id, c.acuity, p.language, {_seconds("k.due_at", "due")}, {_seconds("k.safe_at", "safe")},
  {_seconds("c.last_contact_at", "heard")}
from {Clock._meta.db_table} k join {CASE} c on c.id = k.case_id join {PATIENT} p on p.id = k.patient_id
where (k.due_at <= %(soon)s or k.safe_at <= %(soon)s) and k.ended_at is null and c.owner_id = any(%(wanted)s)
  and k.owed_by <> 'nobody' and k.state <> all(array['not-required', 'no-deadline'])
  and (%(only)s::uuid is null or k.patient_id = %(only)s) and {sees_sql("k.patient_id", "k.site_id")}
order by k.due_at, k.id limit {MOST}
"""


def moment(seconds: float | None) -> datetime | None:
    """Return the instant of these seconds since 1970, None for None; exact to the microsecond until the year 2242."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def rows(statement: str, viewer: Viewer, wanted: Iterable[UUID | None], only: UUID | None, **rest: Any) -> list[Raw]:
    """Return the rows of a statement over the patients of these colleagues, by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, _asked(viewer, wanted, only, rest))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _asked(viewer: Viewer, wanted: Iterable[UUID | None], only: UUID | None, rest: dict[str, Any]) -> dict[str, Any]:
    return {**sees_parameters(viewer), "wanted": [one for one in wanted if one], "only": only, **rest}


def tasks(viewer: Viewer, wanted: Iterable[UUID | None], only: UUID | None) -> list[Raw]:
    """Return the open tasks of these colleagues: theirs, those of their cases and teams nobody owns, and what was
    reported back to them."""
    return rows(_TASKS, viewer, wanted, only, live=list(LIVE))


def cases(viewer: Viewer, wanted: Iterable[UUID | None], only: UUID | None) -> list[Raw]:
    """Return their active cases with the programmes each is in."""
    return rows(_CASES, viewer, wanted, only)


def clocks(viewer: Viewer, wanted: Iterable[UUID | None], only: UUID | None, soon: datetime) -> list[Raw]:
    """Return the open clocks of their cases that are late or fall due before `soon`."""
    return rows(_CLOCKS, viewer, wanted, only, soon=soon)


Found = tuple[list[Raw], ...]


def patient_part(
    viewer: Viewer, patient_id: UUID, soon: datetime, further: Iterable[str], rank: Callable[[Found], Any]
) -> Part[Any]:
    """Return what reads one patient's cases, tasks, clocks and the `further` statements, and ranks them."""
    asked = _asked(viewer, [viewer.user_id], patient_id, {"live": list(LIVE), "soon": soon})
    statements = tuple(_of_one(text) for text in (_CASES, _TASKS, _CLOCKS, *further))
    return Part(statements, asked, lambda *found: rank(tuple([_typed(row) for row in rows] for rows in found)))


# Once a plan is kept, "all of them or this one" would be planned as all of them.
_EITHER = re.compile(r"\(%\(only\)s::uuid is null or (\w+\.patient_id) = %\(only\)s\)")


def _of_one(statement: str) -> str:
    return _EITHER.sub(r"\1 = %(only)s", statement)


def _typed(row: Raw) -> Raw:
    """Return a row fetched as JSON with its ids as ids."""
    return {
        name: UUID(value) if value and (name == "id" or name.endswith("_id")) and name not in _WORDS else value
        for name, value in row.items()
    }


_WORDS = ("rule_id",)  # what ends like an id and is a word
