"""Addresses of the look itself: appearance and help."""

from django.urls import path

from throughline.foundation.ui.web import views

app_name = "ui"
urlpatterns = [
    path("appearance/", views.appearance, name="appearance"),
    path("help/", views.help_page, name="help"),
    path("gallery/", views.gallery, name="gallery"),
]
