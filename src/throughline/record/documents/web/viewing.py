"""One document: its page, its PDF, its fax cover sheet."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents import queries
from throughline.record.documents.records import DocumentRecord
from throughline.record.documents.rules import states, wording
from throughline.record.documents.web.answers import file_answer, pdf_answer
from throughline.record.people import queries as people

WRITTEN_BY_HAND = ("heading", "text", "notice", "list")


@require_GET
@page("documents.document", needs=Permission.SEE_PATIENT, patient="document_id")
def document(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    """Show one document with what can be done with it."""
    return render(request, "documents/document.html", context_of(viewer, document_id))


def context_of(viewer: Viewer, document_id: UUID) -> dict[str, Any]:
    """Return what the page of a document shows."""
    found = queries.document(viewer, document_id)
    return {
        "document": found,
        "identity": people.identity(viewer, found.patient_id),
        "patient_id": found.patient_id,
        "acts": {act for act in states.TRANSITIONS if states.may(found.state, act)},
        "ways": [(key, words[0]) for key, words in states.WAYS.items() if key != "read" or found.kind == "message"],
        "blanks": [(name, wording.VARIABLES.get(name, name)) for name in found.missing],
        "editable": _editable(found),
        "may": viewer.may(Permission.WORK_CASE, found.site_id),
        "may_share": viewer.may(Permission.COORDINATE, found.site_id),
        "tab": "documents",
    }


def _editable(found: DocumentRecord) -> list[tuple[str, str, int]]:
    """Return the field, text and lines of each part that is written by hand; "part-2" stands at place 2."""
    rows = []
    for place, part in enumerate(found.parts):
        if part.kind in WRITTEN_BY_HAND:
            text = "\n".join(part.items) if part.kind == "list" else part.text
            rows.append((f"part-{place}", text, min(12, 1 + text.count("\n") + len(text) // 70)))
    return rows


@require_GET
@page("documents.pdf", needs=Permission.SEE_PATIENT, patient="document_id")
def pdf(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    """Give the document as a tagged PDF."""
    content, found = queries.pdf(viewer, document_id)
    return pdf_answer(content, found, inline="save" not in request.GET)


@require_GET
@page("documents.cover", needs=Permission.SEE_PATIENT, patient="document_id")
def cover(request: HttpRequest, viewer: Viewer, document_id: UUID) -> HttpResponse:
    """Give a fax cover sheet for the document; numbers are filled in by hand, so that none stands in an address."""
    content = queries.cover_pdf(viewer, document_id)
    return file_answer(content, "application/pdf", "fax-cover.pdf", inline=True)
