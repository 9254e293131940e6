"""Addresses of people."""

from django.urls import path

from throughline.record.people.web import deciding, particulars, registering

app_name = "people"
urlpatterns = [
    path("patients/new/", registering.register, name="register"),
    path("patients/new/check/", registering.check, name="check"),
    path("p/<uuid:patient_id>/particulars/", particulars.particulars, name="particulars"),
    path("p/<uuid:patient_id>/particulars/add/<slug:what>/", particulars.add, name="add"),
    path("p/<uuid:patient_id>/particulars/end/<uuid:row_id>/", particulars.end, name="end"),
    path("p/<uuid:patient_id>/particulars/deceased/", particulars.deceased, name="deceased"),
    path("duplicates/", deciding.duplicates, name="duplicates"),
    path("duplicates/decided/", deciding.decided, name="decided"),
    path("duplicates/<uuid:pair_id>/apart/", deciding.apart, name="apart"),
    path("duplicates/<uuid:pair_id>/reopen/", deciding.reopen, name="reopen"),
    path("duplicates/merge/<uuid:patient_id>/<uuid:retired_id>/", deciding.merge, name="merge"),
    path("duplicates/merges/<uuid:merge_id>/undo/", deciding.undo, name="undo-merge"),
]
