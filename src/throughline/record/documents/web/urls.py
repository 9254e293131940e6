"""Addresses of documents. A shared document's address holds nothing but its token."""

from django.urls import path

from throughline.record.documents.web import acts, listing, shared, viewing

app_name = "documents"
urlpatterns = [
    path("p/<uuid:patient_id>/documents/", listing.documents, name="list"),
    path("p/<uuid:patient_id>/documents/letter/", listing.letter, name="letter"),
    path("p/<uuid:patient_id>/documents/file/", listing.attach, name="attach"),
    path("attachment/<uuid:attachment_id>/", listing.attachment, name="attachment"),
    path("document/<uuid:document_id>/", viewing.document, name="document"),
    path("document/<uuid:document_id>/pdf/", viewing.pdf, name="pdf"),
    path("document/<uuid:document_id>/cover/", viewing.cover, name="cover"),
    path("document/<uuid:document_id>/change/", acts.change, name="change"),
    path("document/<uuid:document_id>/act/", acts.act, name="act"),
    path("document/<uuid:document_id>/share/", acts.share, name="share"),
    path("document-link/<uuid:share_id>/end/", acts.end_link, name="end-link"),
    path("shared/<str:token>/", shared.page, name="shared"),
    path("shared/<str:token>/pdf/", shared.pdf, name="shared-pdf"),
]
