"""Scores an instrument: totals, bands, safety flags, positive screen, actions and suggested needs in one go."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.records import (
    Answers,
    Flag,
    Instrument,
    Item,
    NeedRule,
    Rule,
    Scored,
    SuggestedNeed,
)
from throughline.practice.assessment.rules.answers import points_of, text_of
from throughline.practice.assessment.rules.branching import counting, walk
from throughline.practice.assessment.rules.conditions import Known, holds
from throughline.practice.assessment.rules.definition import every_item, item_by_id
from throughline.practice.assessment.rules.repeating import answers_at
from throughline.practice.assessment.rules.totals import Sum, totals_of


def score(instrument: Instrument, answers: Answers, context: Mapping[str, Any] | None = None) -> Scored:
    """The outcome of the answers so far, whether or not they are complete.

    `context` holds what the cut points depend on (`sex`). A total whose missing-item rule is not met is None
    and stays None: no partial totals. Safety flags are there from the first answer that raises them.
    """
    counted = counting(instrument, answers)
    sums = totals_of(instrument, answers)
    known = Known(instrument, counted, {key: s.value for key, s in sums.items()}, context)
    main = _main(instrument, sums)
    missing = _missing(instrument, sums, counted)
    value = main.value if main else None
    return Scored(
        key=instrument.id,
        version=instrument.version,
        score=plain(value),
        band=_band(main),
        components=_components(sums, main),
        flags=flags_of(instrument, counted, known),
        complete=not missing and (main is None or value is not None or not _wanted(instrument, main, counted)),
        missing=missing,
        absent={key: a.absent.value for key, a in counted.items() if a.absent is not None},
        positive=_positive(instrument.positive, known),
        results=_results(instrument, sums, known),
        actions=tuple(rule.text for rule in instrument.actions if holds(rule.when, known)),
        notes=instrument.notes,
        confidence=instrument.confidence,
        citation=instrument.citation,
    )


def flags_of(instrument: Instrument, answers: Answers, known: Known | None = None) -> tuple[Flag, ...]:
    """The safety rules that fire on these answers, whatever the total and however incomplete."""
    known = known or Known(instrument, counting(instrument, answers))
    return tuple(_flag(rule) for rule in instrument.safety if holds(rule.when, known))


def flags_on(instrument: Instrument, answers: Answers, place: str) -> tuple[Flag, ...]:
    """The safety rules that fire because of the answer at this place: what must interrupt on saving it."""
    without = {key: answer for key, answer in answers.items() if key != place}
    before = {flag.id for flag in flags_of(instrument, without)}
    return tuple(flag for flag in flags_of(instrument, answers) if flag.id not in before)


def suggested_needs(
    instrument: Instrument, answers: Answers, context: Mapping[str, Any] | None = None
) -> tuple[SuggestedNeed, ...]:
    """The needs these answers point to, each with its evidence in words. One per rule, in the file's order."""
    counted = counting(instrument, answers)
    sums = totals_of(instrument, answers)
    known = Known(instrument, counted, {key: s.value for key, s in sums.items()}, context)
    return tuple(_suggest(instrument, rule, counted, sums) for rule in instrument.needs if holds(rule.when, known))


def plain(value: Any) -> Any:
    """A number as JSON writes it: 12 for a whole one, 6.7 otherwise; words stay words."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if int(value.as_tuple().exponent) >= 0 else float(value)


def _main(instrument: Instrument, sums: Mapping[str, Sum]) -> Sum | None:
    for found in sums.values():
        if found.total.main:
            return found
    valued = [found for found in sums.values() if found.value is not None]
    return next(iter(valued or sums.values()), None)


def _band(main: Sum | None) -> str | None:
    if main is None:
        return None
    return main.value if isinstance(main.value, str) else main.band


def _missing(instrument: Instrument, sums: Mapping[str, Sum], counted: Answers) -> tuple[str, ...]:
    main = _main(instrument, sums)
    needed = main.missing if main and _wanted(instrument, main, counted) else ()
    due = {p.key: p for p in walk(instrument, counted) if p.enabled}
    required = [k for k, p in due.items() if p.required and not p.item.entry_only and not _given(counted, k)]
    wanted = set(needed) | set(required)
    return tuple(key for key in due if key in wanted)


def _given(counted: Answers, key: str) -> bool:
    return key in counted and counted[key].given


def _wanted(instrument: Instrument, main: Sum, counted: Answers) -> bool:
    """Whether the main total is expected: not when all its items are entry-only and none was entered."""
    items = [item_by_id(instrument, i) for i in main.total.items]
    return not items or any(i is None or not i.entry_only or i.id in counted for i in items)


def _components(sums: Mapping[str, Sum], main: Sum | None) -> dict[str, Any]:
    if main is None:
        return {}
    return {key: plain(points) for key, points in main.points.items()}


def _flag(rule: Rule) -> Flag:
    named = rule.when.get("item", "")
    return Flag(rule.id, rule.severity, rule.text, str(named), rule.steps)


def _positive(rules: tuple[Rule, ...], known: Known) -> bool | None:
    outcomes = [holds(rule.when, known) for rule in rules]
    if True in outcomes:
        return True
    return False if False in outcomes else None


def _results(instrument: Instrument, sums: Mapping[str, Sum], known: Known) -> dict[str, Any]:
    made: dict[str, Any] = {key: plain(s.value) for key, s in sums.items()}
    for name, shown in instrument.shows.items():
        made[name] = _shown(instrument, shown, known)
    return made


def _shown(instrument: Instrument, shown: Mapping[str, Any], known: Known) -> Any:
    """Either a condition, or `list_items` with a comparison: the numbers of the items it holds for."""
    if "list_items" not in shown:
        return holds(shown, known)
    named = {key: value for key, value in shown.items() if key != "list_items"}
    ids = [i.id for i in every_item(instrument.items) if i.asks]
    found = [i for i in ids if holds({"item": i, **named}, known)]
    return [int(i) if i.isdigit() else i for i in found]


def _suggest(instrument: Instrument, rule: NeedRule, counted: Answers, sums: Mapping[str, Sum]) -> SuggestedNeed:
    evidence = [f"{instrument.short_title}: {s.value:f}, {s.band}" for s in sums.values() if _tells(s)]
    words: list[str] = []
    for place in (place for key in rule.items for place in answers_at(counted, key)):
        item, answer = item_by_id(instrument, place.rsplit("/", 1)[-1]), counted[place]
        if item is None or not answer.given:
            continue
        said = ", ".join(text_of(item, value) for value in answer.values)
        evidence.append(f"{item.text.get('en') or item.name or f'Item {item.id}'}: {said}")
        if answer.words:
            words.append(answer.words)
    return SuggestedNeed(
        id=rule.id,
        text=rule.text,
        domain=rule.domain,
        omaha=rule.omaha,
        icd10=rule.icd10,
        priority=rule.priority,
        horizon=rule.horizon,
        evidence=tuple(evidence),
        words=tuple(words),
    )


def _tells(total: Sum) -> bool:
    return isinstance(total.value, Decimal) and total.band is not None


def points_at(item: Item, answers: Answers) -> Decimal | None:
    """The points the answer to this item carries now, for the live score; None when it has none."""
    answer = answers.get(item.id)
    if answer is None or not answer.given:
        return None
    numbers = [n for value in answer.values if (n := points_of(item, value)) is not None]
    return sum(numbers, Decimal(0)) if numbers else None
