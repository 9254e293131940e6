"""A thread as the plan page shows it: its trends, its ratings side by side, its own timeline."""

from datetime import timedelta
from typing import Any

from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.charts import Figure, Point, Scale, figure
from throughline.practice.careplan.actions import LEVELS
from throughline.practice.careplan.records import GoalRecord, Plan, Thread
from throughline.practice.careplan.rules import library
from throughline.record.chart import queries as chart

RATED_EVERY = timedelta(days=45)  # rated at admission, at intervals and at discharge: what is joined by a line
PARTS = ("knowledge", "behavior", "status")


def shown(thread: Thread, plan: Plan, viewer: Viewer) -> dict[str, Any]:
    """Return one thread with everything its part of the page shows."""
    units = {choice.code: choice.units for choice in chart.choices() if not choice.parts}
    return {
        "t": thread,
        "goals": [
            (goal, _figure(goal, plan, viewer), _progress(goal), units.get(goal.loinc, ())) for goal in thread.goals
        ],
        "rated": _rated(thread),
        "ratings": _ratings(thread, viewer),
        "story": story(thread),
    }


def _figure(goal: GoalRecord, plan: Plan, viewer: Viewer) -> Any:
    trend = plan.trends.get(goal.loinc)
    if trend is None or goal.status != "active":
        return None
    band = goal.standing.band if goal.standing else None
    return figure(f"{goal.id}", trend.scale, trend.points, band=band, until=viewer.at, zone=viewer.time_zone)


def _progress(goal: GoalRecord) -> list[dict[str, Any]]:
    return [{"words": LEVELS[p.level], "level": p.level, "at": p.at, "by": p.by, "note": p.note} for p in goal.progress]


def _ratings(thread: Thread, viewer: Viewer) -> list[Figure]:
    """Return one trend for each part of the ratings that was rated at least twice, 1 to 5, higher is better."""
    words, made = library.rating_words(), []
    for part in PARTS:
        points = [
            Point(r.at, float(value), source="", words=f"{value} {words[part][value]}", by=r.by)
            for r in thread.ratings
            if (value := getattr(r, part)) is not None
        ]
        if len(points) > 1:
            scale = Scale(part.capitalize(), "", 1, 5, 1, RATED_EVERY)
            made.append(figure(f"{thread.need_id}-{part}", scale, points, until=viewer.at, zone=viewer.time_zone))
    return made


def _rated(thread: Thread) -> list[dict[str, Any]]:
    """Return each part of the ratings with its values oldest first, in words, and the change from first to last."""
    words, found = library.rating_words(), []
    for part in PARTS:
        rated = [(r.at, r.occasion, getattr(r, part)) for r in reversed(thread.ratings)]
        values = [one for one in rated if one[2] is not None]
        if values:
            change = values[-1][2] - values[0][2]
            found.append(
                {
                    "part": part,
                    "values": [(at, occasion, value, words[part][value]) for at, occasion, value in values],
                    "change": f"{change:+d}" if len(values) > 1 and change else "",
                }
            )
    return found


def story(thread: Thread) -> list[tuple[Any, str, str]]:
    """Return what happened on a thread, newest first, as (when, words, by whom)."""
    lines: list[tuple[Any, str, str]] = []
    if thread.raised_at is not None:
        lines.append((thread.raised_at, f"Need raised: {thread.text}", ""))
    for action in thread.actions:
        lines += [(e.at, f"{action.text}: {e.sentence}", e.who) for e in action.evidence]
    for goal in thread.goals:
        lines += [(p.at, f"{goal.text}: {LEVELS[p.level]}. {p.note}".strip(), p.by) for p in goal.progress]
        if goal.standing is not None:
            lines.append((goal.standing.at, f"{goal.text}: {goal.standing.latest}", ""))
    lines += [(b.at, f"Barrier, {b.domain_title.lower()}: {b.text}", "") for b in thread.barriers]
    for rating in thread.ratings:
        said = ", ".join(f"{part} {value}" for part in PARTS if (value := getattr(rating, part)) is not None)
        lines.append((rating.at, f"Rated ({rating.occasion}): {said}", rating.by))
    lines += [(at, f"Declined: {text}. {reason}", "") for text, reason, at in thread.declined]
    return sorted(lines, key=lambda line: line[0], reverse=True)
