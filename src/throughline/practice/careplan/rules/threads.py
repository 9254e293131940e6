"""Threads and versions: where a need's line is broken and what mends it; the plan as sentences, and what changed."""

from collections.abc import Sequence
from datetime import date

from throughline.practice.careplan.records import ActionRecord, GoalRecord, Thread


def gaps(thread_goals: Sequence[GoalRecord], thread_actions: Sequence[ActionRecord], today: date) -> tuple[str, ...]:
    """Where the thread breaks, in words, each with what mends it. Empty when it holds.

    A need needs a goal, a goal an action, an action an owner and a date that has not passed.
    """
    found = []
    goals = [g for g in thread_goals if g.status == "active"]
    live = [a for a in thread_actions if a.status == "active"]
    if not goals:
        found.append("No goal: add one, or adopt a suggestion")
    if not live:
        found.append("No action: say who does what next")
    found += [f"No owner: {action.text}" for action in live if not action.owner]
    found += [f"Late: {action.text}, due {action.due_on:%b %-d}" for action in live if action.due_on < today]
    found += [f"Past its date: {goal.text}, by {goal.by_date:%b %-d}" for goal in goals if goal.by_date < today]
    found += [f"Cannot be told: {goal.text} has no target" for goal in goals if not goal.target]
    return tuple(found)


def sentences(threads: Sequence[Thread], lessons: Sequence[str]) -> tuple[str, ...]:
    """The plan as sentences, in order: what a version keeps and what the patient agrees to."""
    made: list[str] = []
    for thread in threads:
        made.append(f"Need: {thread.text}.")
        for goal in thread.goals:
            if goal.status == "active":
                target = f": {goal.target}" if goal.target else ""
                made.append(f"Goal: {goal.text}{target}, by {goal.by_date:%b %-d, %Y}.")
        for action in thread.actions:
            if action.status == "active":
                often = f", {action.frequency}" if action.frequency else ""
                made.append(f"{action.owner or action.role}: {action.text}{often}.")
    if lessons:
        made.append(f"To learn: {', '.join(lessons)}.")
    return tuple(made)


def differences(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What changed between two versions, as (added or removed, sentence), removed ones first where they stood."""
    old, new = set(before), set(after)
    gone = [("removed", sentence) for sentence in before if sentence not in new]
    come = [("added", sentence) for sentence in after if sentence not in old]
    return (*gone, *come)
