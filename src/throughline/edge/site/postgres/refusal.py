"""The one exception of the launcher and the archive: a sentence for the person at the keyboard."""


class DatabaseUnavailable(Exception):
    """The database cannot be used as asked; the message is one sentence that says what to do."""
