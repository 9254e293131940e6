"""Addresses of drafts."""

from django.urls import path

from throughline.foundation.drafts.web import views

app_name = "drafts"
urlpatterns = [
    path("drafts/keep/", views.keep, name="keep"),
    path("drafts/discard/", views.discard, name="discard"),
    path("drafts/presence/", views.presence, name="presence"),
]
