"""Addresses of the directory."""

from django.urls import path

from throughline.practice.coordination.web import listing

ONE = "directory/practitioner/<uuid:practitioner_id>/"
HOUSE = "directory/organization/<uuid:organization_id>/"
urlpatterns = [
    path("directory/", listing.directory, name="directory"),
    path("directory/add-practitioner/", listing.add_practitioner, name="add-practitioner"),
    path("directory/add-organization/", listing.add_organization, name="add-organization"),
    path(ONE, listing.practitioner, name="practitioner"),
    path(f"{ONE}change/", listing.change_practitioner, name="change-practitioner"),
    path(f"{ONE}place/", listing.add_place, name="add-place"),
    path(f"{ONE}listed/", listing.list_practitioner, name="list-practitioner"),
    path(f"{ONE}join/", listing.join_practitioners, name="join-practitioners"),
    path("directory/place/<uuid:role_id>/end/", listing.end_place, name="end-place"),
    path("directory/join/<uuid:join_id>/part/", listing.part_entries, name="part-entries"),
    path(HOUSE, listing.organization, name="organization"),
    path(f"{HOUSE}change/", listing.change_organization, name="change-organization"),
    path(f"{HOUSE}listed/", listing.list_organization, name="list-organization"),
    path(f"{HOUSE}join/", listing.join_organizations, name="join-organizations"),
]
