"""Conditions over known facts, with three outcomes: holds, does not hold, not known."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": lambda a, b: a >= b,
    "at_most": lambda a, b: a <= b,
    "above": lambda a, b: a > b,
    "below": lambda a, b: a < b,
}


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool | None:
    """True, False, or None when a fact it needs is not known. An empty condition is not known.

    Raises ValueError for a condition that compares nothing.
    """
    if not condition:
        return None
    if "all" in condition:
        outcomes = [holds(part, facts) for part in condition["all"]]
        return False if False in outcomes else None if None in outcomes else True
    if "any" in condition:
        outcomes = [holds(part, facts) for part in condition["any"]]
        return True if True in outcomes else None if None in outcomes else False
    if "not" in condition:
        inner = holds(condition["not"], facts)
        return None if inner is None else not inner
    value = facts.get(str(condition["fact"]))
    return None if value is None else _compare(condition, value)


def _compare(condition: Mapping[str, Any], value: Any) -> bool | None:
    if "equals" in condition:
        return bool(value == condition["equals"])
    if "includes" in condition:
        return condition["includes"] in value
    if "starts_with" in condition:
        wanted = tuple(code.replace(".", "") for code in condition["starts_with"])
        return any(str(code).replace(".", "").upper().startswith(wanted) for code in value)
    named = [word for word in _ORDER if word in condition]
    if not named:
        raise ValueError(f"a condition that compares nothing: {dict(condition)}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return all(_ORDER[word](number, Decimal(str(condition[word]))) for word in named)
