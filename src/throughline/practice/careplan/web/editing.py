"""The edit forms of the plan: need, goal, action, barrier, statement. Two nurses' edits meet field by field."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.drafts.web.editing import Edit, EditForm, Field, edit
from throughline.foundation.kernel.actions import locate
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import actions as assessment
from throughline.practice.assessment import queries as needs
from throughline.practice.assessment.actions import HORIZONS, PRIORITIES
from throughline.practice.careplan import actions, queries
from throughline.practice.careplan.rules import library

PLAN = "careplan.plan"
NEED = EditForm(
    "careplan.edit-need",
    "need_id",
    _("a need"),
    (
        Field("text", _("Need"), required=True),
        Field("priority", _("Priority"), kind="choice", choices=tuple((one, one) for one in PRIORITIES)),
        Field("horizon", _("When"), kind="choice", choices=tuple((one, one) for one in HORIZONS)),
        Field("words", _("In the patient's own words"), kind="voice", most=4000),
    ),
    told="need_id",
    within=PLAN,
    tab="plan",
)
GOAL = EditForm(
    "careplan.edit-goal",
    "goal_id",
    _("a goal"),
    (
        Field("text", _("Goal"), required=True),
        Field("target", _("Target"), hint=_("A target in new words is told by you, no longer by the readings.")),
        Field("by_date", _("By"), kind="day", required=True),
        Field("words", _("In the patient's own words"), kind="voice", most=4000),
        Field("importance", _("Matters to the patient, 0 to 10"), kind="number"),
    ),
    told="thing_id",
    within=PLAN,
    tab="plan",
)
ACTION = EditForm(
    "careplan.edit-action",
    "plan_action_id",
    _("an action"),
    (
        Field("text", _("Action"), kind="lines", required=True, most=2000),
        Field("role", _("Who"), kind="choice", choices=tuple(actions.ROLE_WORDS.items())),
        Field("frequency", _("How often"), most=200),
        Field("due_on", _("Next due"), kind="day", required=True),
    ),
    told="thing_id",
    within=PLAN,
    tab="plan",
)
BARRIER = EditForm(
    "careplan.edit-barrier",
    "barrier_id",
    _("a barrier"),
    (
        Field("domain", _("Barrier"), kind="choice", choices=lambda: tuple(library.barrier_domains().items())),
        Field("text", _("In a few words"), required=True),
    ),
    told="thing_id",
    within=PLAN,
    tab="plan",
)
STATEMENT = EditForm(
    "careplan.edit-statement",
    "statement_id",
    _("what was agreed"),
    (Field("text", _("In a few words"), kind="lines", required=True, most=4000),),
    told="thing_id",
    within=PLAN,
    tab="plan",
)


def _plan(argument: str, key: UUID, mark: str = "") -> str:
    return f"{reverse('careplan:plan', args=[locate(argument, key).patient_id])}{mark}"


@require_http_methods(["GET", "POST"])
@page("careplan.edit-need", needs=Permission.PLAN_CARE, patient="need_id")
def need(request: HttpRequest, viewer: Viewer, need_id: UUID) -> HttpResponse:
    """Change a need's words, priority or time."""
    one = Edit(
        read=lambda: needs.editable_need(viewer, need_id),
        write=lambda changes, was: assessment.change_need(
            need_id=need_id, changes=changes, was=was, by=viewer.actor, at=viewer.at
        ),
        back=_plan("need_id", need_id, f"#need-{need_id}"),
    )
    return edit(request, viewer, NEED, one)


@require_http_methods(["GET", "POST"])
@page("careplan.edit-goal", needs=Permission.PLAN_CARE, patient="goal_id")
def goal(request: HttpRequest, viewer: Viewer, goal_id: UUID) -> HttpResponse:
    """Change a goal's words, target, date or how much it matters."""
    one = Edit(
        read=lambda: queries.editable_goal(viewer, goal_id),
        write=lambda changes, was: actions.change_goal(
            goal_id=goal_id, changes=changes, was=was, by=viewer.actor, at=viewer.at
        ),
        back=_plan("goal_id", goal_id, f"#goal-{goal_id}"),
    )
    return edit(request, viewer, GOAL, one)


@require_http_methods(["GET", "POST"])
@page("careplan.edit-action", needs=Permission.PLAN_CARE, patient="plan_action_id")
def plan_action(request: HttpRequest, viewer: Viewer, plan_action_id: UUID) -> HttpResponse:
    """Change what is done, by whom, how often or by when."""
    one = Edit(
        read=lambda: queries.editable_action(viewer, plan_action_id),
        write=lambda changes, was: actions.change_action(
            plan_action_id=plan_action_id, changes=changes, was=was, by=viewer.actor, at=viewer.at
        ),
        back=_plan("plan_action_id", plan_action_id),
    )
    return edit(request, viewer, ACTION, one)


@require_http_methods(["GET", "POST"])
@page("careplan.edit-barrier", needs=Permission.PLAN_CARE, patient="barrier_id")
def barrier(request: HttpRequest, viewer: Viewer, barrier_id: UUID) -> HttpResponse:
    """Change a barrier's words or kind."""
    one = Edit(
        read=lambda: queries.editable_barrier(viewer, barrier_id),
        write=lambda changes, was: actions.change_barrier(
            barrier_id=barrier_id, changes=changes, was=was, by=viewer.actor, at=viewer.at
        ),
        back=_plan("barrier_id", barrier_id),
    )
    return edit(request, viewer, BARRIER, one)


@require_http_methods(["GET", "POST"])
@page("careplan.edit-statement", needs=Permission.PLAN_CARE, patient="statement_id")
def statement(request: HttpRequest, viewer: Viewer, statement_id: UUID) -> HttpResponse:
    """Change the words of a preference, an emergency or a backup plan."""
    one = Edit(
        read=lambda: queries.editable_statement(viewer, statement_id),
        write=lambda changes, was: actions.change_statement(
            statement_id=statement_id, changes=changes, was=was, by=viewer.actor, at=viewer.at
        ),
        back=_plan("statement_id", statement_id),
    )
    return edit(request, viewer, STATEMENT, one)
