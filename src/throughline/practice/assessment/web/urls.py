"""Addresses of assessment."""

from django.urls import path

from throughline.practice.assessment.web import exchange, listing, paper, runner, scores, signing

app_name = "assessment"
urlpatterns = [
    path("p/<uuid:patient_id>/assessments/", listing.assessments, name="list"),
    path("p/<uuid:patient_id>/assessments/start/", listing.start, name="start"),
    path("assessment/<uuid:assessment_id>/", runner.run, name="run"),
    path("assessment/<uuid:assessment_id>/answer/", runner.answer, name="answer"),
    path("assessment/<uuid:assessment_id>/review/", signing.review, name="review"),
    path("assessment/<uuid:assessment_id>/signed/", signing.signed, name="signed"),
    path("assessment/<uuid:assessment_id>/print/", paper.filled, name="print"),
    path("assessment/<uuid:assessment_id>/print/pdf/", paper.filled_pdf, name="print-pdf"),
    path("assessment/<uuid:assessment_id>/fhir/", exchange.response, name="response"),
    path("p/<uuid:patient_id>/assessments/take-in/", exchange.take_in, name="take-in"),
    path("assessment/<uuid:assessment_id>/addendum/", signing.addendum, name="addendum"),
    path("assessment/<uuid:assessment_id>/needs/", signing.needs, name="needs"),
    path("need/<uuid:need_id>/close/", signing.close, name="close-need"),
    path("assessment/<uuid:assessment_id>/give-up/", signing.give_up, name="give-up"),
    path("scores/", scores.scores, name="scores"),
    path("scores/<slug:key>/", scores.score, name="score"),
    path("instruments/<slug:key>/blank/", listing.blank, name="blank"),
    path("instruments/<slug:key>/fhir/", exchange.questionnaire, name="questionnaire"),
    path("instruments/<slug:key>/blank/pdf/", paper.blank_pdf, name="blank-pdf"),
]
