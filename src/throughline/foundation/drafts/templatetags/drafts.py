"""Template words of drafts: which version of a field was seen, and who else is writing here."""

from typing import Any
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from throughline.foundation.drafts import rules
from throughline.foundation.drafts.records import Key

register = template.Library()


@register.simple_tag
def seen(field: str, value: Any) -> SafeString:
    """Return the hidden field that says which version of `field` this form was made from."""
    version = rules.version_of("" if value is None else str(value))
    return format_html('<input type="hidden" name="seen" value="{}:{}">', field, version)


@register.inclusion_tag("drafts/_presence.html")
def presence(form: str, argument: str, value: UUID, words: str, within: str = "") -> dict[str, Any]:
    """Return the line that says who else is editing `words` here, asked every 20 seconds; the asking says "I too".

    `within` is the key of a larger place, where colleagues are told that somebody edits this part of it.
    """
    return {"key": str(Key(form, argument, value)), "words": words, "within": within, "watch": False}


@register.inclusion_tag("drafts/_presence.html")
def watching(form: str, argument: str, value: UUID, words: str) -> dict[str, Any]:
    """Return the same line for who only reads here: she sees who is editing, and is not said to be."""
    return {"key": str(Key(form, argument, value)), "words": words, "within": "", "watch": True}
