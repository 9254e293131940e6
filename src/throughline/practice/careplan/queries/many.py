"""Reads over many patients at once, as plain values in one statement: for looking over whole caseloads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from throughline.foundation.access.models import Team, User
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.careplan.models import DeclinedOption, Goal, Lesson, PlanAction, PlanVersion
from throughline.record.tasks.models import Task

_MINE = "{row}.patient_id = any(%(patients)s) and {row}.site_id = any(%(sites)s)"


def _part(what: str, row: str, source: str, values: str, which: str) -> str:
    """One part of the union: what it is, whose, and its values as one object."""
    mine = _MINE.format(row=row)
    return f"(select '{what}', {row}.patient_id, jsonb_build_object({values})::text from {source} where {mine}{which})"


_PLANS = " union all ".join(
    (
        _part(
            "goal", "g", f"{Goal._meta.db_table} g",
            "'id', g.id, 'need', g.need_id, 'text', g.text, 'target', g.target, 'loinc', g.loinc, 'at', g.added_at, "
            "'key', g.key",
            " and g.status = 'active'",
        ),
        _part(
            "action", "a",
            f"{PlanAction._meta.db_table} a left join {Task._meta.db_table} t on t.id = a.task_id "
            f"left join {User._meta.db_table} u on u.id = t.owner_id "
            f"left join {Team._meta.db_table} m on m.id = t.team_id",
            "'id', a.id, 'need', a.need_id, 'text', a.text, 'role', a.role, 'due', a.due_on, 'at', a.added_at, "
            "'key', a.key, 'owner', coalesce(u.full_name, m.name, ''), "
            "'done', case when a.status = 'done' then coalesce(a.moved_at, a.added_at) "
            "when t.state = 'done' then t.done_at end",
            " and a.status in ('active', 'done')",
        ),
        _part(
            "lesson", "l", f"{Lesson._meta.db_table} l", "'id', l.id, 'topic', l.topic, 'at', l.moved_at",
            " and l.moved_at is not null and l.status in ('taught', 'understood')",
        ),
        _part(
            "declined", "d", f"{DeclinedOption._meta.db_table} d", "'key', d.key, 'reason', d.reason, 'at', d.at",
            " and d.key <> ''",
        ),
        _part(
            "review", "v", f"{PlanVersion._meta.db_table} v", "'number', v.number, 'day', v.review_on", ""
        ),
    )
)  # fmt: skip


def plans_of_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[tuple[str, UUID, dict[str, Any]]]:
    """Return what many patients' plans hold, each as (what, patient, values), in one statement.

    What is goal (active), action (active or done), lesson (taught), declined, or review (the day each agreed version
    is to be looked at again). Instants and days are in ISO 8601.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLANS, {"patients": list(patient_ids), "sites": list(viewer.site_ids)})
        return [(what, patient, orjson.loads(values)) for what, patient, values in cursor.fetchall()]
