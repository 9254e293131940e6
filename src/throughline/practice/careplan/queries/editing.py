"""What an edit form of the plan opens: one goal, action, barrier or statement with what its fields hold."""

from typing import Any
from uuid import UUID

from throughline.foundation.drafts.records import Editable
from throughline.foundation.kernel.actions import NotFound, Place, require_sight
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.careplan.models import Barrier, Goal, PlanAction, Statement


def _one(viewer: Viewer, model: Any, key: UUID, fields: tuple[str, ...]) -> Editable:
    row = model.objects.filter(pk=key, site_id__in=viewer.site_ids).first()
    if row is None:
        raise NotFound("This does not stand in the plan, or you may not see it.")
    require_sight(viewer, Place(site_id=row.site_id, patient_id=row.patient_id))
    return Editable(row.id, row.patient_id, row.text, {name: getattr(row, name) for name in fields})


def editable_goal(viewer: Viewer, goal_id: UUID) -> Editable:
    """Return a goal as its edit form opens it. Raises NotFound unless the viewer may see it."""
    return _one(viewer, Goal, goal_id, ("text", "target", "by_date", "words", "importance"))


def editable_action(viewer: Viewer, plan_action_id: UUID) -> Editable:
    """Return an action as its edit form opens it. Raises NotFound unless the viewer may see it."""
    return _one(viewer, PlanAction, plan_action_id, ("text", "role", "frequency", "due_on"))


def editable_barrier(viewer: Viewer, barrier_id: UUID) -> Editable:
    """Return a barrier as its edit form opens it. Raises NotFound unless the viewer may see it."""
    return _one(viewer, Barrier, barrier_id, ("domain", "text"))


def editable_statement(viewer: Viewer, statement_id: UUID) -> Editable:
    """Return a preference, an emergency or a backup plan as its edit form opens it. Raises NotFound."""
    return _one(viewer, Statement, statement_id, ("text",))
