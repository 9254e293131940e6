"""Links that expire: the token, its hash, how long a link may live, and whether it opens now."""

import hashlib
import hmac
import re
from datetime import datetime

from throughline.foundation.kernel.actions import Refusal

LONGEST_DAYS = 90
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
STANDINGS = {
    "open": "open",
    "waiting": "opens in a moment",
    "expired": "expired",
    "revoked": "ended",
    "recalled": "recalled from the outbox",
    "consent": "the consent it rests on has ended",
}


class UnableToShare(Refusal):
    """A link that may not be made."""


def hashed(token: str) -> str:
    """Return what is kept of a token. 256 random bits need no salt: nobody can try them out."""
    return hashlib.sha256(token.encode()).hexdigest()


def looks_like_token(text: str) -> bool:
    """Whether a text could be one of our tokens; anything else needs no look into the tables."""
    return TOKEN.fullmatch(text) is not None


def same_hash(kept: str, token: str) -> bool:
    """Compare a kept hash with a token's, taking the same time whether or not they agree."""
    return hmac.compare_digest(kept, hashed(token))


def check_share(*, recipient: str, consent: str, days: int) -> None:
    """Raise UnableToShare for a link to nobody, on no consent, or for longer than 90 days."""
    if not recipient.strip():
        raise UnableToShare("Say for whom the link is: a name, or a role and where.")
    if not consent.strip():
        raise UnableToShare("Say what consent or rule allows this sharing; without one nothing is shared.")
    if not 1 <= days <= LONGEST_DAYS:
        raise UnableToShare(f"A link may live from 1 to {LONGEST_DAYS} days.")


def standing(
    *, at: datetime, opens_at: datetime, expires_at: datetime, revoked: bool, recalled: bool, consent_holds: bool
) -> str:
    """Return how the link stands at an instant: a key of STANDINGS. The reason that ended it comes first."""
    if recalled:
        return "recalled"
    if revoked:
        return "revoked"
    if not consent_holds:
        return "consent"
    if at >= expires_at:
        return "expired"
    return "open" if at >= opens_at else "waiting"
