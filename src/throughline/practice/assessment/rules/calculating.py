"""What a Questionnaire calculates, at its places: once for the form, or once in each repetition of a group."""

from decimal import Decimal

from throughline.practice.assessment.records import Answer, Answers, Instrument, Value
from throughline.practice.assessment.rules.branching import walk


def with_calculated(instrument: Instrument, answers: Answers) -> dict[str, Answer]:
    """Return the answers and, at the places of calculated items, what they come to now; nothing where nothing does.

    Raises UnusableExpression for an expression that cannot be evaluated.
    """
    made = dict(answers)
    due = [place for place in walk(instrument, answers) if place.enabled and place.item.calculated]
    if not due:
        return made
    from throughline.practice.assessment.rules.expressions import calculate_at

    for place in due:
        value = calculate_at(place.item, place.repetition, instrument, answers)
        if value is not None:
            made[place.key] = Answer(values=(_typed(value),))
    return made


def _typed(value: Decimal | str) -> Value:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value
