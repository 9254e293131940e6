"""The look as a part of Django: the words in which every form says what to do."""

from django import forms
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Says how to mend a field instead of naming what it is not."""

    name = "throughline.foundation.ui"

    def ready(self) -> None:
        """Put our sentences in the place of Django's."""
        for kind, sentences in (
            (forms.Field, {"required": _("Fill this in.")}),
            (forms.ChoiceField, {"required": _("Choose one.")}),
            (forms.DateField, {"invalid": _("Enter a date such as 03/14/2026.")}),
            (forms.SlugField, {"invalid": _("Use letters without accents, digits, - and _ only.")}),
            (forms.TimeField, {"invalid": _("Enter a time such as 2:30 PM.")}),
        ):
            kind.default_error_messages = {**getattr(kind, "default_error_messages", {}), **sentences}
