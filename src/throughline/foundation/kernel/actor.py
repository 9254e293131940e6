"""Who acts: a person, the system on a schedule, or another system over an interface."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """What sort of author a write has."""

    PERSON = "person"
    SYSTEM = "system"
    INTEGRATION = "integration"


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a write. `permissions` maps a site to what the actor may do there.

    `user_id` is None for the system itself, which may do everything and is named in every row it writes.
    """

    user_id: UUID | None
    name: str
    kind: ActorKind = ActorKind.PERSON
    permissions: Mapping[UUID, frozenset[str]] = field(default_factory=dict, hash=False, compare=False)

    @property
    def is_system(self) -> bool:
        """True for the system's own scheduled work, which no permission table restricts."""
        return self.kind is ActorKind.SYSTEM

    def may(self, permission: str, site_id: UUID | None) -> bool:
        """Whether the actor holds `permission` at the site; with no site, at any site."""
        if self.is_system:
            return True
        if site_id is None:
            return any(permission in held for held in self.permissions.values())
        return permission in self.permissions.get(site_id, frozenset())


def system(name: str) -> Actor:
    """Return the actor for scheduled or automatic work, named for the part that does it ("clock sweeper")."""
    return Actor(user_id=None, name=name, kind=ActorKind.SYSTEM)
