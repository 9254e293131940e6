"""What cases announce."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event
from throughline.record.cases.scopes import words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A patient was taken up; `identified_on` is the day she was found, which starts the assessment clocks."""

    kind: ClassVar[str] = "cases.case-opened"
    programme: str
    source: str
    identified_on: date
    programme_key: str = ""

    def sentence(self) -> str:
        return f"Case opened for {self.programme}; identified {self.identified_on:%b %-d, %Y} by {self.source}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecorded(Event):
    """The patient agreed to something, or did not."""

    kind: ClassVar[str] = "cases.consent-recorded"
    scope: str
    decision: str
    method: str
    given_by: str

    def sentence(self) -> str:
        return f"Consent to {words_of(self.scope)} {self.decision} by {self.given_by}, {self.method}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    """A consent given before no longer holds."""

    kind: ClassVar[str] = "cases.consent-withdrawn"
    scope: str
    withdrawn_by: str

    def sentence(self) -> str:
        return f"Consent to {words_of(self.scope)} withdrawn by {self.withdrawn_by}."


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned(Event):
    """The case has an owner, another owner, or a team to find one."""

    kind: ClassVar[str] = "cases.case-assigned"
    owner_id: UUID | None
    owner_name: str
    previous_owner_id: UUID | None = None
    reason: str = ""

    def sentence(self) -> str:
        return f"Case assigned to {self.owner_name}." + (f" {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePaused(Event):
    """Work rests until a day, for a reason."""

    kind: ClassVar[str] = "cases.case-paused"
    until: date
    reason: str

    def sentence(self) -> str:
        return f"Case paused until {self.until:%b %-d, %Y}: {self.reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResumed(Event):
    """Work goes on."""

    kind: ClassVar[str] = "cases.case-resumed"

    def sentence(self) -> str:
        return "Case resumed."


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """The case ended, with its reason and what was reached."""

    kind: ClassVar[str] = "cases.case-closed"
    reason: str
    summary: str

    def sentence(self) -> str:
        return f"Case closed: {self.reason}. {self.summary}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Event):
    """A closing was taken back."""

    kind: ClassVar[str] = "cases.case-reopened"
    reason: str

    def sentence(self) -> str:
        return f"Case reopened: {self.reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled(Event):
    """The case joined a programme."""

    kind: ClassVar[str] = "cases.enrolled"
    programme: str

    def sentence(self) -> str:
        return f"Enrolled in {self.programme}."


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatMattersRecorded(Event):
    """The patient said what matters to her."""

    kind: ClassVar[str] = "cases.what-matters-recorded"
    words: str
    language: str

    def sentence(self) -> str:
        return f"What matters to me: “{self.words}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(Event):
    """Somebody wrote something down."""

    kind: ClassVar[str] = "cases.note-written"
    note_id: UUID
    text: str

    def sentence(self) -> str:
        return f"Note: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWithdrawn(Event):
    """A note was taken back by its author; what it said stays in the story above."""

    kind: ClassVar[str] = "cases.note-withdrawn"
    note_id: UUID
    text: str

    def sentence(self) -> str:
        return f"Note taken back, written by mistake: {self.text}"
