"""What the care plan announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from throughline.foundation.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAdopted(Event):
    """Proposals became part of the plan."""

    kind: ClassVar[str] = "careplan.adopted"
    goals: int
    actions: int
    lessons: int

    def sentence(self) -> str:
        return f"Plan: {self.goals} goals, {self.actions} actions and {self.lessons} topics to teach adopted."


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalAdded(Event):
    """A goal was added by hand."""

    kind: ClassVar[str] = "careplan.goal-added"
    goal_id: UUID
    text: str

    def sentence(self) -> str:
        return f"Goal: {self.text}."


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalMoved(Event):
    """A goal was met, not met, changed or given up."""

    kind: ClassVar[str] = "careplan.goal-moved"
    goal_id: UUID
    text: str
    status: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Goal {self.status}: {self.text}.{f' {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionMoved(Event):
    """An action of the plan was done or given up."""

    kind: ClassVar[str] = "careplan.action-moved"
    action_id: UUID
    text: str
    status: str
    reason: str = ""

    def sentence(self) -> str:
        return f"Plan action {self.status}: {self.text}.{f' {self.reason}' if self.reason else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught(Event):
    """A topic was taught; teach-back says whether it was understood."""

    kind: ClassVar[str] = "careplan.taught"
    lesson_id: UUID
    topic: str
    status: str

    def sentence(self) -> str:
        return f"Teaching, {self.topic}: {self.status}."


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionDeclined(Event):
    """The patient declined something that was offered."""

    kind: ClassVar[str] = "careplan.option-declined"
    text: str
    reason: str

    def sentence(self) -> str:
        return f"Declined: {self.text}. {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAgreed(Event):
    """The patient agreed to the plan as it stands; this version is kept."""

    kind: ClassVar[str] = "careplan.agreed"
    number: int
    how: str
    who: str

    def sentence(self) -> str:
        return f"Plan version {self.number} agreed {self.how} by {self.who}."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNoted(Event):
    """Something beside goals and actions was kept: a barrier, a wish, a rating, a signature."""

    kind: ClassVar[str] = "careplan.noted"
    what: str
    text: str

    def sentence(self) -> str:
        return f"{self.what}: {self.text}."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(Event):
    """A goal, an action, a barrier or what was agreed was put into other words, or got another date."""

    kind: ClassVar[str] = "careplan.changed"
    thing_id: UUID
    what: str
    text: str
    need_id: UUID | None = None
    fields: tuple[str, ...] = ()

    def sentence(self) -> str:
        said = ", ".join(field.replace("_", " ") for field in self.fields)
        return f"{self.what} changed ({said}): {self.text}."
