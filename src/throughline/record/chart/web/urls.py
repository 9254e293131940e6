"""Addresses of the chart."""

from django.urls import path

from throughline.record.chart.web import readings

app_name = "chart"
urlpatterns = [
    path("p/<uuid:patient_id>/readings/", readings.readings, name="readings"),
    path("reading/held/<uuid:held_id>/", readings.settle, name="settle"),
    path("reading/<uuid:observation_id>/withdraw/", readings.withdraw, name="withdraw"),
]
