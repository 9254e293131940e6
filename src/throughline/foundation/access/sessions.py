"""Signing a user out everywhere."""

from importlib import import_module
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings


def end_sessions(user_id: UUID) -> int:
    """End every session of the user and return how many there were."""
    engine = import_module(settings.SESSION_ENGINE)
    sessions = UserSession.objects.filter(user_id=user_id)
    for key in sessions.values_list("session_key", flat=True):
        engine.SessionStore(key).delete()
    ended: int = sessions.delete()[0]
    return ended
