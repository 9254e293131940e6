"""The addresses other programs read: invitations and private calendar feeds."""
