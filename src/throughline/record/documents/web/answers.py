"""Answers that are files: their names carry no patient's name, and no browser keeps them."""

from django.http import HttpResponse

from throughline.record.documents.records import DocumentRecord


def pdf_answer(content: bytes, found: DocumentRecord, *, inline: bool = True) -> HttpResponse:
    """Return a PDF as an answer; its file name says the kind and a part of the identifier, nothing of the patient."""
    return file_answer(content, "application/pdf", f"{found.kind}-{str(found.id)[-8:]}.pdf", inline=inline)


def file_answer(content: bytes, media_type: str, name: str, *, inline: bool) -> HttpResponse:
    """Return bytes as a file that is shown or saved, never sniffed for another type and never run."""
    response = HttpResponse(content, content_type=media_type)
    disposition = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{disposition}; filename="{name.encode("ascii", "replace").decode()}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
