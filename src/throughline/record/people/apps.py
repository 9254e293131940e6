"""People as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers how a patient leads to her site, which every action on her record needs."""

    name = "throughline.record.people"
    label = "people"

    def ready(self) -> None:
        """Load the actions, which register themselves and the locator of `patient_id`."""
        from throughline.record.people import actions  # noqa: F401
