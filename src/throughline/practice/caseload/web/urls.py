"""Addresses of the caseload: the team, assignment and cover."""

from django.urls import path

from throughline.practice.caseload.web import qualifying, views

app_name = "caseload"
urlpatterns = [
    path("team/", views.team, name="team"),
    path("team/assign/", views.assign, name="assign"),
    path("team/cover/", views.cover, name="cover"),
    path("team/qualifications/", qualifying.qualifications, name="qualifications"),
    path("team/reassign/", views.reassign, name="reassign"),
]
