"""Writes of assessment: `asking` an instrument to its signature, and the `needs` that follow."""

from throughline.practice.assessment.actions.asking import (
    MODES,
    Said,
    Saved,
    Sitting,
    give_up,
    remove_repetition,
    save_answers,
    sign_assessment,
    start_assessment,
    write_addendum,
)
from throughline.practice.assessment.actions.exchanging import take_in_response
from throughline.practice.assessment.actions.keeping import UnableToAssess
from throughline.practice.assessment.actions.needs import (
    HORIZONS,
    PRIORITIES,
    UnableToKeepNeed,
    add_evidence,
    adopt_needs,
    change_need,
    close_need,
    raise_need,
)

__all__ = [
    "HORIZONS",
    "MODES",
    "PRIORITIES",
    "Said",
    "Saved",
    "Sitting",
    "UnableToAssess",
    "UnableToKeepNeed",
    "add_evidence",
    "adopt_needs",
    "change_need",
    "close_need",
    "give_up",
    "raise_need",
    "remove_repetition",
    "save_answers",
    "sign_assessment",
    "start_assessment",
    "take_in_response",
    "write_addendum",
]
