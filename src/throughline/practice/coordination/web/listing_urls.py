"""Addresses of the directory."""

from django.urls import path

from throughline.practice.coordination.web import listing

urlpatterns = [
    path("directory/", listing.directory, name="directory"),
    path("directory/add-practitioner/", listing.add_practitioner, name="add-practitioner"),
    path("directory/add-organization/", listing.add_organization, name="add-organization"),
    path("practitioner/<uuid:practitioner_id>/", listing.practitioner, name="practitioner"),
    path("practitioner/<uuid:practitioner_id>/change/", listing.change_practitioner, name="change-practitioner"),
    path("practitioner/<uuid:practitioner_id>/place/", listing.add_place, name="add-place"),
    path("practitioner/<uuid:practitioner_id>/listed/", listing.list_practitioner, name="list-practitioner"),
    path("practitioner/<uuid:practitioner_id>/join/", listing.join_practitioners, name="join-practitioners"),
    path("place-of-work/<uuid:role_id>/end/", listing.end_place, name="end-place"),
    path("organization/<uuid:organization_id>/", listing.organization, name="organization"),
    path("organization/<uuid:organization_id>/change/", listing.change_organization, name="change-organization"),
    path("organization/<uuid:organization_id>/listed/", listing.list_organization, name="list-organization"),
    path("organization/<uuid:organization_id>/join/", listing.join_organizations, name="join-organizations"),
]
