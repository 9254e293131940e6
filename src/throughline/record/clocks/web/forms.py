"""Forms of clocks: local times that exist, reasons, and the facts a rule asks for."""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any

from django import forms

from throughline.record.clocks.records import ClockError, ClockRule, Input
from throughline.record.clocks.rules import inputs, moments, notices

# Facts that have an act of their own, or that say what the part is.
NOT_ASKED = frozenset({"part", "met", "cancelled", "attempts", "extended", "extension_noticed", "paused", "resumed"})


class LocalTime(forms.Field):
    """A local date and time of a zone; refuses one the change of clocks skips, and asks which one if it comes twice."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, zone: tzinfo, **options: Any) -> None:
        super().__init__(**options)
        self.zone = zone

    def prepare_value(self, value: Any) -> Any:
        """The value as the browser's field wants it."""
        return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """The instant entered. Raises ValidationError with the engine's own sentence."""
        if not value:
            return None
        try:
            return moments.first_instant(moments.read(str(value), self.zone), self.zone)
        except ClockError as error:
            raise forms.ValidationError(str(error)) from error


class ActForm(forms.Form):
    """A time and a reason, as an act needs them."""

    def __init__(self, data: Any, *, zone: tzinfo, now: datetime, when: str, reason: str, must: bool) -> None:
        super().__init__(data)
        if when:
            self.fields["when"] = LocalTime(zone, label=when, initial=now)
        if reason:
            self.fields["reason"] = forms.CharField(
                label=reason, required=must, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
            )


class DeliveryForm(forms.Form):
    """How a notice was delivered, with what must be on file for the way chosen."""

    def __init__(self, data: Any, *, notice: notices.Notice, zone: tzinfo, now: datetime) -> None:
        super().__init__(data)
        self.notice = notice
        ways = [(one.key, one.title) for one in notice.deliveries]
        self.fields["way"] = forms.ChoiceField(label="How", choices=ways, widget=forms.RadioSelect)
        self.fields["when"] = LocalTime(zone, label="When", initial=now)
        for name, label in notices.FIELDS.items():
            self.fields[name] = forms.CharField(label=label, required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """The cleaned facts, with `how` as it is kept."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "way" in cleaned:
            try:
                cleaned["how"] = notices.delivered(self.notice, cleaned["way"], cleaned)
            except ClockError as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned


class StartForm(forms.Form):
    """What a rule is counted from: its start, and the facts it asks for."""

    def __init__(self, data: Any, *, rule: ClockRule, zone: tzinfo, given: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.rule, self.zone = rule, zone
        self.fields["start_day"] = forms.DateField(
            label=rule.start_label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
        self.fields["start_time"] = forms.TimeField(
            label="Time, if hours are counted",
            required=False,
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        )
        self.fields["twice"] = forms.ChoiceField(
            label="If the clocks go back in that hour",
            required=False,
            choices=[("", "It comes once"), ("0", "The first time"), ("1", "The second time")],
        )
        if len(rule.parts) > 1:
            parts = [("", "As the facts say"), *((part.name, part.title) for part in rule.parts)]
            self.fields["part"] = forms.ChoiceField(label="Which deadline", required=False, choices=parts)
        for asked in rule.inputs.values():
            if asked.name not in NOT_ASKED:
                self.fields[f"fact_{asked.name}"] = _field(asked, zone, (given or {}).get(asked.name))

    def clean(self) -> dict[str, Any]:
        """The cleaned facts, with `start` as text and `facts` by the rule's own names."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "start_day" in cleaned:
            try:
                cleaned["start"] = self._start(cleaned)
            except ClockError as error:
                raise forms.ValidationError(str(error)) from error
        cleaned["facts"] = {
            name.removeprefix("fact_"): inputs.write(value)
            for name, value in cleaned.items()
            if name.startswith("fact_") and value not in (None, "")
        }
        return cleaned

    def _start(self, cleaned: Mapping[str, Any]) -> str:
        day: date = cleaned["start_day"]
        at: time | None = cleaned.get("start_time")
        if at is None:
            return day.isoformat()
        naive = datetime.combine(day, at)
        if cleaned.get("twice"):
            return naive.replace(tzinfo=self.zone, fold=int(cleaned["twice"])).isoformat()
        return moments.local(naive, self.zone, "start").isoformat()


class CorrectForm(StartForm):
    """The same facts of a clock that runs, with the reason for putting them right."""

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["reason"] = forms.CharField(
            label="Why it is corrected", widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
        )


class ReviewForm(forms.Form):
    """What a reviewer checked."""

    changed = forms.CharField(
        label="What changed, or against which text you checked it", widget=forms.Textarea(attrs={"rows": 3})
    )


def _field(asked: Input, zone: tzinfo, value: Any) -> forms.Field:
    label = asked.words[:1].upper() + asked.words[1:]
    initial = asked.default if value is None else value
    options: dict[str, Any] = {"label": label, "required": asked.required, "initial": initial}
    if asked.type == "flag":
        initial = {True: "true", False: "false"}.get(initial, initial)
        choices = [("", "Not known"), ("true", "Yes"), ("false", "No")]
        return forms.ChoiceField(**{**options, "initial": initial}, choices=choices)
    if asked.type == "choice":
        words = sorted(set(map(str, asked.choices.values())))
        return forms.ChoiceField(**options, choices=[("", "Not known"), *((one, one) for one in words)])
    if asked.type == "number":
        return forms.IntegerField(**options, min_value=asked.least, max_value=asked.most)
    if asked.type == "date":
        return forms.DateField(**options, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if asked.type == "moment":
        return LocalTime(zone, **{**options, "initial": _as_local(value, zone)})
    return forms.CharField(**options, max_length=200)


def _as_local(value: Any, zone: tzinfo) -> Any:
    """A kept moment for a browser's field: a day begins at midnight."""
    if not value:
        return None
    return moments.first_instant(moments.read(str(value), zone), zone)
