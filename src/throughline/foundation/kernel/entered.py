"""Reads what a form sends where the browser's own field may have been passed by."""

import re
from datetime import date
from uuid import UUID

from throughline.foundation.kernel.actions import Refusal


def entered_day(text: str) -> date | None:
    """Return the day of a date field, None for an empty one. Raises Refusal for what is no day."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as wrong:
        raise Refusal("Write the day as year-month-day, such as 2027-03-14.") from wrong


def entered_id(text: str, otherwise: str = "Choose from the list.") -> UUID:
    """Return the identifier a choice sends. Raises Refusal with the sentence `otherwise` for what is none."""
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Refusal(otherwise) from wrong


def entered_number(text: str, otherwise: int) -> int:
    """Return the whole number of a field, `otherwise` for an empty one. Raises Refusal for what is no count."""
    if not text.strip():
        return otherwise
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise Refusal("Write a whole number, such as 14.")
    return int(text)
