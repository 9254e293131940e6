"""Addresses of the desk."""

from django.urls import path

from throughline.edge.desk.web import acts, bulk, calls, digest, outbox, papers, patient, patients, search, sheet, today

app_name = "desk"
urlpatterns = [
    path("", today.today, name="today"),
    path("patients/", patients.patients, name="patients"),
    path("patients/views/", patients.save_view_page, name="save-patients-view"),
    path("search/", search.search, name="search"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/count/", outbox.count, name="outbox-count"),
    path("outbox/<uuid:message_id>/recall/", outbox.recall, name="recall"),
    path("outbox/<uuid:message_id>/retry/", outbox.retry, name="retry"),
    path("digest/", digest.digest, name="digest"),
    path("today/changes/", today.changes, name="changes"),
    path("today/views/", today.save_view_page, name="save-view"),
    path("today/bulk/", bulk.bulk, name="bulk"),
    path("today/print/", sheet.sheet, name="sheet"),
    path("today/<uuid:patient_id>/", today.panel, name="panel"),
    path("today/<uuid:patient_id>/why/", today.why, name="why"),
    path("today/<uuid:patient_id>/scratch/", acts.scratch, name="scratch"),
    path("task/<uuid:task_id>/done/", acts.done, name="done"),
    path("task/<uuid:task_id>/snooze/", acts.snooze, name="snooze"),
    path("task/<uuid:task_id>/end-hold/", acts.end_hold_page, name="end-hold"),
    path("task/<uuid:task_id>/assign/", acts.assign, name="assign"),
    path("task/<uuid:task_id>/offer/", acts.offer, name="offer"),
    path("task/<uuid:task_id>/answer/", acts.answer, name="answer"),
    path("task/<uuid:task_id>/report/", acts.report, name="report"),
    path("task/<uuid:task_id>/check/", acts.check, name="check"),
    path("task/<uuid:task_id>/undo/", acts.undo, name="undo"),
    path("contact/<uuid:contact_id>/undo/", calls.undo_call, name="undo-call"),
    path("p/<uuid:patient_id>/call/", calls.call, name="call"),
    path("p/<uuid:patient_id>/task/", acts.quick_task, name="quick-task"),
    path("p/<uuid:patient_id>/note/", acts.note, name="note"),
    path("p/<uuid:patient_id>/", patient.overview, name="patient"),
    path("p/<uuid:patient_id>/plan/paper/", papers.plan_paper, name="plan-paper"),
    path("p/<uuid:patient_id>/story/", patient.story, name="story"),
    path("p/<uuid:patient_id>/what-matters/", patient.what_matters, name="what-matters"),
]
