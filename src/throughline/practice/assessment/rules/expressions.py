"""FHIRPath of a Questionnaire: compiled once, remembered, evaluated over the answers that count."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from throughline.practice.assessment.records import Answers, Instrument, Item
from throughline.practice.assessment.rules.definition import DefinitionProblem, every_item
from throughline.practice.assessment.rules.fhir_response import ORDINAL, row_of, to_response


class UnusableExpression(DefinitionProblem):
    """A FHIRPath expression that cannot be compiled or evaluated."""


def _ordinal(inputs: Any, *_: Any) -> list[Any]:
    """The ordinal value carried by each coding or answer: `answer.value.ordinal()`, `weight()`."""
    found = []
    for node in inputs:
        data = getattr(node, "data", node)
        coding = data.get("valueCoding", data) if isinstance(data, Mapping) else {}
        for extension in coding.get("extension", ()):
            if extension.get("url") == ORDINAL:
                found.append(Decimal(str(extension["valueDecimal"])))
    return found


OPTIONS = {
    "userInvocationTable": {
        "ordinal": {"fn": _ordinal, "arity": {0: []}},
        "weight": {"fn": _ordinal, "arity": {0: []}},
    }
}


@lru_cache(maxsize=512)
def compiled(expression: str) -> Callable[..., Any]:
    """The expression ready to run. Raises UnusableExpression when it is no FHIRPath."""
    import fhirpathpy  # with its grammar it holds megabytes: only where something is calculated
    from fhirpathpy.models import models

    try:
        made: Callable[..., Any] = fhirpathpy.compile(expression, models["r4"], OPTIONS)
    except Exception as wrong:  # the parser raises its own kinds
        raise UnusableExpression(f"'{expression}' is no FHIRPath: {wrong}") from wrong
    return made


def calculate(expression: str, instrument: Instrument, answers: Answers) -> Decimal | str | None:
    """What the expression gives over the answers: a number, a code, or None for nothing.

    Raises UnusableExpression when it cannot be evaluated.
    """
    item = next((i for i in every_item(instrument.items) if i.calculated == expression), None)
    result = evaluate(expression, instrument, answers, item)
    return _one(result)


def calculate_at(item: Item, repetition: str, instrument: Instrument, answers: Answers) -> Decimal | str | None:
    """What a calculated item gives in its place; within a repetition (`med#1`) it looks at that repetition alone.

    There `item` and `%context` are the repetition's row and `%resource` the whole response (SDC: the expression is
    evaluated where the item stands). Raises UnusableExpression.
    """
    if not repetition:
        return _one(evaluate(item.calculated, instrument, answers, item))
    response = to_response(instrument, answers)
    # Named a response itself, because `answer.value` is understood only below a resource whose type is known.
    row = {"resourceType": "QuestionnaireResponse", **row_of(instrument, answers, repetition)}
    context: dict[str, Any] = {"resource": response, "context": row, "questionnaire": dict(instrument.source)}
    for name, formula in (*instrument.variables, *item.variables):
        context[name] = _run(formula, row, context)
    return _one(_run(item.calculated, row, context))


def evaluate(expression: str, instrument: Instrument, answers: Answers, item: Item | None = None) -> list[Any]:
    """The raw result, with the variables of the questionnaire and of the item in reach."""
    response = to_response(instrument, answers)
    context: dict[str, Any] = {"resource": response, "questionnaire": dict(instrument.source)}
    for name, formula in (*instrument.variables, *(item.variables if item else ())):
        context[name] = _run(formula, response, context)
    return _run(expression, response, context)


def keeps(expression: str, row: Mapping[str, Any], instrument: Instrument) -> bool:
    """Whether a constraint holds for one item of a response. Raises UnusableExpression when it cannot be told."""
    result = _run(expression, dict(row), {"questionnaire": dict(instrument.source)})
    return bool(result) and all(value is True for value in result)


def _run(expression: str, resource: dict[str, Any], context: dict[str, Any]) -> list[Any]:
    try:
        result = compiled(expression)(resource, context)
    except UnusableExpression:
        raise
    except Exception as wrong:  # an expression is content: whatever it raises, say which one it was
        raise UnusableExpression(f"'{expression}' cannot be evaluated: {wrong}") from wrong
    return result if isinstance(result, list) else [result]


def _one(result: list[Any]) -> Decimal | str | None:
    if not result or result[0] is None:
        return None
    value = result[0]
    if isinstance(value, Mapping):
        return str(value.get("code") or value.get("value") or "") or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    return str(value)
