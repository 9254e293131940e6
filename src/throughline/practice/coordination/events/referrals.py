"""What referrals out announce."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralEvent(Event):
    """Base of what happens to a referral out."""

    referral_out_id: UUID
    service: str
    to_name: str
    need_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDrafted(ReferralEvent):
    """Somebody prepared a referral."""

    kind: ClassVar[str] = "coordination.referral-drafted"

    def sentence(self) -> str:
        """Return what was prepared and for whom."""
        return f"Referral prepared: {self.service}, to {self.to_name}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralMoved(ReferralEvent):
    """A referral took a step: sent, accepted, declined, scheduled, missed, attended, reported, closed, cancelled."""

    kind: ClassVar[str] = "coordination.referral-moved"
    act: str
    state: str
    words: str
    note: str = ""

    def sentence(self) -> str:
        """Return the step and its note."""
        said = f"Referral, {self.service}, {self.to_name}: {self.words.lower()}."
        return f"{said} {self.note}" if self.note else said


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientActed(ReferralEvent):
    """The patient said whether she acted on a referral."""

    kind: ClassVar[str] = "coordination.patient-acted"
    acted: bool
    words: str = ""

    def sentence(self) -> str:
        """Return what she said."""
        did = "acted on it" if self.acted else "did not act on it"
        return f"Referral, {self.service}: the patient {did}." + (f" “{self.words}”" if self.words else "")
