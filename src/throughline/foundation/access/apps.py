"""Installs the runtime of actions when Django starts."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access as a Django app."""

    name = "throughline.foundation.access"
    label = "access"

    def ready(self) -> None:
        """Make the database runtime the one that carries out actions, and raise the wall on every connection."""
        from django.db.backends.signals import connection_created
        from django.db.models.signals import post_migrate, pre_migrate

        from throughline.foundation.access import queries, row_security, wall
        from throughline.foundation.access.prepared import fetch_row
        from throughline.foundation.access.runtime import DatabaseRuntime
        from throughline.foundation.journal import leaving
        from throughline.foundation.kernel.actions import install
        from throughline.foundation.kernel.reading import install_fetch

        install(DatabaseRuntime())
        install_fetch(fetch_row)
        leaving.ask_seconds(queries.outbox_seconds)
        connection_created.connect(wall.on_connection, dispatch_uid="throughline-wall")
        pre_migrate.connect(wall.before_migrate, sender=self, dispatch_uid="throughline-wall")
        post_migrate.connect(row_security.after_migrate, sender=self, dispatch_uid="throughline-wall")
