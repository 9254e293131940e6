"""Reads of assessment: what was asked and answered, where it stands, what came before, and the needs."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Prefetch, QuerySet

from throughline.foundation.access.queries import sees
from throughline.foundation.drafts.records import Editable
from throughline.foundation.kernel.actions import NotFound, Place, require_sight
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment.models import (
    AnswerRow,
    Assessment,
    Need,
    NeedEvidence,
    RaisedFlag,
)
from throughline.practice.assessment.queries.editions import instrument_of_edition
from throughline.practice.assessment.records import (
    Absence,
    Answer,
    AssessmentLine,
    Instrument,
    NeedRecord,
)
from throughline.practice.assessment.rules.answering import as_json
from throughline.practice.assessment.rules.scoring import score
from throughline.practice.assessment.rules.storing import from_stored
from throughline.record.cases.models import Case
from throughline.record.people.models import Patient


def answers_of(found: Assessment, instrument: Instrument) -> dict[str, Answer]:
    """Return the answers of an assessment by place."""
    return {row.place: _answer(row) for row in AnswerRow.objects.filter(assessment=found).order_by("at", "id")}


def _answer(row: AnswerRow) -> Answer:
    return Answer(
        values=from_stored(row.value),
        absent=Absence(row.absent) if row.absent else None,
        words=row.words,
        words_language=row.words_language,
        by=row.by_name,
        at=row.at,
    )


def _of_patient(viewer: Viewer, patient_id: UUID) -> QuerySet[Assessment]:
    site = Patient.objects.filter(pk=patient_id).values_list("site_id", flat=True).first()
    require_sight(viewer, Place(site_id=site, patient_id=patient_id))
    return Assessment.objects.filter(patient_id=patient_id, site_id__in=viewer.site_ids)


def assessments_of(viewer: Viewer, patient_id: UUID, *, limit: int = 100) -> list[AssessmentLine]:
    """Return a patient's assessments, open ones first, then the latest signed."""
    found = _of_patient(viewer, patient_id).filter(abandoned_at__isnull=True).annotate(flagged=Count("flags"))
    rows = found.order_by("-started_at", "-id")[:limit]
    return sorted((_line(row) for row in rows), key=lambda line: line.signed_at is not None)


def _line(row: Any) -> AssessmentLine:
    return AssessmentLine(
        id=row.id,
        instrument=row.instrument,
        title=row.title,
        started_at=row.started_at,
        signed_at=row.signed_at,
        signed_by=row.signed_by_name,
        started_by=row.started_by_name,
        score=row.score,
        band=row.band,
        positive=row.positive,
        flagged=bool(getattr(row, "flagged", 0)),
    )


def rescored(viewer: Viewer, *, batch: int = 500) -> Iterator[tuple[UUID, bool]]:
    """Yield every signed assessment of the viewer's sites, and whether its answers give the outcome that was signed.

    Each is scored with the edition it was answered with; two statements a batch, the same memory for any number.
    """
    last = UUID(int=0)
    while True:
        found = Assessment.objects.filter(signed_at__isnull=False, site_id__in=viewer.site_ids, pk__gt=last)
        rows = list(found.order_by("pk").prefetch_related("answers")[:batch])
        for row in rows:
            answers = {kept.place: _answer(kept) for kept in row.answers.all()}
            again = as_json(score(instrument_of_edition(row.edition_id), answers, row.context))
            yield row.id, json.loads(json.dumps(again, default=str)) == row.outcome
        if len(rows) < batch:
            return
        last = rows[-1].id


