"""Reads an instrument out of content: a mapping in, an `Instrument` out, or a sentence about what is wrong."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from throughline.practice.assessment.records import (
    Band,
    Branch,
    Instrument,
    Item,
    Kind,
    Licence,
    Limits,
    NeedRule,
    Option,
    Rule,
    Total,
    Translation,
    Wording,
)

METHODS = ("sum", "mean", "single", "marked", "lookup", "expression")
MISSING_RULES = ("all", "prorate", "none")
SEVERITIES = ("critical", "urgent", "routine")


class DefinitionProblem(ValueError):
    """A definition that cannot be used, with the place and the reason in words."""


def instrument_of(content: Mapping[str, Any]) -> Instrument:
    """The instrument a content item describes.

    Raises DefinitionProblem when something required is absent, an id is used twice, or a rule names an item or
    a total that does not exist.
    """
    for name in ("id", "title", "version", "items"):
        if not content.get(name):
            raise DefinitionProblem(f"{content.get('id', 'instrument')}: '{name}' is missing")
    lists = {key: tuple(_options(rows, f"options.{key}")) for key, rows in content.get("options", {}).items()}
    loinc = content.get("loinc") or {}
    made = Instrument(
        id=str(content["id"]),
        title=str(content["title"]),
        version=str(content["version"]),
        items=tuple(_items(content["items"], lists)),
        short=str(content.get("short", "")),
        domain=str(content.get("domain", "")),
        wording=str(content.get("wording", "absent")),
        languages=tuple(content.get("languages", ("en",))),
        translations={str(k): _translation(v) for k, v in content.get("translations", {}).items()},
        lead=wording_of(content.get("lead")),
        licence=licence_of(content),
        attribution=str(content.get("attribution", "")),
        citation=str(content.get("citation", "")),
        confidence=str(content.get("confidence", "unreviewed")),
        notes=tuple(str(n) for n in content.get("notes", ())),
        reviewed_by=str(content.get("reviewed_by") or ""),
        panel_code=str(loinc.get("panel") or ""),
        totals=tuple(_total(row) for row in content.get("totals", ())),
        positive=tuple(_rule(row) for row in content.get("positive", ())),
        safety=tuple(_rule(row) for row in content.get("safety", ())),
        actions=tuple(_rule(row) for row in content.get("actions", ())),
        needs=tuple(_need(row) for row in content.get("needs", ())),
        shows=dict(content.get("shows", {})),
        aliases={str(k): str(v) for k, v in content.get("aliases", {}).items()},
        examples=tuple(content.get("examples", ())),
        url=str(content.get("url", "")),
    )
    check(made)
    return made


def licence_of(content: Mapping[str, Any]) -> Licence:
    """The licence a content item names; unknown and unreviewed where it says nothing."""
    licence = content.get("licence") or {}
    return Licence(
        terms=str(licence.get("terms", "unknown")),
        text=str(licence.get("text", "")),
        confidence=str(licence.get("confidence", "unreviewed")),
        source=str(licence.get("source", "")),
    )


def wording_of(raw: Any) -> Wording:
    """Text by language; a plain string is English."""
    if not raw:
        return {}
    if isinstance(raw, Mapping):
        return {str(k): str(v) for k, v in raw.items()}
    return {"en": str(raw)}


def _translation(raw: Mapping[str, Any]) -> Translation:
    return Translation(str(raw.get("source", "")), str(raw.get("confidence") or "unreviewed"))


def number_of(raw: Any) -> Decimal | None:
    """The exact number in content, or None where there is none. Raises DefinitionProblem on anything else."""
    if raw is None:
        return None
    try:
        return Decimal(str(raw))
    except InvalidOperation as wrong:
        raise DefinitionProblem(f"'{raw}' is not a number") from wrong


# Lists of items looked through lately, with all that lies in them: an instrument stays the same for years, and one
# answer asks for its items a thousand times. Held with the list itself, so that the key cannot come to mean another.
_Laid = tuple[Sequence[Item], tuple[Item, ...], Mapping[str, Item]]
_laid_out: dict[int, _Laid] = {}
REMEMBERED = 2000


def _lying_in(items: Sequence[Item]) -> _Laid:
    found = _laid_out.get(id(items))
    if found is not None and found[0] is items:
        return found
    every = tuple(_depth_first(items))
    by_key = {item.name: item for item in every if item.name} | {item.id: item for item in reversed(every)}
    found = (items, every, by_key)
    if isinstance(items, tuple):  # a list may change
        if len(_laid_out) >= REMEMBERED:
            _laid_out.clear()
        _laid_out[id(items)] = found
    return found


def _depth_first(items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _depth_first(item.items)


def every_item(items: Sequence[Item]) -> tuple[Item, ...]:
    """All items, depth first, in the order they are asked."""
    return _lying_in(items)[1]


def item_by_id(instrument: Instrument, key: str) -> Item | None:
    """The item with this id or this name (`"9"`, `"clock"`), or None; an id goes before a name."""
    return _lying_in(instrument.items)[2].get(key)


def _options(rows: Sequence[Any], path: str) -> Iterator[Option]:
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            row = {"text": row}
        text = wording_of(row.get("text"))
        code = str(row.get("code") or "")
        key = str(row.get("key") or code or slug(text.get("en", "")))
        if not key:
            raise DefinitionProblem(f"{path}[{number}]: an option needs a key, a code or a text")
        system = str(row.get("system") or ("http://loinc.org" if code.startswith("LA") else ""))
        yield Option(
            key=key,
            text=text,
            score=number_of(row.get("score")),
            code=code,
            system=system,
            marks=frozenset(row.get("marks", ())),
        )


def slug(text: str) -> str:
    """A stable key made of a text: `Don't know` becomes `don-t-know`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _items(rows: Sequence[Mapping[str, Any]], lists: Mapping[str, tuple[Option, ...]]) -> Iterator[Item]:
    for row in rows:
        identity = str(row.get("id", ""))
        if not identity:
            raise DefinitionProblem("an item without an id")
        options = row.get("options", ())
        if isinstance(options, str):
            if options not in lists:
                raise DefinitionProblem(f"item {identity}: no list of options is named '{options}'")
            chosen = lists[options]
        else:
            chosen = tuple(_options(options, f"item {identity}"))
        yield _item(row, identity, chosen, lists)


