"""Addresses of the care plan."""

from django.urls import path

from throughline.practice.careplan.web import acts, pages

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
    path("lesson/<uuid:lesson_id>/teach/", acts.teach, name="teach"),
]
