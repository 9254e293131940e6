"""Installs the reactions when Django starts."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Wiring as a Django app."""

    name = "throughline.edge.wiring"
    label = "wiring"

    def ready(self) -> None:
        """Register the table of reactions once every capability is loaded."""
        from throughline.edge.wiring.reactions import install

        install()
