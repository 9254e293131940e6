"""Addresses of clocks."""

from django.urls import path

from throughline.record.clocks.web import acts, noticedesk, starting, views

app_name = "clocks"
urlpatterns = [
    path("clocks/", views.first, name="first"),
    path("clocks/rules/", views.rule_list, name="rules"),
    path("clocks/rules/<slug:key>/", views.rule_page, name="rule"),
    path("clocks/trouble/", views.trouble, name="trouble"),
    path("clocks/trouble/<uuid:clock_id>/", views.again, name="again"),
    path("clocks/notices/", noticedesk.desk, name="notices"),
    path("clocks/notices/<uuid:clock_id>/", noticedesk.notice, name="notice"),
    path("clocks/<uuid:clock_id>/", views.clock, name="clock"),
    path("clocks/<uuid:clock_id>/<slug:act>/", acts.act, name="act"),
    path("patients/<uuid:patient_id>/clocks/", views.of_patient, name="patient"),
    path("patients/<uuid:patient_id>/clocks/start/", starting.choose, name="choose"),
    path("patients/<uuid:patient_id>/clocks/start/<slug:key>/", starting.start, name="start"),
]
