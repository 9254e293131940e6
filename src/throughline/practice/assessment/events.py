"""What assessment announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentEvent(Event):
    """Base of what happens to an assessment."""

    assessment_id: UUID
    instrument: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentStarted(AssessmentEvent):
    """Somebody began to ask."""

    kind: ClassVar[str] = "assessment.started"
    mode: str = ""

    def sentence(self) -> str:
        return f"{self.title} begun{f', {self.mode}' if self.mode else ''}."


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyFlagRaised(AssessmentEvent):
    """An answer raised a safety flag, whatever the total. `private` answers are not told in the story."""

    kind: ClassVar[str] = "assessment.safety-flag-raised"
    flag: str
    severity: str
    text: str

    def sentence(self) -> str:
        return f"Safety flag in {self.title}: {self.text}."


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentSigned(AssessmentEvent):
    """It is signed: from now on nothing in it changes."""

    kind: ClassVar[str] = "assessment.signed"
    score: str = ""
    band: str = ""
    positive: bool | None = None

    def sentence(self) -> str:
        said = (self.score, self.band if self.band != self.score else "")
        result = ", ".join(part.replace("_", " ") for part in said if part and self.score)
        return f"{self.title} signed{': ' if result else ''}{result}."


@dataclass(frozen=True, slots=True, kw_only=True)
class AddendumWritten(AssessmentEvent):
    """A correction was added beside a signed assessment."""

    kind: ClassVar[str] = "assessment.addendum-written"
    text: str

    def sentence(self) -> str:
        return f"Addendum to {self.title}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRaised(Event):
    """A need stands now, or new evidence joined it."""

    kind: ClassVar[str] = "assessment.need-raised"
    need_id: UUID
    text: str
    joined: bool = False

    def sentence(self) -> str:
        return f"{'New evidence for the need' if self.joined else 'Need'}: {self.text}."


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedChanged(Event):
    """A need was put into other words, or weighs more or less."""

    kind: ClassVar[str] = "assessment.need-changed"
    need_id: UUID
    text: str
    fields: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"Need changed ({', '.join(self.fields)}): {self.text}."


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedClosed(Event):
    """A need was met, declined by the patient, or withdrawn."""

    kind: ClassVar[str] = "assessment.need-closed"
    need_id: UUID
    text: str
    status: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Need {self.status}: {self.text}.{f' {self.reason}' if self.reason else ''}"
