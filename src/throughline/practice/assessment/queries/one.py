"""One assessment with everything its pages show, in one statement: a question is answered every few seconds."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.prepared import fetch
from throughline.foundation.access.queries import sees_parameters, sees_sql
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment.models import Addendum, AnswerRow, Assessment, RaisedFlag
from throughline.practice.assessment.queries.editions import instrument_of_edition
from throughline.practice.assessment.records import (
    Absence,
    AddendumRecord,
    Answer,
    AssessmentLine,
    AssessmentRecord,
    Flag,
)
from throughline.practice.assessment.rules.storing import from_stored

Row = Mapping[str, Any]


def _listed(model: Any, of: str, order: str) -> str:
    table = model._meta.db_table
    return (
        f"(select coalesce(jsonb_agg(to_jsonb(x) order by {order}), '[]') from {table} x where x.assessment_id = {of})"
    )


_TABLE = Assessment._meta.db_table
_AFTER = f"""
select {_listed(AnswerRow, "%(id)s", "x.at, x.id")}::text as answers,
  {_listed(RaisedFlag, "%(id)s", "x.id")}::text as flags
"""
_ONE = f"""
select to_jsonb(a)::text as one, {_listed(AnswerRow, "a.id", "x.at, x.id")}::text as answers,
  {_listed(RaisedFlag, "a.id", "x.id")}::text as flags, {_listed(Addendum, "a.id", "x.at, x.id")}::text as addenda,
  to_jsonb(p)::text as prior, {_listed(AnswerRow, "p.id", "x.at, x.id")}::text as prior_answers
from {_TABLE} a
left join lateral (
  select * from {_TABLE} b
  where b.patient_id = a.patient_id and b.instrument = a.instrument and b.id <> a.id
    and b.signed_at < coalesce(a.signed_at, a.started_at)
  order by b.signed_at desc limit 1
) p on true
where a.id = %(id)s and {sees_sql("a.patient_id", "a.site_id")}
"""


def _read(text: str | None) -> Any:
    # The standard reader, because it keeps whole numbers of any length exactly.
    return None if text is None else json.loads(text)


def _answers(rows: list[Row]) -> dict[str, Answer]:
    return {
        row["place"]: Answer(
            values=from_stored(row["value"]),
            absent=Absence(row["absent"]) if row["absent"] else None,
            words=row["words"],
            words_language=row["words_language"],
            by=row["by_name"],
            at=_moment(row["at"]),
        )
        for row in rows
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _flags(rows: list[Row]) -> tuple[Flag, ...]:
    return tuple(Flag(row["flag"], row["severity"], row["text"], row["place"], tuple(row["steps"])) for row in rows)


def _line(row: Row) -> AssessmentLine:
    return AssessmentLine(
        id=UUID(row["id"]), instrument=row["instrument"], title=row["title"],
        started_at=datetime.fromisoformat(row["started_at"]), started_by=row["started_by_name"],
        signed_at=_moment(row["signed_at"]), signed_by=row["signed_by_name"], score=row["score"], band=row["band"],
        positive=row["positive"], flagged=False,
    )  # fmt: skip


def assessment(viewer: Viewer, assessment_id: UUID) -> AssessmentRecord:
    """Return one assessment with its answers, flags, addenda and the prior one of the same instrument.

    Raises NotFound when there is none the viewer may see.
    """
    found = fetch(_ONE, {"id": assessment_id} | sees_parameters(viewer))
    if not found:
        raise NotFound("This assessment does not exist, or you may not see it.")
    row, answers, flags, addenda, prior, prior_answers = map(_read, found[0].values())
    return AssessmentRecord(
        line=_line(row),
        patient_id=UUID(row["patient_id"]),
        site_id=UUID(row["site_id"]),
        case_id=UUID(row["case_id"]) if row["case_id"] else None,
        mode=row["mode"],
        language=row["language"],
        respondent=row["respondent"],
        context=row["context"],
        abandoned=row["abandoned_at"] is not None,
        instrument=instrument_of_edition(UUID(row["edition_id"])),
        answers=_answers(answers),
        flags=_flags(flags),
        addenda=tuple(
            AddendumRecord(a["place"], a["text"], datetime.fromisoformat(a["at"]), a["by_name"]) for a in addenda
        ),
        outcome=row["outcome"],
        prior=_line(prior) if prior else None,
        prior_answers=_answers(prior_answers),
        version=row["version"],
    )


def said_so_far(assessment_id: UUID) -> tuple[dict[str, Answer], tuple[Flag, ...]]:
    """Return the answers by place and the flags of an assessment, for an action that has asked who may."""
    answers, flags = map(_read, fetch(_AFTER, {"id": assessment_id})[0].values())
    return _answers(answers), _flags(flags)
