"""What narrows the timeline: the kind of what happened, and the thread it belongs to."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.http import urlencode

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment import queries as assessment
from throughline.practice.careplan import queries as careplan
from throughline.practice.coordination.queries import messages

STORY_KINDS = (
    ("", "All"),
    ("contacts", "Contacts"),
    ("tasks", "Tasks"),
    ("cases", "Case"),
    ("chart", "Record"),
    ("clocks", "Clocks"),
)
CHOOSE = "choose"  # the threads are offered, none is chosen yet


def asked_thread(request: HttpRequest) -> UUID | None:
    """Return the need whose thread is asked for; None for all."""
    try:
        return UUID(request.GET.get("thread", ""))
    except ValueError:
        return None


def about(viewer: Viewer, need_id: UUID | None) -> dict[str, tuple[UUID, ...]] | None:
    """Return what lines of a thread name, for `journal.timeline`; None without a thread. Raises NotFound."""
    if need_id is None:
        return None
    return careplan.parts_of_thread(viewer, need_id) | {"conversation_id": messages.about_need(viewer, need_id)}


def offered(request: HttpRequest, viewer: Viewer, patient_id: UUID, kind: str) -> dict[str, Any]:
    """Return the chips of the timeline. The patient's threads are read when a thread is asked for or to be chosen."""
    chosen, asked = asked_thread(request), request.GET.get("thread", "")
    threads = assessment.named_needs(viewer, patient_id) if chosen or asked == CHOOSE else []
    return {
        "kinds": [
            (key, label, urlencode({"kind": key} | ({"thread": asked} if chosen else {}))) for key, label in STORY_KINDS
        ],
        "kind": kind,
        "thread": chosen,
        "choosing": bool(threads) or asked == CHOOSE,
        "threads": [(key, text, urlencode({"kind": kind, "thread": key})) for key, text in threads],
        "all_threads": urlencode({"kind": kind}),
        "choose_thread": urlencode({"kind": kind, "thread": CHOOSE}),
        "narrowed": urlencode({"kind": kind} | ({"thread": asked} if chosen else {})),
    }
