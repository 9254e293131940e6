"""What the runner's templates are given: questions with their options and prior answers in words, ready to print."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from throughline.practice.assessment.records import Answer, AssessmentRecord, Chosen, Item, Kind, Option, Value
from throughline.practice.assessment.rules.answers import digit_for, text_of
from throughline.practice.assessment.rules.branching import NOTHING, Place, walk
from throughline.practice.assessment.rules.calculating import with_calculated
from throughline.practice.assessment.rules.definition import item_by_id
from throughline.practice.assessment.rules.flow import due_places, next_place, previous_place, progress, sections
from throughline.practice.assessment.rules.repeating import instances, least, place_of, standing

PAGE = 5
ABSENCES = (("refused", "Refused"), ("unable", "Unable"), ("not-asked", "Not asked"))
WIDGETS = {
    Kind.INTEGER: "number", Kind.DECIMAL: "number", Kind.DATE: "date", Kind.TEXT: "long", Kind.BOOLEAN: "scale",
    Kind.OPEN_CHOICE: "open",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as it is shown: the digit that picks it, and whether it is picked."""

    value: str
    digit: str
    text: str
    picked: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is shown."""

    place: str
    number: str
    text: str
    help: str
    widget: str
    choices: tuple[Choice, ...]
    value: str
    absent: str
    words: str
    prior: str
    still: bool
    required: bool
    private: bool
    now: bool
    lowest: str
    highest: str
    unit: str
    anchors: str
    settled: bool
    values: tuple[str, ...] = ()
    begins: str = ""
    drop: str = ""

    @property
    def layout(self) -> str:
        """Return the class of how its options lie: numbers side by side, many words one below the other."""
        if all(choice.text.isdigit() for choice in self.choices):
            return " scale-row"
        return " scale-list" if len(self.choices) > 4 or self.widget == "checks" else ""


def question(
    place: Place, answer: Answer, prior: Answer, *, now: bool, language: str, begins: tuple[str, str] = ("", "")
) -> Question:
    """Return the question at a place with its answer; the prior answer is words beside it, never a preselection.

    `begins` is the heading of the repetition that begins with this question, and its place where it may be taken away.
    """
    item = place.item
    return Question(
        place=place.key,
        number=item.id if item.id.isdigit() else "",
        text=item.text.get(language) or item.text.get("en") or item.name.replace("_", " ") or f"Item {item.id}",
        help=item.help.get(language) or item.help.get("en", ""),
        widget=_widget(item),
        choices=tuple(_choices(item, answer, language)),
        value=_typed(item, answer),
        absent=answer.absent.value if answer.absent else "",
        words=answer.words,
        prior=", ".join(text_of(item, value, language) for value in prior.values),
        still=item.fact and prior.given and not answer.settled,
        required=item.required,
        private=item.private,
        now=now,
        lowest=_bound(item.limits.minimum),
        highest=_bound(item.limits.maximum),
        unit=item.unit,
        anchors=f"0 {item.anchors[0].lower()}, 10 {item.anchors[1].lower()}" if len(item.anchors) == 2 else "",
        settled=answer.settled,
        values=tuple(text_of(item, value) for value in answer.values) if _widget(item) == "lines" else (),
        begins=begins[0],
        drop=begins[1],
    )


def _bound(limit: Any) -> str:
    return "" if limit is None else str(limit)


def _widget(item: Item) -> str:
    if item.repeats and item.options:
        return "checks"
    if item.repeats and item.kind is not Kind.BOOLEAN:
        return "lines"
    if item.kind is Kind.OPEN_CHOICE:
        return "open"
    small = item.kind is Kind.INTEGER and item.limits.maximum is not None and item.limits.minimum is not None
    if small and item.limits.maximum - item.limits.minimum <= 10:
        return "scale"
    return "scale" if item.options else WIDGETS.get(item.kind, "line")


def _choices(item: Item, answer: Answer, language: str) -> Sequence[Choice]:
    picked = {_key(value) for value in answer.values}
    if item.options:
        return [Choice(o.key, digit_for(item, o), _words(o, language), o.key in picked) for o in item.options]
    if item.kind is Kind.BOOLEAN:
        return [Choice("yes", "1", "Yes", True in answer.values), Choice("no", "2", "No", False in answer.values)]
    if _widget(item) == "scale":
        allowed = item.limits.allowed or range(int(item.limits.minimum), int(item.limits.maximum) + 1)
        return [Choice(str(n), str(n) if n < 10 else "", str(n), str(n) in picked) for n in allowed]
    return []


def _words(option: Option, language: str) -> str:
    return (
        option.text.get(language)
        or option.text.get("en")
        or str(option.score if option.score is not None else option.key)
    )


def _key(value: Value) -> str:
    return value.key if isinstance(value, Chosen) else str(value)


def _typed(item: Item, answer: Answer) -> str:
    """What stands in the field to type in; beside options only the free text."""
    widget = _widget(item)
    if widget in ("scale", "checks", "lines"):
        return ""
    if widget == "open":
        return "; ".join(value for value in answer.values if isinstance(value, str))
    return "; ".join(text_of(item, value) for value in answer.values)


def runner_context(record: AssessmentRecord, at: str = "", after: str = "") -> dict[str, Any]:
    """Return what the runner shows: the section with the question at `at`, or with the next open one after `after`."""
    instrument, answers = record.instrument, record.answers
    if "#" in at and place_of(instrument.items, at, answers) is not None:
        answers = {at: NOTHING, **answers}  # one more instance of a repeating group, still empty
    due = due_places(instrument, answers)
    now = next((p for p in due if p.key == at), None) or next_place(instrument, answers, after=after)
    shown = page_of(due, now)
    back = previous_place(instrument, answers, shown[0].key) if shown else None
    forth = _following(due, shown)
    done = progress(instrument, answers)
    return {
        "questions": [
            question(
                p, answers.get(p.key, NOTHING), record.prior_answers.get(p.key, NOTHING),
                now=now is not None and p.key == now.key, language=record.language, begins=heading,
            )
            for p, heading in _with_headings(record, shown)
        ],
        "section_title": _section_title(record, shown),
        "sections": [(s, _first_of(due, s.id)) for s in sections(instrument, answers, record.language)],
        "current": shown[0].section if shown else "",
        "back": back.key if back else "",
        "forth": forth.key if forth else "",
        "due": done.due,
        "settled": done.settled,
        "finished": done.finished,
        "everything": not done.open,
        "absences": ABSENCES,
        "more": _repeatable(record, shown),
    }  # fmt: skip


def page_of(due: Sequence[Place], now: Place | None) -> Sequence[Place]:
    """Return the few related questions shown together: the question's section, in portions of five."""
    if not due:
        return ()
    chosen = now or due[-1]
    same = [p for p in due if p.section == chosen.section]
    if len(same) <= PAGE + 4 and chosen.section:
        return same
    start = next(n for n, p in enumerate(same) if p.key == chosen.key) // PAGE * PAGE
    return same[start : start + PAGE]


