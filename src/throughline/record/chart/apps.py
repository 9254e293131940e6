"""The chart as a Django app."""

from django.apps import AppConfig


class ChartConfig(AppConfig):
    """Registers the chart's actions and the locators they need."""

    name = "throughline.record.chart"
    label = "chart"

    def ready(self) -> None:
        """Load the actions, which register themselves."""
        from throughline.record.chart import actions  # noqa: F401
