"""Addresses of the care plan."""

from django.urls import path

from throughline.practice.careplan.web import acts, documents, editing, keeping, pages

app_name = "careplan"
urlpatterns = [
    path("p/<uuid:patient_id>/plan/", pages.plan, name="plan"),
    path("p/<uuid:patient_id>/plan/plain/", pages.plain, name="plain"),
    path("p/<uuid:patient_id>/plan/adopt/", acts.adopt, name="adopt"),
    path("p/<uuid:patient_id>/plan/decline/", acts.decline, name="decline"),
    path("p/<uuid:patient_id>/plan/agree/", acts.agree, name="agree"),
    path("need/<uuid:need_id>/goal/", acts.add_goal, name="add-goal"),
    path("need/<uuid:need_id>/action/", acts.add_action, name="add-action"),
    path("goal/<uuid:goal_id>/move/", acts.move_goal, name="move-goal"),
    path("plan-action/<uuid:plan_action_id>/withdraw/", acts.withdraw, name="withdraw"),
    path("plan-action/<uuid:plan_action_id>/done/", keeping.done, name="done"),
    path("plan-action/<uuid:plan_action_id>/assign/", keeping.assign, name="assign"),
    path("plan-action/<uuid:plan_action_id>/document/", documents.action, name="show-action"),
    path("need/<uuid:need_id>/document/", documents.need, name="show-need"),
    path("goal/<uuid:goal_id>/target/", keeping.target, name="target"),
    path("need/<uuid:need_id>/barrier/", keeping.barrier, name="barrier"),
    path("barrier/<uuid:barrier_id>/end/", keeping.end_barrier, name="end-barrier"),
    path("p/<uuid:patient_id>/plan/state/", keeping.state, name="state"),
    path("plan-statement/<uuid:statement_id>/end/", keeping.end_statement, name="end-statement"),
    path("goal/<uuid:goal_id>/progress/", keeping.progress, name="progress"),
    path("goal/<uuid:goal_id>/importance/", keeping.importance, name="importance"),
    path("need/<uuid:need_id>/rate/", keeping.rate, name="rate"),
    path("p/<uuid:patient_id>/plan/needs/", keeping.needs, name="needs"),
    path("p/<uuid:patient_id>/plan/need/", keeping.raise_need, name="raise-need"),
    path("plan-version/<uuid:version_id>/sign/", keeping.sign, name="sign"),
    path("need/<uuid:need_id>/edit/", editing.need, name="edit-need"),
    path("goal/<uuid:goal_id>/edit/", editing.goal, name="edit-goal"),
    path("plan-action/<uuid:plan_action_id>/edit/", editing.plan_action, name="edit-action"),
    path("barrier/<uuid:barrier_id>/edit/", editing.barrier, name="edit-barrier"),
    path("plan-statement/<uuid:statement_id>/edit/", editing.statement, name="edit-statement"),
    path("lesson/<uuid:lesson_id>/teach/", acts.teach, name="teach"),
]
