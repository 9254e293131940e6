"""The life of a document, as a table."""

from collections.abc import Mapping

from throughline.foundation.kernel.actions import Refusal

DRAFTED, SIGNED, SENT, DELIVERED, FAILED, RECALLED = "drafted", "signed", "sent", "delivered", "failed", "recalled"
WORDS: Mapping[str, str] = {
    DRAFTED: "drafted",
    SIGNED: "signed",
    SENT: "sent",
    DELIVERED: "delivered",
    FAILED: "not delivered",
    RECALLED: "recalled",
}

# act -> (states it may start from, state it leads to; "" keeps the state)
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "revise": (frozenset({DRAFTED}), ""),
    "sign": (frozenset({DRAFTED}), SIGNED),
    "send": (frozenset({SIGNED, SENT, DELIVERED, FAILED, RECALLED}), SENT),
    "leave": (frozenset({SENT, DELIVERED, RECALLED, FAILED}), ""),
    "hand-over": (frozenset({SIGNED, SENT, DELIVERED, FAILED, RECALLED}), DELIVERED),
    "open": (frozenset({SENT}), DELIVERED),
    "fail": (frozenset({SENT, DELIVERED}), FAILED),
    "recall": (frozenset({SENT}), RECALLED),
    "discard": (frozenset({DRAFTED, SIGNED}), RECALLED),
}
ACT_WORDS: Mapping[str, str] = {
    "draft": "drafted",
    "revise": "changed",
    "sign": "signed",
    "send": "put in the outbox",
    "leave": "left the outbox",
    "hand-over": "handed over",
    "open": "opened by the recipient",
    "fail": "came back",
    "recall": "recalled",
    "discard": "given up",
}
# How a document reaches somebody without our sending it: key -> (words of the button, words of the story)
WAYS: Mapping[str, tuple[str, str]] = {
    "mail": ("Printed and mailed", "Printed and mailed"),
    "hand": ("Printed and handed over", "Printed and handed over"),
    "fax": ("Printed and faxed", "Printed and faxed with a cover sheet"),
    "read": ("Read out on the phone", "Read out on the phone"),
    "download": ("Downloaded and passed on", "Downloaded and passed on"),
}


class UnableToMoveDocument(Refusal):
    """The document's state does not allow the act."""


def apply(state: str, act: str) -> str:
    """Return the state `act` leads to from `state`. Raises UnableToMoveDocument when the table does not allow it."""
    allowed, after = TRANSITIONS[act]
    if state not in allowed:
        raise UnableToMoveDocument(_why(state, act))
    return after or state


def _why(state: str, act: str) -> str:
    if state == DRAFTED:
        return "Sign the document first; until then it is a draft and goes nowhere."
    if act in ("revise", "sign", "discard"):
        return f"This document is {WORDS[state]} and stays as it is. Draft a new one for a correction."
    return f"This document is {WORDS[state]}; it cannot be changed this way."


def may(state: str, act: str) -> bool:
    """Whether the table allows the act."""
    return state in TRANSITIONS[act][0]
