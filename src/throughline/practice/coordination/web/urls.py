"""Addresses of coordination."""

from django.urls import path

from throughline.practice.coordination.web import team

app_name = "coordination"
TEAM = [
    path("p/<uuid:patient_id>/team/", team.team, name="team"),
    path("p/<uuid:patient_id>/team/find/", team.find, name="find-member"),
    path("p/<uuid:patient_id>/team/add/", team.add, name="add-member"),
    path("p/<uuid:patient_id>/team/adopt/", team.adopt, name="adopt-outside"),
    path("team-member/<uuid:member_id>/", team.member, name="member"),
    path("team-member/<uuid:member_id>/change/", team.change, name="change-member"),
    path("team-member/<uuid:member_id>/sharing/", team.decide, name="decide-sharing"),
    path("team-member/<uuid:member_id>/end/", team.end, name="end-member"),
    path("team-member/<uuid:member_id>/undo/", team.undo, name="undo-member"),
    path("team-member/<uuid:member_id>/contact/", team.contacted, name="note-contact"),
]
urlpatterns = [*TEAM]
