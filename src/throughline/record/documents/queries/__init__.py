"""The reads of documents: lists, one whole, as PDF, shared links, files, the letters there are."""

from throughline.record.documents.queries.documents import (
    attachment,
    document,
    documents_about,
    documents_of,
    files_of,
    sections_of,
)
from throughline.record.documents.queries.letters import NoSuchLetter, letter, letters, site_phone
from throughline.record.documents.queries.opening import holder_of
from throughline.record.documents.queries.printing import cover_pdf, pdf, sheet_for, sheet_of, signature_of
from throughline.record.documents.queries.shares import shares_of

__all__ = [
    "NoSuchLetter",
    "attachment",
    "cover_pdf",
    "document",
    "documents_about",
    "documents_of",
    "files_of",
    "holder_of",
    "letter",
    "letters",
    "pdf",
    "sections_of",
    "shares_of",
    "sheet_for",
    "sheet_of",
    "signature_of",
    "site_phone",
]
