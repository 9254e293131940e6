"""Addresses of appointments and the calendar."""

from django.urls import path

from throughline.practice.coordination.web import appointments, booking, calendar, editing

urlpatterns = [
    path("calendar/", calendar.mine, name="calendar"),
    path("p/<uuid:patient_id>/calendar/", calendar.of_patient, name="patient-calendar"),
    path("p/<uuid:patient_id>/calendar/list/", appointments.patient_list, name="patient-list"),
    path("p/<uuid:patient_id>/book/", booking.book, name="book"),
    path("appointment/<uuid:appointment_id>/", appointments.appointment, name="appointment"),
    path("appointment/<uuid:appointment_id>/move/", appointments.move, name="move"),
    path("appointment/<uuid:appointment_id>/confirm/", appointments.confirm, name="confirm"),
    path("appointment/<uuid:appointment_id>/kept/", appointments.keep, name="keep"),
    path("appointment/<uuid:appointment_id>/missed/", appointments.miss, name="miss"),
    path("appointment/<uuid:appointment_id>/cancel/", appointments.cancel, name="cancel"),
    path("appointment/<uuid:appointment_id>/arrange/", editing.appointment, name="arrange"),
    path("appointment/<uuid:appointment_id>/undo/", appointments.undo, name="undo"),
    path("appointment/<uuid:appointment_id>/letter/", appointments.letter, name="letter"),
]
