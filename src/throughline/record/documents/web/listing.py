"""The documents of a patient: the list, a new letter, files from elsewhere."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.actions import NotFound, NotPermitted, Refusal
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.documents import actions, queries
from throughline.record.documents.records import LANGUAGES
from throughline.record.documents.rules.files import LARGEST, UnableToAttach
from throughline.record.documents.web.answers import file_answer
from throughline.record.people import queries as people


@require_GET
@page("documents.list", needs=Permission.SEE_PATIENT, patient="patient_id")
def documents(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show a patient's documents and files, the latest first."""
    return render(request, "documents/list.html", _context(viewer, patient_id))


def _context(viewer: Viewer, patient_id: UUID) -> dict[str, object]:
    identity = people.identity(viewer, patient_id)
    return {
        "identity": identity,
        "patient_id": patient_id,
        "documents": queries.documents_of(viewer, patient_id),
        "files": queries.files_of(viewer, patient_id),
        "letters": queries.letters(),
        "languages": LANGUAGES.items(),
        "language": identity.language.split("-")[0],
        "may": viewer.may(Permission.WORK_CASE, identity.site_id),
        "tab": "documents",
    }


@require_POST
@page("documents.letter", needs=Permission.WORK_CASE, patient="patient_id")
def letter(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Draft a letter of the library and show it."""
    wanted = actions.LetterIn(key=request.POST.get("letter", ""), language=request.POST.get("language", ""))
    try:
        document_id = actions.draft_letter(patient_id=patient_id, wanted=wanted, by=viewer.actor, at=viewer.at)
    except (NotPermitted, NotFound):
        raise
    except Refusal as refusal:
        context = _context(viewer, patient_id) | {"error": str(refusal)}
        return render(request, "documents/list.html", context, status=422)
    return redirect("documents:document", document_id=document_id)


@require_POST
@page("documents.attach", needs=Permission.WORK_CASE, patient="patient_id")
def attach(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Keep a file with the record."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise UnableToAttach("Choose a file first.")
        content = sent.read(LARGEST + 1)
        actions.attach_file(
            patient_id=patient_id, name=sent.name or "file", content=content, by=viewer.actor, at=viewer.at
        )
    except UnableToAttach as refusal:
        context = _context(viewer, patient_id) | {"error": str(refusal)}
        return render(request, "documents/list.html", context, status=422)
    messages.success(request, "File kept.")
    return redirect("documents:list", patient_id=patient_id)


@require_GET
@page("documents.attachment", needs=Permission.SEE_PATIENT, patient="attachment_id")
def attachment(request: HttpRequest, viewer: Viewer, attachment_id: UUID) -> HttpResponse:
    """Give a file out, to be saved and not shown: it came from elsewhere."""
    found = queries.attachment(viewer, attachment_id)
    return file_answer(found.content, found.media_type, found.name, inline=False)
