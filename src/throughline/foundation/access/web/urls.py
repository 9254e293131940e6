"""Addresses of access. allauth's own pages (sign-in, second factor, password) live under /accounts/."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
