"""Addresses of interop."""

from django.urls import path

from throughline.edge.interop.web import calendars

app_name = "interop"
urlpatterns = [
    path("appointment/<uuid:appointment_id>/invitation.ics", calendars.invitation_file, name="invitation"),
    path("calendar/feed/", calendars.settings, name="feed-settings"),
    path("calendar/feed/<str:token>.ics", calendars.feed_file, name="feed"),
]
