"""Installs the runtime of actions when Django starts."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access as a Django app."""

    name = "throughline.foundation.access"
    label = "access"

    def ready(self) -> None:
        """Make the database runtime the one that carries out actions."""
        from throughline.foundation.access.runtime import DatabaseRuntime
        from throughline.foundation.kernel.actions import install

        install(DatabaseRuntime())
