"""What of a chart is current. Resolved, stopped and refuted facts stay on record and are shown when asked for."""

from datetime import datetime

_ERROR = "entered-in-error"
_CONDITION = frozenset({"", "active", "recurrence", "relapse"})
_MEDICINE = frozenset({"active", "on-hold", "unknown", "intended"})
_PLAN = frozenset({"active", "on-hold", "draft", "unknown", "proposed", "planned", "accepted", ""})


def is_void(status: str, verification: str = "") -> bool:
    """Whether a fact was entered in error; it is shown nowhere but in its history."""
    return _ERROR in (status, verification)


def is_current(kind: str, status: str, verification: str, until: datetime | None, at: datetime) -> bool:
    """Whether a fact of this kind holds at `at` by what its source says of it."""
    if is_void(status, verification) or verification == "refuted":
        return False
    ended = until is not None and until <= at
    if kind in ("condition", "allergy"):
        return status in _CONDITION and not ended
    if kind == "medication":
        return status in _MEDICINE and not ended
    if kind in ("outsideplan", "outsidegoal", "outsideteam", "coverage"):
        return status in _PLAN and not (ended and kind != "outsidegoal")
    return True