def _item(row: Mapping[str, Any], identity: str, options: tuple[Option, ...], lists: Mapping[str, Any]) -> Item:
    try:
        kind = Kind(row.get("type", "choice" if options else "string"))
    except ValueError as wrong:
        raise DefinitionProblem(f"item {identity}: '{row.get('type')}' is no type of item") from wrong
    return Item(
        id=identity,
        kind=kind,
        text=wording_of(row.get("text")),
        name=str(row.get("name", "")),
        code=str(row.get("code") or ""),
        required=bool(row.get("required", False)),
        repeats=bool(row.get("repeats", False)),
        hidden=bool(row.get("hidden", False)),
        read_only=bool(row.get("read_only", False)),
        private=bool(row.get("private", False)),
        fact=bool(row.get("fact", False)),
        entry_only=bool(row.get("entry_only", False)),
        options=options,
        limits=_limits(row),
        unit=str(row.get("unit", "")),
        anchors=tuple(str(a) for a in row.get("anchors", ())),
        help=wording_of(row.get("help")),
        branches=tuple(_branch(b, identity) for b in row.get("ask_when", ())),
        any_branch=row.get("ask_behavior", "all") == "any",
        calculated=str(row.get("calculated", "")),
        domain=str(row.get("domain", "")),
        standard=str(row.get("standard", "")),
        items=tuple(_items(row.get("items", ()), lists)),
    )


def _limits(row: Mapping[str, Any]) -> Limits:
    return Limits(
        minimum=number_of(row.get("min")),
        maximum=number_of(row.get("max")),
        max_length=row.get("max_length"),
        max_decimals=row.get("decimals"),
        min_occurs=row.get("min_occurs"),
        max_occurs=row.get("max_occurs"),
        allowed=tuple(Decimal(str(v)) for v in row.get("allowed", ())),
    )


def _branch(row: Mapping[str, Any], identity: str) -> Branch:
    if "question" not in row:
        raise DefinitionProblem(f"item {identity}: a branch names no question")
    return Branch(str(row["question"]), str(row.get("operator", "=")), row.get("answer"))


def _total(row: Mapping[str, Any]) -> Total:
    method = str(row.get("method", "sum"))
    missing = row.get("missing", {"rule": "all"})
    rule = str(missing.get("rule", "all"))
    if method not in METHODS or rule not in MISSING_RULES:
        raise DefinitionProblem(f"total {row.get('id')}: no such method or missing-item rule: {method}, {rule}")
    lowest, highest = row.get("range", (None, None))
    return Total(
        id=str(row["id"]),
        method=method,
        items=tuple(str(i) for i in row.get("items", ())),
        lowest=number_of(lowest),
        highest=number_of(highest),
        decimals=row.get("decimals"),
        missing_rule=rule,
        max_missing=int(missing.get("max_missing", 0)),
        bands=bands_of(row.get("bands", ())),
        code=str(row.get("code") or ""),
        table={str(k): Decimal(str(v)) for k, v in row.get("table", {}).items()},
        results={str(k): str(v) for k, v in row.get("results", {}).items()},
        expression=str(row.get("expression", "")),
        main=bool(row.get("main", False)),
    )


