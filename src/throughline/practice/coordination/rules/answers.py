"""How those we refer to answer: accepted, declined, silent, and after how many days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from throughline.practice.coordination.records.providers import Answers

ANSWERS = frozenset({"accept", "decline", "schedule", "attend", "report"})


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of one referral in their order, as (act, at), where it stands, and whether it is silent now."""

    steps: tuple[tuple[str, datetime], ...]
    state: str
    is_silent: bool


def days_to_answer(course: Course) -> int | None:
    """Return the whole days from the last sending before the first answer to that answer; None when nobody answered."""
    sent: datetime | None = None
    for act, at in course.steps:
        if act == "send":
            sent = at
        elif act == "recall":
            sent = None
        elif act in ANSWERS and sent is not None:
            return (at - sent).days
    return None


def summed(courses: Sequence[Course]) -> Answers:
    """Return how referrals went: each sent one counts once, accepted or declined by its latest answer, or silent."""
    sent = [one for one in courses if any(act == "send" for act, _ in one.steps) and one.state != "drafted"]
    last = [next((act for act, _ in reversed(one.steps) if act in ANSWERS), "") for one in sent]
    waited = [days for one in sent if (days := days_to_answer(one)) is not None]
    return Answers(
        sent=len(sent),
        accepted=sum(1 for act in last if act and act != "decline"),
        declined=last.count("decline"),
        silent=sum(1 for one, act in zip(sent, last, strict=True) if one.is_silent and not act),
        median_days=median(waited) if waited else None,
    )
