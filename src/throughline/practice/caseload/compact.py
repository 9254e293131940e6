"""Where a nurse's licence holds: in its own state, and by the Nurse Licensure Compact in others. Pure.

The dates are content (`content/compacts`). The compact covers registered and practical nurses, not advanced practice
(NLC Model Legislation, art. II and III); the state in which the patient is decides, also on the telephone (art. III e).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from throughline.foundation.content import library
from throughline.foundation.content.records import Item

COVERED = frozenset({"RN", "LPN", "LVN"})


@dataclass(frozen=True, slots=True)
class Party:
    """A jurisdiction of the compact: since when it honors a multistate licence of another, since when it gives one."""

    state: str
    name: str
    honors_from: date | None
    gives_from: date | None
    citation: str
    confidence: str
    reviewed: bool


def parties() -> Mapping[str, Party]:
    """Return the jurisdictions of the compact by their two letters, from the content library."""
    return library.load("compacts", _party)


def _party(item: Item) -> Party:
    return Party(
        state=item.key,
        name=str(item.data["name"]),
        honors_from=item.data.get("honors_from"),
        gives_from=item.data.get("gives_from"),
        citation=item.citation,
        confidence=item.confidence,
        reviewed=item.reviewed,
    )


def caution(*states: str) -> str:
    """Return ", list of states unreviewed" while nobody signed the entries of these states, else ""."""
    known = [parties()[state] for state in states if state in parties()]
    return "" if all(one.reviewed for one in known) else ", list of states unreviewed"


def holds_in(*, name: str, home: str, multistate: bool, state: str, on: date) -> bool:
    """Whether a licence as `name`, given by `home`, holds for a patient in `state` on a day.

    A licence holds in the state that gave it. Elsewhere a multistate one of a registered or practical nurse does, where
    by that day the home state gives such licences and the patient's state honors them.
    """
    if home == state:
        return True
    if not multistate or name.upper() not in COVERED:
        return False
    there, here = parties().get(home), parties().get(state)
    gives = there is not None and there.gives_from is not None and there.gives_from <= on
    return gives and here is not None and here.honors_from is not None and here.honors_from <= on


def refusal(*, name: str, home: str, on: date) -> str:
    """Return why a licence cannot be a multistate one, in a sentence; "" when it can."""
    if name.upper() not in COVERED:
        return f"The compact covers RN and LPN/LVN licences; a licence as {name} holds in its own state only."
    there = parties().get(home)
    if there is None:
        return f"{home} is not in the Nurse Licensure Compact; a licence it gives holds in {home} only."
    if there.gives_from is None or there.gives_from > on:
        day = there.gives_from
        since = f" before {day:%B} {day.day}, {day.year}" if day else " yet"
        return f"{there.name} gives no multistate licence{since}; record it as a single-state licence."
    return ""
