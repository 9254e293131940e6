"""Phones in any form people type to one form machines keep (ITU-T E.164), and back."""

import re
from functools import lru_cache

import phonenumbers

_EXTENSION = re.compile(r"\s*(?:ext\.?|extension|x|#)\s*(\d{1,8})\s*$", re.IGNORECASE)


# A number of the North American plan as nearly all of them are written: the library reads it no other way, at forty
# times the time (tests/test_rules.py holds the two against each other).
_PLAIN = re.compile(r"(?:\+?1[ .-]?)?(?:\(([2-9][0-9]{2})\) ?|([2-9][0-9]{2})[ .-]?)([2-9][0-9]{2})[ .-]?([0-9]{4})")


@lru_cache(maxsize=20_000)
def read_phone(text: str, region: str = "US") -> tuple[str, str]:
    """Return (E.164, extension) of a phone in any form; ("", "") when it cannot be a phone number.

    A number is accepted when its length is possible in its country: reserved numbers such as 555 are kept.
    """
    if region == "US" and (plain_number := _PLAIN.fullmatch(text)):
        return f"+1{''.join(filter(None, plain_number.groups()))}", ""
    return parse_phone(text, region)


def parse_phone(text: str, region: str) -> tuple[str, str]:
    """Return what `read_phone` does, by the library's own reading."""
    found = _EXTENSION.search(text)
    extension = found[1] if found else ""
    plain = text[: found.start()] if found else text
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return "", ""
    if not phonenumbers.is_possible_number(number):
        return "", ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), extension


@lru_cache(maxsize=20_000)
def show_phone(value: str, region: str = "US") -> str:
    """Return a kept phone as people read it: (555) 123-4567 at home, +52 55 1234 5678 from abroad."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return value
    home = number.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def phone_digits(e164: str) -> tuple[str, str]:
    """Return (national digits, all digits) of an E.164 number; both the plain digits when it is not one."""
    digits = re.sub(r"\D", "", e164)
    if e164.startswith("+1") and len(digits) == 11:
        return digits[1:], digits
    return digits, digits