def needs_of(viewer: Viewer, patient_id: UUID, *, only_open: bool = False) -> list[NeedRecord]:
    """Return a patient's needs with their evidence, open and pressing ones first."""
    found = Need.objects.filter(sees(viewer), patient_id=patient_id)
    if only_open:
        found = found.filter(status="open")
    rows = found.prefetch_related(Prefetch("evidence", NeedEvidence.objects.order_by("-at", "id")))
    order = {"high": 0, "medium": 1, "low": 2}
    made = [_need(row) for row in rows]
    if not made:
        _of_patient(viewer, patient_id)  # none, or none for this viewer: the second is refused
    return sorted(made, key=lambda n: (n.status != "open", order.get(n.priority, 3), n.raised_at))


def _need(row: Need) -> NeedRecord:
    return NeedRecord(
        id=row.id,
        patient_id=row.patient_id,
        subject=row.subject,
        text=row.text,
        domain=row.domain,
        omaha=row.omaha,
        icd10=tuple(row.icd10),
        priority=row.priority,
        horizon=row.horizon,
        words=row.words,
        status=row.status,
        status_reason=row.status_reason,
        raised_at=row.raised_at,
        raised_by=row.raised_by_name,
        evidence=tuple((e.sentence, e.at) for e in row.evidence.all()),
        version=row.version,
    )


def need(viewer: Viewer, need_id: UUID) -> NeedRecord:
    """Return one need. Raises NotFound when there is none the viewer may see."""
    row = Need.objects.filter(pk=need_id, site_id__in=viewer.site_ids).first()
    if row is None:
        raise NotFound("This need does not exist, or you may not see it.")
    require_sight(viewer, Place(site_id=row.site_id, patient_id=row.patient_id))
    return _need(row)


def editable_need(viewer: Viewer, need_id: UUID) -> Editable:
    """Return a need as its edit form opens it. Raises NotFound when there is none the viewer may see."""
    found = need(viewer, need_id)
    fields = ("text", "priority", "horizon", "words")
    return Editable(found.id, found.patient_id, found.text, {name: getattr(found, name) for name in fields})


def named_needs(viewer: Viewer, patient_id: UUID, *, most: int = 40) -> list[tuple[UUID, str]]:
    """Return a patient's needs by their words, the open ones first: what a choice among her threads shows."""
    rows = Need.objects.filter(sees(viewer), patient_id=patient_id).values_list("pk", "text", "status")
    ordered = sorted(rows.order_by("-raised_at")[:most], key=lambda row: row[2] != "open")
    return [(key, text) for key, text, _status in ordered]


def open_case_id(patient_id: UUID) -> UUID | None:
    """Return the patient's open case for an action, which has itself asked whether the actor may."""
    return Case.objects.filter(patient_id=patient_id).exclude(state="closed").values_list("pk", flat=True).first()


def need_of_action(need_id: UUID) -> NeedRecord:
    """Return a need for an action of a later capability, which has itself asked whether the actor may."""
    return _need(Need.objects.get(pk=need_id))


_ASSESSED = f"""
(select 'signed', patient_id, id::text, instrument, title, score, signed_at from {Assessment._meta.db_table}
  where patient_id = any(%(patients)s) and site_id = any(%(sites)s) and signed_at is not null)
union all
(select 'flag', a.patient_id, a.id::text, f.flag, f.text, '', f.raised_at from {RaisedFlag._meta.db_table} f
   join {Assessment._meta.db_table} a on a.id = f.assessment_id
  where a.patient_id = any(%(patients)s) and a.site_id = any(%(sites)s))
union all
(select 'need', patient_id, id::text, '', text, '', raised_at from {Need._meta.db_table}
  where patient_id = any(%(patients)s) and site_id = any(%(sites)s) and status = 'open')
"""


def assessed_of_many(
    viewer: Viewer, patient_ids: Sequence[UUID]
) -> list[tuple[str, UUID, str, str, str, str, datetime]]:
    """Return many patients' signed assessments, safety flags and open needs, in one statement.

    Each is (signed, flag or need; patient; id; instrument or flag; title or text; score; when).
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASSESSED, {"patients": list(patient_ids), "sites": list(viewer.site_ids)})
        return list(cursor.fetchall())
