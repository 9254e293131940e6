"""The documentation page of every clock, in Markdown, made from the content alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from throughline.record.clocks.records import ClockRule
from throughline.record.clocks.rules import catalogue, worked

HEAD = """# The clocks

Made from `content/clocks` by `throughline clock page`; do not edit. Federal and professional values as of the
effective dates given; a state's, payer's or contract's own value comes by an overlay. It supports judgement;
it is not legal advice. V1: read in a primary page. V2: in a secondary page. Unreviewed: from memory, to be
checked.
"""


def markdown() -> str:
    """The whole page. Raises ContentError or ClockError for content that cannot be counted."""
    rules = list(catalogue.rules().values())
    lines = [HEAD, "| id | clock | owed by | confidence |", "|---|---|---|---|"]
    lines += [
        f"| {rule.id} | [{rule.title}](#{_anchor(rule)}) | {owed} | {_mark(rule.confidence)} |"
        for rule in rules
        for owed in [worked.owed_in_words(rule.owed_by)]
    ]
    for rule in rules:
        lines += ["", *_section(rule)]
    return "\n".join(lines) + "\n"


def _anchor(rule: ClockRule) -> str:
    return rule.key


def _mark(confidence: str) -> str:
    return "unreviewed" if confidence == "M" else confidence


def _section(rule: ClockRule) -> Iterator[str]:
    yield f'<a id="{_anchor(rule)}"></a>'
    yield f"## {rule.id} {rule.title}"
    yield ""
    yield f"`{rule.key}`, version {rule.version}. {rule.citation}. Confidence: {_mark(rule.confidence)}"
    yield f"({rule.confidence_note}). In force since {rule.effective_from}{_until(rule)}."
    yield ""
    starts = "an event" if rule.starts_on else "hand, from a form"
    yield f"- Trigger: {rule.trigger}. Counted from: {rule.start_label}. Started by {starts}."
    yield f"- Lines of business: {worked.lines_in_words(rule)}. Owed by: {worked.owed_in_words(rule.owed_by)}."
    if rule.no_deadline:
        yield f"- {rule.no_deadline}"
    if rule.say:
        yield f"- {rule.say}"
    for part in rule.parts:
        yield f"- Part `{part.name}`: {worked.part_in_words(rule, part)}."
    yield ""
    yield "| start | facts | comes out as | why |"
    yield "|---|---|---|---|"
    for example in rule.examples:
        facts = ", ".join(f"{name} = {value}" for name, value in example.get("set", {}).items())
        start = f"{example['start']} {example['zone']}"
        yield f"| {start} | {facts} | {_outcome(rule, example)} | {example['words']} |"


def _until(rule: ClockRule) -> str:
    return f" until {rule.effective_to}" if rule.effective_to else ""


def _outcome(rule: ClockRule, example: Mapping[str, Any]) -> str:
    return "<br>".join(f"{part}: {dates}" for part, dates in worked.outcomes(worked.clock_of(rule, example)))
