"""What intake announces."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralReceived(Event):
    """Somebody asked that a patient be taken up."""

    kind: ClassVar[str] = "intake.referral-received"
    referral_id: UUID
    source: str
    reason: str
    identified_on: date

    def sentence(self) -> str:
        return f"Referral received from {self.source}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralScreened(Event):
    """The programme's criteria were held against the facts."""

    kind: ClassVar[str] = "intake.referral-screened"
    referral_id: UUID
    programme: str
    result: str

    def sentence(self) -> str:
        words = {"met": "met", "not-met": "not met", "unknown": "not known to be met"}[self.result]
        return f"Screened for {self.programme}: entry criteria {words}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDecided(Event):
    """The referral was answered: enrolled, declined or a duplicate."""

    kind: ClassVar[str] = "intake.referral-decided"
    referral_id: UUID
    decision: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Referral {self.decision}." + (f" {self.reason}" if self.reason else "")
