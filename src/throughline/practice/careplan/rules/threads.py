"""Threads and versions: where a need's line is broken and what mends it; the plan as sentences, and what changed."""

from collections.abc import Sequence
from datetime import date

from throughline.practice.careplan.records import ActionRecord, Gap, GoalRecord, Thread, VersionRecord


def gaps(thread_goals: Sequence[GoalRecord], thread_actions: Sequence[ActionRecord], today: date) -> tuple[Gap, ...]:
    """Where the thread breaks, each with what mends it. Empty when it holds.

    A need needs a goal, a goal an action, an action an owner and a date that has not passed, a goal a measure.
    """
    found = []
    goals = [g for g in thread_goals if g.status == "active"]
    live = [a for a in thread_actions if a.status == "active"]
    if not goals:
        found.append(Gap("no-goal", "No goal: add one, or adopt a suggestion", "Add a goal"))
    if not live:
        found.append(Gap("no-action", "No action: say who does what next", "Add an action"))
    found += [Gap("no-owner", f"No owner: {a.text}", "Assign", a.task_id) for a in live if not a.owner]
    late = [a for a in live if a.due_on < today]
    found += [Gap("late", f"Late: {a.text}, due {a.due_on:%b %-d}", "Do it or move it", a.id) for a in late]
    found += [
        Gap("goal-late", f"Past its date: {g.text}, by {g.by_date:%b %-d}", "Say how it ended", g.id)
        for g in goals
        if g.by_date < today
    ]
    bare = [g for g in goals if not g.target]
    found += [Gap("no-measure", f"Cannot be told: {g.text} has no target", "Set a target", g.id) for g in bare]
    asked = [g for g in goals if g.target and g.own_number]
    found += [Gap("no-number", f"Cannot be told: {g.text} needs her own number", "Set the target", g.id) for g in asked]
    return tuple(found)


def plan_gaps(versions: Sequence[VersionRecord], today: date, *, has_needs: bool) -> tuple[Gap, ...]:
    """Where the plan as a whole breaks: never agreed, to be reviewed, or expired."""
    if not versions:
        return (Gap("not-agreed", "The plan is not agreed with the patient", "Agree on it"),) if has_needs else ()
    newest = versions[0]
    if newest.expires_on is not None and newest.expires_on < today:
        return (Gap("expired", f"The plan expired on {newest.expires_on:%b %-d, %Y}", "Review and agree anew"),)
    if newest.review_on < today:
        return (Gap("review-due", f"The review was due on {newest.review_on:%b %-d, %Y}", "Review and agree anew"),)
    return ()


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
