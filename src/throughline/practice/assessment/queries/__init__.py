"""Reads of assessment: one assessment and lists of them, the instruments as they were answered, the needs."""

from throughline.practice.assessment.queries.assessments import (
    answers_of,
    assessed_of_many,
    assessments_of,
    editable_need,
    named_needs,
    need,
    need_of_action,
    needs_of,
    open_case_id,
    rescored,
)
from throughline.practice.assessment.queries.editions import instrument_of_edition, item_at
from throughline.practice.assessment.queries.one import assessment, said_so_far

__all__ = [
    "answers_of",
    "assessed_of_many",
    "assessment",
    "assessments_of",
    "editable_need",
    "instrument_of_edition",
    "item_at",
    "named_needs",
    "need",
    "need_of_action",
    "needs_of",
    "open_case_id",
    "rescored",
    "said_so_far",
]
