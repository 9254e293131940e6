"""Writes of the caseload: cover, saved views and scratch lines (`lists`), and a call with all it moves (`calls`)."""

from throughline.practice.caseload.actions.calls import CallIn, log_call, undo_call
from throughline.practice.caseload.actions.lists import (
    UnableToCover,
    arrange_cover,
    cover_newcomer,
    cover_task,
    delete_view,
    end_cover,
    move_caseload,
    save_view,
    write_scratch,
)
from throughline.practice.caseload.actions.qualifications import (
    QualificationIn,
    UnableToQualify,
    end_qualification,
    record_qualification,
)

__all__ = [
    "CallIn",
    "QualificationIn",
    "UnableToCover",
    "UnableToQualify",
    "arrange_cover",
    "cover_newcomer",
    "cover_task",
    "delete_view",
    "end_cover",
    "end_qualification",
    "log_call",
    "move_caseload",
    "record_qualification",
    "save_view",
    "undo_call",
    "write_scratch",
]
