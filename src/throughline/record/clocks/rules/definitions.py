"""Makes a clock rule from what content gives, and refuses one that could not be counted."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from throughline.foundation.content.records import Item, thaw
from throughline.record.clocks.records import ClockError, ClockRule, Hearing, Holidays, Input, Part
from throughline.record.clocks.rules import conditions, steps

OWERS = frozenset(
    {"us", "plan", "hospital", "provider", "patient", "qio", "agency", "state", "reviewer", "nurse", "nobody"}
)
DOES = frozenset({"start", "meet", "pause", "resume", "cancel", "attempt"})
COUNTED = frozenset({"hours", "days", "months", "years", "business_days", "working_days"})
TYPES = frozenset(
    {
        "moment",
        "date",
        "month-day",
        "number",
        "flag",
        "text",
        "choice",
        "moments",
        "dates",
        "attempts",
        "time",
    }
)
# Facts every clock takes: they choose an overlay, a part, or say what happened to the clock itself.
COMMON = (
    Input("line", "text", "line of business", ("lob", "line_of_business", "coverage")),
    Input("state", "text", "state whose own value may hold", ("jurisdiction",)),
    Input("payer", "text", "payer whose own value may hold", ("plan_name",)),
    Input("part", "text", "the part of the clock that is asked for", ("deadline",)),
    Input("met", "moment", "when the duty was done", ("met_at", "done")),
    Input("cancelled", "moment", "when the clock was cancelled", ("cancelled_at",)),
    Input("attempts", "attempts", "tries to reach the person", ()),
)
EXTENSION = (
    Input("extended", "flag", "the extension was taken", ("extension",)),
    Input("extension_noticed", "moment", "when the extension was noticed", ("extension_notice", "noticed")),
)
PAUSING = (
    Input("paused", "moment", "when the clock stopped", ("paused_at",)),
    Input("resumed", "moment", "when the clock went on", ("resumed_at",)),
)


def rule_from(item: Item, calendars: Mapping[str, Holidays]) -> ClockRule:
    """The rule of one content item. Raises ClockError saying what in it is wrong."""
    body = {**thaw(item.data), "key": item.key}
    made = rule_of(body, calendars)
    return replace(
        made,
        version=item.version,
        citation=item.citation,
        confidence=item.confidence,
        effective_from=item.effective_from,
        effective_to=item.effective_to,
        reviewer=item.reviewer,
        reviewed_on=item.reviewed_on,
        source=item.source,
        overridden=tuple(one.sentence() for one in item.overrides),
        examples=item.examples,
    )


def rule_of(body: Mapping[str, Any], calendars: Mapping[str, Holidays]) -> ClockRule:
    """The rule of a body as content gave it, or as a clock kept it. Raises ClockError for what is wrong."""
    made = ClockRule(
        id=body["id"],
        key=body["key"],
        title=body["title"],
        version=body.get("version", 1),
        citation=body.get("citation", ""),
        confidence=body.get("confidence", "M"),
        confidence_note=body.get("confidence_note", ""),
        lines=tuple(body.get("lines", ())),
        owed_by=body.get("owed_by", "us"),
        trigger=body["trigger"],
        start_label=body.get("start_label", body["trigger"]),
        hears=tuple(_hearing(one) for one in body.get("hears", ())),
        inputs={},
        parts=tuple(_part(one) for one in body.get("parts", ())),
        values=dict(body.get("values", {})),
        chooser=body.get("chooser", ""),
        no_deadline=body.get("no_deadline", ""),
        say=body.get("say", ""),
        attempts=dict(body.get("attempts", {})),
        warn_hours=body.get("warn_hours"),
        notice=body.get("notice", ""),
        effective_from=_day(body.get("effective_from")),
        effective_to=_day(body.get("effective_to")),
        reviewer=body.get("reviewer", ""),
        reviewed_on=_day(body.get("reviewed_on")),
        source="",
        calendars=calendars,
        overridden=tuple(body.get("overridden", ())),
        body=dict(body),
    )
    made = replace(made, inputs=_inputs(body, made))
    _check(made)
    return made


def kept(rule: ClockRule) -> dict[str, Any]:
    """The rule as a running clock keeps it: plain data from which `rule_of` makes the same rule again."""
    body = {
        **rule.body,
        "version": rule.version,
        "citation": rule.citation,
        "confidence": rule.confidence,
        "effective_from": rule.effective_from,
        "effective_to": rule.effective_to,
        "reviewer": rule.reviewer,
        "reviewed_on": rule.reviewed_on,
        "overridden": list(rule.overridden),
    }
    plain: dict[str, Any] = json.loads(json.dumps(body, default=str, sort_keys=True))
    return plain


def digest(body: Mapping[str, Any]) -> str:
    """A name for what a rule says: two rules that count alike and cite alike have the same one."""
    words = {name: value for name, value in body.items() if name not in ("reviewer", "reviewed_on")}
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


def _hearing(one: Mapping[str, Any]) -> Hearing:
    if one.get("does") not in DOES or not one.get("event"):
        raise ClockError(f"a hearing needs an event, and does one of {sorted(DOES)}")
    return Hearing(**one)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def _part(one: Mapping[str, Any]) -> Part:
    known = set(Part.__dataclass_fields__)
    if strange := set(one) - known:
        raise ClockError(f"part '{one.get('name')}' has {sorted(strange)}, which is unknown")
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}
    return Part(**{"steps": (), "title": one["name"].replace("-", " "), **given})


def _inputs(body: Mapping[str, Any], rule: ClockRule) -> dict[str, Input]:
    made: dict[str, Input] = {}
    for name, given in body.get("inputs", {}).items():
        strange = set(given) - set(Input.__dataclass_fields__)
        if strange or given.get("type") not in TYPES:
            raise ClockError(f"input '{name}' has an unknown type or {sorted(strange)}")
        made[name] = Input(
            **{**given, "name": name, "aliases": tuple(given.get("aliases", ())),
               "words": given.get("words", name.replace("_", " "))}
        )  # fmt: skip
    extra: Iterable[Input] = COMMON
    if any(part.extension for part in rule.parts):
        extra = (*extra, *EXTENSION)
    if any(part.tolling for part in rule.parts):
        extra = (*extra, *PAUSING)
    if "closing" in rule.values:
        extra = (*extra, Input("closing", "time", "closing time of business", ("close",)))
    taken = {word for one in made.values() for word in (one.name, *one.aliases)}
    for one in extra:
        if one.name not in taken:
            made[one.name] = replace(one, aliases=tuple(word for word in one.aliases if word not in taken))
    return made


def _check(rule: ClockRule) -> None:
    if rule.owed_by not in OWERS:
        raise ClockError(f"owed_by must be one of {sorted(OWERS)}, not '{rule.owed_by}'")
    if not rule.parts and not rule.no_deadline:
        raise ClockError("a clock needs parts, or 'no_deadline' saying why there is no date")
    if rule.chooser and rule.chooser not in rule.inputs:
        raise ClockError(f"the chooser '{rule.chooser}' is no input")
    names = frozenset(rule.inputs) | {"start"}
    for part in rule.parts:
        conditions.check(part.when, names)
        for exempt in part.not_required:
            conditions.check(exempt["when"], names)
        for sequence in (part.steps, part.safe, part.earliest):
            _check_steps(rule, sequence, names)


def _check_steps(rule: ClockRule, sequence: Iterable[Mapping[str, Any]], names: frozenset[str]) -> None:
    for step in sequence:
        name = steps.operation_of(step)
        conditions.check(step.get("when", {}), names)
        if name in ("later_of", "sooner_of"):
            for branch in step[name]:
                _check_steps(rule, branch, names)
        if name == "from":
            asked = step["from"] if isinstance(step["from"], tuple | list) else (step["from"],)
            if strange := set(asked) - names:
                raise ClockError(f"a step starts from {sorted(strange)}, which is no input")
        elif isinstance(step[name], str) and name in COUNTED and step[name] not in {*rule.values, *names}:
            raise ClockError(f"a step counts '{step[name]}', which is neither a value nor an input")