def bands_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    """Bands in rising order. Raises DefinitionProblem when two of them overlap."""
    made = tuple(
        sorted(
            (Band(str(r["label"]), Decimal(str(r["from"])), Decimal(str(r["to"]))) for r in rows),
            key=lambda band: band.lowest,
        )
    )
    for lower, upper in itertools.pairwise(made):
        if upper.lowest <= lower.highest:
            raise DefinitionProblem(f"bands '{lower.label}' and '{upper.label}' overlap")
    return made


def _rule(row: Mapping[str, Any]) -> Rule:
    severity = str(row.get("severity", "routine"))
    if severity not in SEVERITIES:
        raise DefinitionProblem(f"rule {row.get('id')}: '{severity}' is no severity")
    return Rule(
        id=str(row["id"]),
        when=row["when"],
        text=str(row.get("text", "")),
        severity=severity,
        confidence=str(row.get("confidence", "")),
        steps=tuple(str(s) for s in row.get("steps", ())),
    )


def _need(row: Mapping[str, Any]) -> NeedRule:
    return NeedRule(
        id=str(row["id"]),
        when=row["when"],
        text=str(row["text"]),
        domain=str(row["domain"]),
        omaha=row.get("omaha"),
        icd10=tuple(str(c) for c in row.get("icd10", ())),
        priority=str(row.get("priority", "medium")),
        horizon=str(row.get("horizon", "immediate")),
        items=tuple(str(i) for i in row.get("items", ())),
    )


def check(instrument: Instrument) -> None:
    """Raises DefinitionProblem when an id is used twice or a rule names what is not there."""
    ids = [item.id for item in every_item(instrument.items)]
    double = {i for i in ids if ids.count(i) > 1} if len(set(ids)) != len(ids) else set()
    if double:
        raise DefinitionProblem(f"{instrument.id}: item ids used twice: {', '.join(sorted(double))}")
    known = set(ids)
    totals = {total.id for total in instrument.totals}
    for total in instrument.totals:
        _known(instrument.id, set(total.items), known | totals)
    rules: tuple[Rule | NeedRule, ...] = (
        *instrument.positive,
        *instrument.safety,
        *instrument.actions,
        *instrument.needs,
    )
    for rule in rules:
        _known(f"{instrument.id}.{rule.id}", set(_named(rule.when, ("item", "answered"), "items")), known)
        _known(f"{instrument.id}.{rule.id}", set(_named(rule.when, ("total",), "")), totals)
    _check_translations(instrument)
    for item in every_item(instrument.items):
        _known(f"{instrument.id}.{item.id}", {b.question for b in item.branches}, known)


def _check_translations(instrument: Instrument) -> None:
    """A language is offered only whole: every question and option worded in it, and its source named."""
    for language in instrument.languages:
        if language == "en" or (not instrument.translations and language == instrument.languages[0]):
            continue  # what a foreign Questionnaire is written in is its own wording, no translation
        named = instrument.translations.get(language)
        if named is None or not named.source:
            raise DefinitionProblem(f"{instrument.id}: where does its wording in '{language}' come from?")
        for item in every_item(instrument.items):
            texts = [item.text, *(option.text for option in item.options)]
            if any(text.get("en") and not text.get(language) for text in texts):
                raise DefinitionProblem(f"{instrument.id}.{item.id}: has no wording in '{language}'")


def _known(where: str, named: set[str], known: set[str]) -> None:
    strange = named - known
    if strange:
        raise DefinitionProblem(f"{where}: names what is not there: {', '.join(sorted(strange))}")


def _named(condition: Any, keys: tuple[str, ...], plural: str) -> Iterator[str]:
    if isinstance(condition, Mapping):
        for key, value in condition.items():
            if key in keys:
                yield str(value)
            elif key == plural and isinstance(value, list | tuple):
                yield from (str(v) for v in value)
            else:
                yield from _named(value, keys, plural)
    elif isinstance(condition, list | tuple):
        for part in condition:
            yield from _named(part, keys, plural)
