"""The form of a user's own settings."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.foundation.access import rules
from throughline.foundation.journal.rules import LONGEST_SECONDS, USUAL_SECONDS
from throughline.foundation.ui.shortcuts import SINGLE

KEY = "key_"
WAYS = ("%H:%M", "%I:%M %p", "%I %p", "%I:%M%p", "%I%p")


def _time(text: str) -> time:
    """Return a time written as 16:30, 4:30 PM or 4 pm. Raises ValueError."""
    for way in WAYS:
        with suppress(ValueError):
            return datetime.strptime(text, way).replace(tzinfo=UTC).time()  # a time of day: the zone falls away
    raise ValueError(text)


class SettingsForm(forms.Form):
    """Keys, outbox and digest."""

    keys_off = forms.BooleanField(
        required=False, label=_("Switch single keys off"), help_text=_("Ctrl keys, arrows, Enter and Esc stay.")
    )
    outbox_seconds = forms.IntegerField(
        min_value=0,
        max_value=LONGEST_SECONDS,
        label=_("Seconds in the outbox"),
        help_text=_("How long what you send waits before it leaves: 0 to 60. You can take it back meanwhile."),
    )
    digest = forms.CharField(
        required=False,
        label=_("Digest at"),
        help_text=_("Up to four times such as 12:00, 16:00. Empty: no digest. It is a row on Today; nothing pops up."),
    )

    def __init__(self, data: Any = None, *, preferences: Mapping[str, Any]) -> None:
        moved = preferences.get("keys") or {}
        initial = {
            "keys_off": bool(preferences.get("keys_off")),
            "outbox_seconds": preferences.get("outbox_seconds", USUAL_SECONDS),
            "digest": ", ".join(f"{at:%H:%M}" for at in rules.digest_times(preferences)),
        }
        super().__init__(data, initial=initial)
        for act, (usual, words) in SINGLE.items():
            field = forms.CharField(max_length=1, label=words, initial=moved.get(act, usual))
            field.widget.attrs |= {"class": "w-s", "autocapitalize": "none", "autocomplete": "off"}
            self.fields[KEY + act] = field

    def clean_digest(self) -> tuple[time, ...]:
        """Return the times entered."""
        parts = [part.strip() for part in self.data.get("digest", "").split(",")]
        try:
            return tuple(_time(part) for part in parts if part)
        except ValueError as wrong:
            raise forms.ValidationError(_("Enter times such as 12:00, 4:30 PM.")) from wrong

    def settings(self) -> dict[str, Any]:
        """Return what `keep_settings` takes."""
        sent = self.cleaned_data
        return {
            "keys": {act: sent[KEY + act] for act in SINGLE},
            "keys_off": sent["keys_off"],
            "outbox_seconds": sent["outbox_seconds"],
            "digest": sent["digest"],
        }
