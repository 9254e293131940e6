"""The National Provider Identifier: ten digits, the last a check digit (45 CFR 162.406; Luhn, prefix 80840). Pure."""

import re

_PREFIX = "80840"


def read_npi(text: str) -> str:
    """Return the digits of an NPI as typed, "" for nothing; blanks and dashes between them are left out."""
    return re.sub(r"[\s.\-]", "", text)


def wrong_with_npi(npi: str) -> str:
    """Return what is wrong with an NPI in a sentence, "" when it is sound or blank."""
    if not npi:
        return ""
    if not re.fullmatch(r"\d{10}", npi):
        return "An NPI has ten digits."
    if npi[0] not in "12":
        return "An NPI begins with 1 or 2."
    return "" if _luhn(_PREFIX + npi) % 10 == 0 else "The check digit does not fit: look at the NPI again."


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total
