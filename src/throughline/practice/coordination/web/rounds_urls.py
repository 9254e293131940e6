"""Addresses of rounds and case conferences."""

from django.urls import path

from throughline.practice.coordination.web import rounds

urlpatterns = [
    path("rounds/", rounds.index, name="rounds"),
    path("rounds/begin/", rounds.begin, name="begin-round"),
    path("rounds/<uuid:round_id>/", rounds.board, name="round"),
    path("rounds/<uuid:round_id>/present/", rounds.present, name="round-present"),
    path("rounds/<uuid:round_id>/end/", rounds.end, name="end-round"),
    path("rounds/entry/<uuid:round_entry_id>/", rounds.entry, name="round-entry"),
    path("rounds/entry/<uuid:round_entry_id>/undo/", rounds.undo, name="undo-entry"),
    path("p/<uuid:patient_id>/conference/", rounds.conferences, name="conferences"),
    path("conference/<uuid:conference_id>/", rounds.conference, name="conference"),
]
