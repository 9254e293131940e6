"""Writes of tasks: add, do, hold, hand on, cancel, reopen. Each leaves a transition and a line of story."""

from throughline.record.tasks.actions.adding import TaskIn, add_task
from throughline.record.tasks.actions.changing import change_task, reopen_task, undo_last
from throughline.record.tasks.actions.doing import (
    cancel_task,
    cancel_tasks_for,
    cancel_tasks_of_case,
    do_task,
    end_hold,
    hold_task,
)
from throughline.record.tasks.actions.handing import (
    answer_offer,
    assign_task,
    check_report,
    offer_task,
    reassign_all,
    report_back,
    stands_in_by,
)
from throughline.record.tasks.actions.writing import UnableToAddTask

__all__ = [
    "TaskIn",
    "UnableToAddTask",
    "add_task",
    "answer_offer",
    "assign_task",
    "cancel_task",
    "cancel_tasks_for",
    "cancel_tasks_of_case",
    "change_task",
    "check_report",
    "do_task",
    "end_hold",
    "hold_task",
    "offer_task",
    "reassign_all",
    "reopen_task",
    "report_back",
    "stands_in_by",
    "undo_last",
]
