"""How a command refuses: one sentence for the person at the keyboard, no traceback, exit code 2."""


class CommandRefused(Exception):
    """The command cannot do what was asked; the message is one sentence that says what to mend."""
