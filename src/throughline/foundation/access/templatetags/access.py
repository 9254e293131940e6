"""What the sign-in page shows besides its form."""

from django import template

from throughline.foundation.access.queries import demo_accounts
from throughline.foundation.access.records import DEMO_PASSWORD

register = template.Library()


@register.inclusion_tag("access/_demo.html")
def demonstration() -> dict[str, object]:
    """Show the demonstration's accounts and their published password; nothing in an installation without them."""
    return {"accounts": demo_accounts(), "password": DEMO_PASSWORD}
