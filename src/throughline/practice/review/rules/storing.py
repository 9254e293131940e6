"""What is kept of a look as plain values, and back."""

from collections.abc import Mapping
from typing import Any

from throughline.practice.review.records import Checked, Evidence, Reason


def stored_evidence(one: Evidence) -> dict[str, Any]:
    """A fact as it is kept beside a sentence."""
    return {"kind": one.kind, "id": one.id, "words": one.words[:300], "at": one.at.isoformat() if one.at else ""}


def stored_reason(reason: Reason) -> dict[str, Any]:
    """A reason with the version of its check and the facts it rests on."""
    return {
        "check": reason.check,
        "says": reason.says,
        "citation": reason.citation,
        "standing": reason.standing,
        "version": reason.version,
        "evidence": [stored_evidence(one) for one in reason.evidence],
    }


def stored_check(one: Checked) -> dict[str, Any]:
    """A check that is no gap."""
    return {
        "check": one.check,
        "title": one.title,
        "status": one.status,
        "words": one.words,
        "until": one.until.isoformat() if one.until else "",
        "evidence": [stored_evidence(shown) for shown in one.evidence],
    }


def stored_remedy(remedy: Mapping[str, Any]) -> dict[str, Any]:
    """A remedy as plain values."""
    return dict(remedy)
