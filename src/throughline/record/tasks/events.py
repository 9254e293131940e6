"""What tasks announce."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(Event):
    """Base of what happens to a task."""

    task_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAdded(TaskEvent):
    """Somebody, or a rule, said something must be done."""

    kind: ClassVar[str] = "tasks.task-added"
    owner_name: str = ""

    def sentence(self) -> str:
        return f"Task added: {self.title}. Owner: {self.owner_name or 'no owner'}."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(TaskEvent):
    """It is done."""

    kind: ClassVar[str] = "tasks.task-done"
    outcome: str = ""

    def sentence(self) -> str:
        return f"Done: {self.title}." + (f" {self.outcome}" if self.outcome else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCancelled(TaskEvent):
    """It no longer needs doing."""

    kind: ClassVar[str] = "tasks.task-cancelled"
    reason: str = ""

    def sentence(self) -> str:
        return f"No longer needed: {self.title}. {self.reason}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReopened(TaskEvent):
    """What was done or cancelled is open again."""

    kind: ClassVar[str] = "tasks.task-reopened"

    def sentence(self) -> str:
        return f"Open again: {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChanged(TaskEvent):
    """It is called otherwise, or due another time."""

    kind: ClassVar[str] = "tasks.task-changed"
    fields: tuple[str, ...] = ()

    def sentence(self) -> str:
        return f"Task changed ({', '.join(self.fields)}): {self.title}."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHeld(TaskEvent):
    """It rests until an instant, for a reason from the list."""

    kind: ClassVar[str] = "tasks.task-held"
    until: str
    reason: str

    def sentence(self) -> str:
        return f"Snoozed to {self.until}: {self.title}. {self.reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHandedOn(TaskEvent):
    """It has another owner, or was offered to one."""

    kind: ClassVar[str] = "tasks.task-handed-on"
    act: str
    owner_name: str
    reason: str = ""

    def sentence(self) -> str:
        words = {
            "assign": f"Assigned to {self.owner_name}",
            "offer": f"Offered to {self.owner_name}",
            "accept": f"Accepted by {self.owner_name}",
            "decline": f"Declined by {self.owner_name}",
            "report": f"Reported back by {self.owner_name}",
            "verify": f"Verified by {self.owner_name}",
            "return": f"Returned to {self.owner_name}",
        }
        return f"{words[self.act]}: {self.title}." + (f" {self.reason}" if self.reason else "")
