"""Writes of assessment: `asking` an instrument to its signature, and the `needs` that follow."""

from throughline.practice.assessment.actions.asking import (
    MODES,
    Said,
    Sitting,
    UnableToAssess,
    give_up,
    save_answers,
    sign_assessment,
    start_assessment,
    write_addendum,
)
from throughline.practice.assessment.actions.needs import (
    UnableToKeepNeed,
    adopt_needs,
    close_need,
    raise_need,
)

__all__ = [
    "MODES",
    "Said",
    "Sitting",
    "UnableToAssess",
    "UnableToKeepNeed",
    "adopt_needs",
    "close_need",
    "give_up",
    "raise_need",
    "save_answers",
    "sign_assessment",
    "start_assessment",
    "write_addendum",
]
