"""Which services the pathways expect, each asked for once, with its earliest date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from throughline.practice.careplan.records import CheckTemplate, Pathway, ProposedCheck, Reason
from throughline.practice.careplan.rules.facts import holds


def expected(
    matched: Sequence[tuple[Pathway, Reason]], across: Iterable[CheckTemplate], facts: Mapping[str, Any]
) -> tuple[tuple[ProposedCheck, ...], int]:
    """The checks that hold or may hold, earliest first, and how many were merged into another.

    A check whose condition does not hold is left out; one that cannot be told stays, as a question.
    """
    made: dict[str, ProposedCheck] = {}
    merged = 0
    for check, reason in _all(matched, across):
        outcome = True if check.on_opening else holds(check.when, facts)
        if outcome is False or (outcome is None and reason is None):
            continue
        why = reason or Reason("Every case" if check.on_opening else check.trigger, check.trigger, check.citation, "")
        key = check.service if check.service and outcome else check.id
        new = ProposedCheck(key, (check.expect,), check.trigger, check.due_days, outcome, (why,))
        if key in made:
            merged += 1
            new = _joined(made[key], new)
        made[key] = new
    return tuple(sorted(made.values(), key=lambda c: (c.holds is None, c.due_days))), merged


def _all(
    matched: Sequence[tuple[Pathway, Reason]], across: Iterable[CheckTemplate]
) -> Iterable[tuple[CheckTemplate, Reason | None]]:
    for pathway, reason in matched:
        for check in pathway.checks:
            yield check, reason
    for check in across:
        yield check, None


def _joined(old: ProposedCheck, new: ProposedCheck) -> ProposedCheck:
    sooner = new if new.due_days < old.due_days else old
    return replace(
        old,
        expect=tuple(dict.fromkeys((*old.expect, *new.expect))),
        trigger=sooner.trigger,
        due_days=sooner.due_days,
        reasons=tuple(dict.fromkeys((*old.reasons, *new.reasons))),
    )