def _following(due: Sequence[Place], shown: Sequence[Place]) -> Place | None:
    keys = [p.key for p in due]
    after = keys.index(shown[-1].key) + 1 if shown else 0
    return due[after] if after < len(due) else None


def _section_title(record: AssessmentRecord, shown: Sequence[Place]) -> str:
    group = next((i for i in record.instrument.items if shown and i.id == shown[0].section), None)
    return (group.text.get(record.language) or group.text.get("en", "")) if group else ""


def _first_of(due: Sequence[Place], section: str) -> str:
    return next((p.key for p in due if p.section == section), "")


def _with_headings(record: AssessmentRecord, shown: Sequence[Place]) -> Iterator[tuple[Place, tuple[str, str]]]:
    """Yield the places shown, the first of each repetition with its heading and, where it holds answers, its place."""
    before = ""
    for place in shown:
        if place.repetition in ("", before):
            yield place, ("", "")
            continue
        before = place.repetition
        group, _, number = before.rpartition("#")
        item = item_by_id(record.instrument, group.rpartition("/")[2])
        more = item is not None and standing(record.answers, group) > max(least(item), int(number))
        yield place, (repetition_title(item, int(number), record.language), before if more else "")


def repetition_title(item: Item | None, number: int, language: str) -> str:
    """Return what a repetition is called: "Hospital stay 2"."""
    text = (item.text.get(language) or item.text.get("en") or item.id) if item else ""
    return f"{text} {number + 1}".strip()


def _repeatable(record: AssessmentRecord, shown: Sequence[Place]) -> list[tuple[str, str]]:
    """Return, for each repeating group shown, its name and the place that opens one more of it, while more may."""
    made: dict[str, tuple[str, str]] = {}
    for place in shown:
        group = place.repetition.rpartition("#")[0]
        item = item_by_id(record.instrument, group.rpartition("/")[2]) if group else None
        if item is None:
            continue
        count, most = instances(record.answers, group, item), item.limits.max_occurs
        if most is None or count < most:
            name = item.text.get(record.language) or item.text.get("en", "")
            rest = place.key[len(place.repetition) + 1 :]
            made.setdefault(group, (name, f"{group}#{count}/{rest}"))
    return list(made.values())


def lines_of(record: AssessmentRecord, *, only_settled: bool = False) -> list[Mapping[str, Any]]:
    """Return every question that counts with its answer in words, in order, for the review and for paper.

    What is calculated stands among them; each repetition of a group has its own heading.
    """
    made: list[Mapping[str, Any]] = []
    answers = with_calculated(record.instrument, record.answers)
    for place in walk(record.instrument, record.answers):
        item = place.item
        if place.key == place.repetition:
            number = int(place.key.rpartition("#")[2])
            if place.enabled and (not only_settled or number < standing(answers, place.key.rpartition("#")[0])):
                made.append({"heading": repetition_title(item, number, record.language), "level": place.depth + 1})
            continue
        if not place.enabled or item.hidden or (item.entry_only and place.key not in record.answers):
            continue
        text = item.text.get(record.language) or item.text.get("en") or item.name or item.id
        if not item.asks:
            made.append({"heading": text, "level": place.depth})
            continue
        answer = answers.get(place.key, NOTHING)
        if (only_settled or item.calculated) and not answer.settled:
            continue
        picked = [text_of(item, value, record.language) for value in answer.values]
        said = ", ".join(picked)
        if answer.absent is not None:
            said = dict(ABSENCES)[answer.absent.value]
        made.append(
            {
                "text": text, "number": item.id if item.id.isdigit() else "", "said": said, "picked": picked,
                "words": answer.words, "words_language": answer.words_language, "by": answer.by, "at": answer.at,
                "private": item.private, "place": place.key, "required": place.required,
                "options": [o.text.get(record.language) or o.text.get("en", o.key) for o in item.options],
            }
        )  # fmt: skip
    return made
