"""Addresses of review."""

from django.urls import path

from throughline.practice.review.web import acts, pages

app_name = "review"
urlpatterns = [
    path("p/<uuid:patient_id>/review/", pages.patient, name="patient"),
    path("p/<uuid:patient_id>/review/<slug:fact_kind>/<uuid:fact_id>/", pages.fact, name="fact"),
    path("gaps/", pages.caseload, name="caseload"),
    path("gaps/checks/", pages.library_page, name="checks"),
    path("gap/<uuid:gap_id>/mend/", acts.mend, name="mend"),
    path("gap/<uuid:gap_id>/dismiss/", acts.dismiss, name="dismiss"),
    path("gap/<uuid:gap_id>/reopen/", acts.reopen, name="reopen"),
]
