"""Everything small that hangs on a plan, in one statement: evidence, progress, barriers, ratings, words, versions."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

Row = dict[str, Any]
_OF = "where patient_id = %(patient)s"
_ALL = f"""
select 'evidence', to_jsonb(t)::text, at from careplan_actionevidence t {_OF} and undone_at is null
union all select 'progress', to_jsonb(t)::text, at from careplan_goalprogress t {_OF}
union all select 'barrier', to_jsonb(t)::text, at from careplan_barrier t {_OF}
union all select 'rating', to_jsonb(t)::text, at from careplan_omaharating t {_OF}
union all select kind, to_jsonb(t)::text, at from careplan_statement t {_OF} and ended_at is null
union all select 'declined', to_jsonb(t)::text, at from careplan_declinedoption t {_OF}
union all select 'lesson', to_jsonb(t)::text, added_at from careplan_lesson t {_OF} and status <> 'withdrawn'
union all select 'version', to_jsonb(t)::text, at from careplan_planversion t {_OF}
order by 3 desc
"""


@dataclass(frozen=True, slots=True)
class Side:
    """The rows by kind, newest first (lessons oldest first, versions by number)."""

    rows: dict[str, list[Row]]

    def by(self, kind: str, name: str) -> dict[UUID, list[Row]]:
        """Return the rows of a kind by what they hang on."""
        found: dict[UUID, list[Row]] = defaultdict(list)
        for row in self.rows[kind]:
            if row[name] is not None:
                found[row[name]].append(row)
        return found


def read_side(patient_id: UUID) -> Side:
    """Return it all for a patient already found to be visible; for the plan's own queries only."""
    rows: dict[str, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_ALL, {"patient": patient_id})
        for kind, text, _at in cursor.fetchall():
            rows[kind].append({name: _read(name, value) for name, value in orjson.loads(text).items()})
    rows["lesson"].sort(key=lambda row: (row["added_at"], row["id"]))
    rows["version"].sort(key=lambda row: -int(row["number"]))
    return Side(rows)


def _read(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name == "at" or name.endswith("_at"):
        return datetime.fromisoformat(value)
    if name in ("review_on", "expires_on", "due_before"):
        return date.fromisoformat(value)
    if name == "id" or name in ("need_id", "goal_id", "action_id"):
        return UUID(value)
    return value
