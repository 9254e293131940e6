"""The forms of appointments: booking from a need, and another time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms

from throughline.practice.coordination.records.appointments import AppointmentIn, Provider, SlotShown
from throughline.practice.coordination.rules import appointments as rules
from throughline.practice.coordination.rules.moments import UnreadableWhen, read_when

KEEP = (("", "No"), ("practitioner", "As a practitioner"), ("organization", "As an organization"))
MINUTES = [(str(n), f"{n} min") for n in (15, 20, 30, 45, 60, 90, 120, 240)]


class SaidTime(forms.CharField):
    """A day and time as it is said: "fri 10:30"."""

    def __init__(self, *, today: date, zone: str, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.today, self.zone = today, zone

    def clean(self, value: Any) -> Any:
        """Return the instant, or None when nothing was written and nothing needed."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_when(text, today=self.today, zone=self.zone)
        except UnreadableWhen as error:
            raise forms.ValidationError(str(error)) from error


class BookingForm(forms.Form):
    """With whom, when, what for, and how she gets there. A published time fills the first three."""

    def __init__(
        self,
        data: Any,
        *,
        today: date,
        zone: str,
        providers: Mapping[str, Sequence[Provider]],
        needs: Sequence[tuple[str, str]],
        slots: Sequence[SlotShown],
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.slots, self.zone = slots, zone
        said = "fri 10:30, 3/14 2 pm, +3d 9:00"
        self.fields["slot"] = forms.ChoiceField(
            required=False, choices=[("", "")] + [(str(s.id), s.when) for s in slots], label="Published time"
        )
        who = [("", "Choose"), *((group, [_choice(p) for p in rows]) for group, rows in providers.items() if rows)]
        self.fields["who"] = forms.ChoiceField(required=False, choices=who, label="With")
        self.fields["other"] = forms.CharField(required=False, max_length=250, label="Or somebody else, by name")
        self.fields["keep"] = forms.ChoiceField(required=False, choices=KEEP, label="Keep in the directory")
        self.fields["when"] = SaidTime(
            today=today, zone=zone, required=False, label="When", help_text=f"Such as {said}"
        )
        self.fields["minutes"] = forms.ChoiceField(choices=MINUTES, initial="30", label="How long")
        self.fields["what"] = forms.CharField(max_length=200, label="What", initial="Visit")
        self.fields["kind"] = forms.ChoiceField(choices=list(rules.KINDS.items()), label="Kind")
        self.fields["need"] = forms.ChoiceField(
            required=False, choices=[("", "None in particular"), *needs], label="Serves the need"
        )
        self.fields["transport"] = forms.ChoiceField(
            required=False, choices=list(rules.TRANSPORT.items()), label="How the patient gets there"
        )
        self.fields["pick_up"] = SaidTime(
            today=today, zone=zone, required=False, label="Ride picks up", help_text="Day and time, if it is set"
        )
        self.fields["interpreter"] = forms.ChoiceField(
            required=False, choices=list(rules.INTERPRETER.items()), label="Interpreter"
        )
        self.fields["bring"] = forms.CharField(
            required=False, max_length=300, label="What to bring", help_text="Empty: medicine list, card, questions"
        )
        self.fields["place"] = forms.CharField(
            required=False, max_length=300, label="Place", help_text="Empty: the address in the directory"
        )
        self.fields["phone"] = forms.CharField(required=False, max_length=40, label="Phone")
        self.fields["proposed"] = forms.BooleanField(required=False, label="Only proposed: not confirmed yet")
        self.fields["when"].widget.attrs |= {"autocomplete": "off", "placeholder": "fri 10:30"}
        # Published times stand first: focus further down would scroll them out of a low screen.
        self.fields["who"].widget.attrs |= {"autofocus": self.is_bound or not slots, "data-key": "w"}

    @property
    def first_fields(self) -> list[Any]:
        """What is asked of everybody."""
        return [self[name] for name in ("who", "when", "other", "keep", "minutes", "what", "kind", "need")]

    @property
    def more_fields(self) -> list[Any]:
        """What is asked when it matters."""
        names = ("transport", "pick_up", "interpreter", "bring", "place", "phone", "proposed")
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        """Check that somebody is met at some time; a published time says both."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("slot"):
            if not cleaned.get("who") and not cleaned.get("other"):
                self.add_error("who", "Choose whom the appointment is with, or write the name beside.")
            if not cleaned.get("when") and "when" not in self.errors:
                self.add_error("when", "Write a day and a time, or choose a published time.")
        return cleaned

    def span(self) -> tuple[datetime, datetime]:
        """Return from when to when the appointment is, once the form is valid."""
        data = self.cleaned_data
        for slot in self.slots:
            if str(slot.id) == data["slot"]:
                return slot.starts_at, slot.ends_at
        starts_at: datetime = data["when"]
        return starts_at, starts_at + timedelta(minutes=int(data["minutes"]))

    def who(self) -> tuple[str, UUID | None]:
        """Return what sort of provider was chosen and its identifier."""
        kind, _, key = (self.cleaned_data["who"] or "").partition(":")
        return kind, UUID(key) if key else None

    def appointment(self) -> AppointmentIn:
        """Return the appointment as it was filled in."""
        data = self.cleaned_data
        starts_at, ends_at = self.span()
        kind, key = ("", None) if data["slot"] else self.who()
        return AppointmentIn(
            what=data["what"],
            starts_at=starts_at,
            ends_at=ends_at,
            kind=data["kind"],
            with_user_id=key if kind == "user" else None,
            practitioner_id=key if kind == "practitioner" else None,
            organization_id=key if kind == "organization" else None,
            provider="" if data["slot"] or key else data["other"],
            place=data["place"],
            phone=data["phone"],
            need_id=UUID(data["need"]) if data["need"] else None,
            slot_id=UUID(data["slot"]) if data["slot"] else None,
            transport=data["transport"],
            transport_at=data["pick_up"],
            interpreter=data["interpreter"],
            bring=data["bring"],
            proposed=data["proposed"],
            keep=data["keep"],
        )


def _choice(provider: Provider) -> tuple[str, str]:
    return provider.key, provider.name + (f" ({provider.role})" if provider.role else "")


class MoveForm(forms.Form):
    """Another time and why."""

    def __init__(self, data: Any, *, today: date, zone: str, minutes: int) -> None:
        super().__init__(data)
        self.fields["when"] = SaidTime(
            today=today, zone=zone, label="New day and time", help_text="Such as fri 10:30, 3/14 2 pm, +3d 9:00"
        )
        lengths = (
            MINUTES if (str(minutes), f"{minutes} min") in MINUTES else [*MINUTES, (str(minutes), f"{minutes} min")]
        )
        self.fields["minutes"] = forms.ChoiceField(choices=lengths, initial=str(minutes), label="How long")
        self.fields["reason"] = forms.CharField(required=False, max_length=300, label="Why")
        self.fields["when"].widget.attrs |= {"autofocus": True, "autocomplete": "off"}

    def span(self) -> tuple[datetime, datetime]:
        """Return the new start and end, once the form is valid."""
        starts_at: datetime = self.cleaned_data["when"]
        return starts_at, starts_at + timedelta(minutes=int(self.cleaned_data["minutes"]))
