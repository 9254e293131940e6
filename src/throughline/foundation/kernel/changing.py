"""Changing fields of a thing two people may have open: nothing is written over that its writer has not seen."""

from collections.abc import Mapping
from typing import Any

from throughline.foundation.kernel.actions import Refusal


class ChangedMeanwhile(Refusal):
    """Between reading and writing somebody else changed a field that was about to be written."""


def differing(row: object, changes: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `changes` that differ from what the row holds. The row must be locked.

    `was` says what each field held when the change was settled against it (`drafts.web.editing`). Raises
    ChangedMeanwhile when a field that would be written holds something else by now.
    """
    wanted = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if any(name in was and getattr(row, name) != was[name] for name in wanted):
        raise ChangedMeanwhile("It was changed this very moment. Send it again; your words are kept.")
    return wanted
