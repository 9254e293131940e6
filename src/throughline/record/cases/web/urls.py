"""Addresses of cases."""

from django.urls import path

from throughline.record.cases.web import views

app_name = "cases"
urlpatterns = [
    path("case/<uuid:case_id>/", views.case, name="case"),
    path("case/<uuid:case_id>/change/", views.change, name="change"),
    path("case/<uuid:case_id>/take/", views.take, name="take"),
]
