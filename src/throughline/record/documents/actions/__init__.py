"""The writes of documents: draft, revise, sign, hand over, share by link, recall, keep a file."""

from throughline.record.documents.actions.drafting import (
    LetterIn,
    UnableToDraft,
    discard_about,
    discard_document,
    draft_document,
    draft_letter,
    revise_document,
    sign_document,
)
from throughline.record.documents.actions.filing import attach_file, enclose_files
from throughline.record.documents.actions.handing import hand_over, report_failure
from throughline.record.documents.actions.sharing import (
    LinkClosed,
    open_shared,
    recall_document,
    revoke_share,
    share,
    share_new,
)

__all__ = [
    "LetterIn",
    "LinkClosed",
    "UnableToDraft",
    "attach_file",
    "discard_about",
    "discard_document",
    "draft_document",
    "draft_letter",
    "enclose_files",
    "hand_over",
    "open_shared",
    "recall_document",
    "report_failure",
    "revise_document",
    "revoke_share",
    "share",
    "share_new",
    "sign_document",
]
