"""What access shows to others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.foundation.kernel.time import zone_words
from throughline.foundation.kernel.viewer import Viewer

__all__ = ["DEMO_PASSWORD", "Account", "DemoAccount", "RoleHeld", "Viewer"]

# Published on purpose (README, sign-in page): it opens accounts marked as demonstration only, and doctor complains.
DEMO_PASSWORD = "demo-morning-rounds"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demonstration account, as the sign-in page offers it: its user name, whose it is, and the roles held."""

    username: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """One role at one site, with what it allows in words."""

    key: str
    title: str
    site: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A viewer's own account."""

    name: str
    username: str
    email: str
    time_zone: str
    roles: tuple[RoleHeld, ...]
    teams: tuple[str, ...]
    second_factor: bool

    @property
    def zone_words(self) -> str:
        """What people call the time zone."""
        return zone_words(self.time_zone)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role a user holds at a site."""

    role: str
    title: str
    site_id: UUID
    site: str
    since: datetime


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as an administrator sees her, with the roles and teams at the administrator's sites."""

    id: UUID
    name: str
    username: str
    email: str
    active: bool
    last_sign_in: datetime | None
    second_factor: bool
    grants: tuple[GrantRow, ...]
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as an administrator sees it."""

    id: UUID
    key: str
    name: str
    kind: str
    time_zone: str
    users: int
    teams: int

    @property
    def zone_words(self) -> str:
        """What people call the time zone."""
        return zone_words(self.time_zone)


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team and its members now: (user id, name)."""

    id: UUID
    name: str
    members: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """An emergency opening. `patient_name` is empty when the reviewer may not see the patient."""

    id: UUID
    patient_id: UUID
    patient_name: str
    opened_by: str
    opened_by_id: UUID | None
    opened_at: datetime
    expires_at: datetime
    reason_title: str
    reason: str
    reviewed_at: datetime | None
    reviewed_by: str
    justified: bool | None
    finding: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the audit as a reviewer reads it."""

    at: datetime
    kind: str
    what: str
    who: str
    actor_id: UUID | None
    patient_id: UUID | None
    patient_name: str
    purpose: str
    why: str


@dataclass(frozen=True, slots=True)
class AuditRows:
    """A page of the audit, and where older lines begin (None: that was all)."""

    rows: tuple[AuditRow, ...]
    older: tuple[datetime, UUID] | None
