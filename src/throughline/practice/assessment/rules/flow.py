"""Where the runner stands: progress, the next open question, what is still required, the sections with their dots."""

from collections.abc import Sequence
from dataclasses import dataclass

from throughline.practice.assessment.records import Answer, Answers, Instrument, Kind
from throughline.practice.assessment.rules.branching import NOTHING, Place, due


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the assessment is: questions due, settled, and the places still open."""

    due: int
    settled: int
    open: tuple[str, ...]
    required_open: tuple[str, ...]

    @property
    def finished(self) -> bool:
        """Whether nothing required is open any more, so it can be signed."""
        return not self.required_open


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the section list: its state is todo, now or done."""

    id: str
    title: str
    state: str
    due: int
    settled: int


def due_places(instrument: Instrument, answers: Answers) -> list[Place]:
    """The places where a question is due: asked, visible, not computed, its wording at hand."""
    return list(due(instrument, answers))


def progress(instrument: Instrument, answers: Answers) -> Progress:
    """How many questions are due, how many are settled (refused counts as settled), and which are open."""
    places = due(instrument, answers)
    still = [p for p in places if not answers.get(p.key, NOTHING).settled]
    return Progress(
        due=len(places),
        settled=len(places) - len(still),
        open=tuple(p.key for p in still),
        required_open=tuple(p.key for p in places if _lacks(p, answers.get(p.key, NOTHING))),
    )


def _lacks(place: Place, answer: Answer) -> bool:
    """Whether a place stands between an assessment and its signature: required and open, or too few answers given."""
    least = place.item.limits.min_occurs
    few = place.item.repeats and least is not None and answer.given and len(answer.values) < least
    return few or (place.required and not answer.settled)


def next_place(instrument: Instrument, answers: Answers, after: str = "") -> Place | None:
    """The next open place after the one just answered; past the end it turns to the first one left open."""
    places = due(instrument, answers)
    keys = [p.key for p in places]
    start = keys.index(after) + 1 if after in keys else 0
    for place in (*places[start:], *places[:start]):
        if not answers.get(place.key, NOTHING).settled:
            return place
    return None


def previous_place(instrument: Instrument, answers: Answers, before: str) -> Place | None:
    """The place asked before this one, for going back; None at the first."""
    places = due(instrument, answers)
    keys = [p.key for p in places]
    if before not in keys or keys.index(before) == 0:
        return None
    return places[keys.index(before) - 1]


def sections(instrument: Instrument, answers: Answers, language: str = "en") -> tuple[Section, ...]:
    """The sections in order with their state; an instrument without groups is one section of its own name."""
    places = due(instrument, answers)
    groups = [i for i in instrument.items if i.kind is Kind.GROUP and not i.hidden]
    if not groups:
        return (_section(instrument.id, instrument.short_title, places, answers),)
    made = []
    for group in groups:
        title = group.text.get(language) or group.text.get("en") or group.id
        made.append(_section(group.id, title, [p for p in places if p.section == group.id], answers))
    return tuple(made)


def _section(key: str, title: str, places: Sequence[Place], answers: Answers) -> Section:
    settled = sum(1 for p in places if answers.get(p.key, NOTHING).settled)
    state = "done" if settled == len(places) else "now" if settled else "todo"
    return Section(key, title, state, len(places), settled)
