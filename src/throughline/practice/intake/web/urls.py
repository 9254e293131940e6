"""Addresses of intake."""

from django.urls import path

from throughline.practice.intake.web import views

app_name = "intake"
urlpatterns = [
    path("intake/", views.board, name="board"),
    path("intake/refer/", views.refer, name="refer"),
    path("intake/list/", views.upload, name="list"),
    path("intake/<uuid:referral_id>/", views.referral, name="referral"),
    path("intake/<uuid:referral_id>/screen/", views.screen, name="screen"),
    path("intake/<uuid:referral_id>/decide/", views.decide, name="decide"),
]
