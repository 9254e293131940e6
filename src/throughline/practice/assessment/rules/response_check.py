"""Checks a QuestionnaireResponse against its Questionnaire: structure, counts, types, limits, branches, period."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from throughline.practice.assessment.records import Answer, Answers, Instrument, Item, Kind
from throughline.practice.assessment.rules.answers import UnacceptableAnswer
from throughline.practice.assessment.rules.branching import counting, is_asked
from throughline.practice.assessment.rules.expressions import UnusableExpression, keeps
from throughline.practice.assessment.rules.fhir_questionnaire import from_questionnaire
from throughline.practice.assessment.rules.fhir_response import from_response, raw_value
from throughline.practice.assessment.rules.response_values import Issue, ValueSets, check_value, error

FINISHED = ("completed", "amended")


def check_response(
    questionnaire: Mapping[str, Any], response: Mapping[str, Any], value_sets: ValueSets | None = None
) -> list[Issue]:
    """What is wrong with the response, in the order of its items; empty when nothing is.

    `value_sets` holds the codings of value sets outside the Questionnaire; one that is not there cannot be
    checked and gives a warning. Raises DefinitionProblem when the Questionnaire itself cannot be used.
    """
    issues = list(_period(questionnaire, response))
    return issues + check_answers(from_questionnaire(questionnaire), response, value_sets)


def check_answers(
    instrument: Instrument, response: Mapping[str, Any], value_sets: ValueSets | None = None
) -> list[Issue]:
    """The same check against an instrument, whatever it was made of."""
    walk = _Walk(instrument, response, value_sets or {})
    return list(walk.level(instrument.items, response.get("item", ()), "QuestionnaireResponse", ""))


def _period(questionnaire: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[Issue]:
    if questionnaire.get("status") == "draft":
        yield Issue("information", "business-rule", "The questionnaire is a draft", "QuestionnaireResponse")
    authored = str(response.get("authored", ""))
    period = questionnaire.get("effectivePeriod") or {}
    end, start = str(period.get("end", "")), str(period.get("start", ""))
    where = "QuestionnaireResponse.authored"
    if authored and end and authored[: len(end)] > end:
        yield Issue(
            "warning", "business-rule", f"Answered on {authored}, after the questionnaire ended on {end}", where
        )
    if authored and start and authored[: len(start)] < start:
        yield Issue("warning", "business-rule", f"Answered on {authored}, before the questionnaire began", where)


class _Walk:
    """One pass over a response; holds the answers so that branches can be decided."""

    def __init__(self, instrument: Instrument, response: Mapping[str, Any], value_sets: ValueSets) -> None:
        self.instrument = instrument
        self.value_sets = value_sets
        self.finished = response.get("status", "completed") in FINISHED
        self.answers = counting(instrument, _readable(instrument, response))

    def level(self, items: Sequence[Item], rows: Any, path: str, prefix: str) -> Iterator[Issue]:
        """The issues among sibling items and below them."""
        known = {item.id for item in items}
        for row in rows:
            if row.get("linkId") not in known:
                yield error("not-found", f"The questionnaire has no item '{row.get('linkId')}' here", path)
        for item in items:
            found = [(n, row) for n, row in enumerate(rows) if row.get("linkId") == item.id]
            yield from self.item(item, found, path, prefix)

    def item(
        self, item: Item, found: Sequence[tuple[int, Mapping[str, Any]]], path: str, prefix: str
    ) -> Iterator[Issue]:
        """The issues of one item: presence, order of its branch, occurrences, then each of its rows."""
        asked = is_asked(self.instrument, item, self.answers, prefix)
        if not asked:
            for number, row in found:
                if row.get("answer") or row.get("item"):
                    where = f"{path}.item[{number}]"
                    yield error("invariant", f"'{item.id}' is answered, but its branch is not open", where)
            return
        if item.required and self.finished and not found:
            yield error("required", f"No answer to the required item '{item.id}'", path)
        if len(found) > 1 and not (item.kind is Kind.GROUP and item.repeats):
            where = f"{path}.item[{found[1][0] - 1}]"
            yield error("invalid", f"'{item.id}' stands more than once", where)
        yield from self.repetitions(item, found, path)
        for instance, (number, row) in enumerate(found):
            inner = f"{prefix}{item.id}#{instance}/" if item.kind is Kind.GROUP and item.repeats else prefix
            yield from self.row(item, row, f"{path}.item[{number}]", inner)

    def repetitions(self, item: Item, found: Sequence[tuple[int, Mapping[str, Any]]], path: str) -> Iterator[Issue]:
        """Too few or too many repetitions of a group."""
        least, most = item.limits.min_occurs, item.limits.max_occurs
        if item.kind is not Kind.GROUP or not item.repeats:
            return
        if most is not None and len(found) > most:
            where = f"{path}.item[{found[most][0]}]"
            yield error("invalid", f"'{item.id}' stands at most {most} times, here {len(found)}", where)
        if least is not None and self.finished and found and len(found) < least:
            yield error("invalid", f"'{item.id}' must stand at least {least} times", path)

    def row(self, item: Item, row: Mapping[str, Any], path: str, prefix: str) -> Iterator[Issue]:
        """The issues of one answered row."""
        answers = [a for a in row.get("answer", ()) if raw_value(a) is not None]
        if item.kind is Kind.GROUP:
            if answers:
                yield error("structure", f"'{item.id}' is a group and takes no answer", path)
            yield from self.level(item.items, row.get("item", ()), path, prefix)
            return
        if item.kind is Kind.DISPLAY:
            if answers:
                yield error("structure", f"'{item.id}' is a heading and takes no answer", path)
            return
        yield from self.counts(item, answers, row, path)
        yield from self.constraints(item, row, path)
        for number, answer in enumerate(answers):
            where = f"{path}.answer[{number}]"
            yield from check_value(item, answer, where, self.value_sets)
            yield from self.level(item.items, answer.get("item", ()), where, prefix)

    def counts(self, item: Item, answers: list[Any], row: Mapping[str, Any], path: str) -> Iterator[Issue]:
        """Too few or too many answers."""
        limits = item.limits
        most = limits.max_occurs if item.repeats else 1
        if item.required and self.finished and not answers:
            yield error("required", f"No answer to the required item '{item.id}'", path)
        if most is not None and len(answers) > most:
            yield error("invalid", f"'{item.id}' takes at most {most} answers, here are {len(answers)}", path)
        if limits.min_occurs is not None and answers and len(answers) < limits.min_occurs:
            yield error("invalid", f"'{item.id}' needs at least {limits.min_occurs} answers", path)

    def constraints(self, item: Item, row: Mapping[str, Any], path: str) -> Iterator[Issue]:
        """The item's own FHIRPath rules; one that cannot be evaluated is a warning, never a refusal."""
        for severity, expression, human in item.constraints:
            try:
                if not keeps(expression, row, self.instrument):
                    yield Issue(severity, "invariant", human or f"'{item.id}': {expression}", path)
            except UnusableExpression as wrong:
                yield Issue("warning", "invariant", f"'{item.id}': {human}: {wrong}", path)


def _readable(instrument: Instrument, response: Mapping[str, Any]) -> Answers:
    """The answers as far as they can be typed: a bad value must not hide what its branch decides."""
    try:
        return from_response(instrument, response)
    except UnacceptableAnswer:
        return {key: answer for key, answer in _each(instrument, response)}


def _each(instrument: Instrument, response: Mapping[str, Any]) -> Iterator[tuple[str, Answer]]:
    for row in response.get("item", ()):
        try:
            yield from from_response(instrument, {"item": [row]}).items()
        except UnacceptableAnswer:
            continue
