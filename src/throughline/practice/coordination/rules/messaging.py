"""What a message must have, and what may be said of it outside the record: never anything of health. Pure."""

from throughline.foundation.kernel.actions import Refusal

LONGEST = 4000


class UnableToWrite(Refusal):
    """The message cannot be sent this way."""


def check_message(*, text: str, subject: str = "-", to: int = 1) -> None:
    """Raise UnableToWrite without words, a subject or anybody to read it, or beyond 4000 characters."""
    if not subject.strip():
        raise UnableToWrite("Say in a few words what it is about.")
    if not text.strip():
        raise UnableToWrite("Write the message.")
    if len(text) > LONGEST:
        raise UnableToWrite(f"Keep it under {LONGEST} characters; send a document for more.")
    if not to:
        raise UnableToWrite("Choose who should read it.")


def notification(count: int) -> str:
    """Return what a count, a toast or a text on a phone may say: how many wait, never of whom or about what."""
    if not count:
        return "No unread messages"
    return f"{count} unread {'message' if count == 1 else 'messages'}"


def outbox_words() -> str:
    """Return how a leaving message is named in the outbox: its subject may name an illness, so it is left out."""
    return "Message to a member of the care team"
