"""What access shows to others."""

from dataclasses import dataclass

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
