"""The writes of the care plan: planning, closing by evidence, and what is kept beside goals and actions."""

from throughline.practice.careplan.actions.closing import mark_done, note_evidence, undo_evidence
from throughline.practice.careplan.actions.planning import (
    GOAL_STATES,
    LESSON_STATES,
    ROLE_WORDS,
    TASK_ROLE,
    ActionIn,
    Chosen,
    GoalIn,
    UnableToPlan,
    add_action,
    add_goal,
    adopt,
    agree,
    decline,
    move_goal,
    teach,
    withdraw_action,
)

__all__ = [
    "GOAL_STATES",
    "LESSON_STATES",
    "ROLE_WORDS",
    "TASK_ROLE",
    "ActionIn",
    "Chosen",
    "GoalIn",
    "UnableToPlan",
    "add_action",
    "add_goal",
    "adopt",
    "agree",
    "decline",
    "mark_done",
    "move_goal",
    "note_evidence",
    "teach",
    "undo_evidence",
    "withdraw_action",
]
