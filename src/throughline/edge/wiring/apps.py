"""Installs the reactions when Django starts."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Wiring as a Django app."""

    name = "throughline.edge.wiring"
    label = "wiring"

    def ready(self) -> None:
        """Register the table of reactions once every capability is loaded."""
        from django.utils.module_loading import autodiscover_modules

        from throughline.edge.wiring import answers
        from throughline.edge.wiring.reactions import install

        # Every capability's actions, so that each way of locating a record is known before the first act.
        autodiscover_modules("actions")
        install()
        answers.install()
