"""The written conclusion of each domain of the comprehensive assessment, with its findings, author and date.

A raw answer is not a conclusion, and a blank is not "None identified" (NCQA PHM 5 D asks for a documented
conclusion per factor, each with its own date).
"""

from throughline.practice.assessment.records import Answer, Answers, Chosen, Conclusion, Instrument, Item, Kind
from throughline.practice.assessment.rules.answers import option_of, text_of
from throughline.practice.assessment.rules.branching import counting
from throughline.practice.assessment.rules.definition import every_item
from throughline.practice.assessment.rules.repeating import answers_at

ENDING = ".conclusion"
PLAIN_MARKS = frozenset({"need", "danger", "dependent", "alone", "concern", "strain", "acute"})


def conclusions(instrument: Instrument, answers: Answers, language: str = "en") -> tuple[Conclusion, ...]:
    """One per domain that has a conclusion to write, in order, written or not."""
    counted = counting(instrument, answers)
    made = []
    for group in instrument.items:
        ending = next((i for i in group.items if i.id.endswith(ENDING)), None)
        if group.kind is not Kind.GROUP or ending is None:
            continue
        answer = counted.get(ending.id, Answer())
        made.append(
            Conclusion(
                domain=group.domain or group.id,
                standard=group.standard,
                title=group.text.get(language) or group.text.get("en", group.id),
                text=_written(ending, answer, language),
                author=answer.by,
                at=answer.at,
                findings=tuple(_findings(group, counted, language)),
            )
        )
    return tuple(made)


def unwritten(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    """The titles of the domains still without a conclusion: what stands between this and a signature."""
    return tuple(c.title for c in conclusions(instrument, answers) if not c.written)


def none_identified(conclusion: Conclusion) -> bool:
    """Whether the domain was looked at and nothing was found: written in words, never left blank."""
    return conclusion.text.strip().lower() == "none identified"


def _written(item: Item, answer: Answer, language: str) -> str:
    return "; ".join(text_of(item, value, language) for value in answer.values)


def _findings(group: Item, answers: Answers, language: str) -> list[str]:
    """Findings as sentences "question: answer"; what raises a need comes first."""
    telling: list[str] = []
    plain: list[str] = []
    for item in every_item(group.items):
        if not item.asks or item.id.endswith(ENDING):
            continue
        for answer in (answers[place] for place in answers_at(answers, item.id)):
            if answer.settled:
                (telling if _marked(item, answer) else plain).append(_finding(item, answer, language))
    return telling + plain


def _finding(item: Item, answer: Answer, language: str) -> str:
    if answer.absent is not None:
        said = answer.absent.value.replace("-", " ")
    else:
        said = ", ".join(text_of(item, value, language) for value in answer.values)
    question = (item.text.get(language) or item.text.get("en") or item.id).rstrip("?")
    return f"{question}: {said}"


def _marked(item: Item, answer: Answer) -> bool:
    chosen = [option_of(item, v.key) for v in answer.values if isinstance(v, Chosen)]
    return any(o is not None and o.marks & PLAIN_MARKS for o in chosen)
