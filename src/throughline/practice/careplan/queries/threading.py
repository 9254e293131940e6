"""What a thread is made of, by the names the story's events give its parts: for the timeline of one thread."""

from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries as assessment
from throughline.practice.careplan.models import Barrier, Goal, PlanAction, Statement
from throughline.record.tasks.models import Task


def parts_of_thread(viewer: Viewer, need_id: UUID) -> dict[str, tuple[UUID, ...]]:
    """Return the need, its goals, actions, barriers, wishes and the tasks that carried its actions.

    The keys are the names their events use (`journal.timeline(about=…)`). Raises NotFound unless the viewer may see it.
    """
    assessment.need(viewer, need_id)
    goals, actions = (
        tuple(model.objects.filter(need_id=need_id).values_list("pk", flat=True)) for model in (Goal, PlanAction)
    )
    said = [
        one
        for model in (Barrier, Statement)
        for one in model.objects.filter(need_id=need_id).values_list("pk", flat=True)
    ]
    subjects = [f"plan-action:{one}" for one in actions] + [f"need:{need_id}"]
    tasks = tuple(Task.objects.filter(subject__in=subjects).values_list("pk", flat=True))
    return {
        "need_id": (need_id,),
        "goal_id": goals,
        "action_id": actions,
        "thing_id": (*goals, *actions, *said),
        "task_id": tasks,
    }
