"""Edits of one record by two people: what a view settles them with, and the page that puts both texts side by side.

Most edit forms are described once and carried out by `editing.edit`, which does all of this; here is what it stands on.

A view that edits fields of a record:

    FIELDS = {"words": "In the patient's own words"}
    now = {"words": case.matters_most}                                  # what the record holds at this instant
    if request.method == "POST":
        settled = settle(request, FIELDS, now)
        if settled.conflicts:
            return conflict(request, settled, changed_by="R. Castellano, LISW", back=…, about="What matters")   # 409
        change(…, **settled.values, version=record.version, by=viewer.actor, at=viewer.at)
        say_merged(request, settled, FIELDS, changed_by=…)              # "Kept R. Castellano's change of Language"

and in its form `{% load drafts %}{% seen "words" case.matters_most %}` beside each field. Different fields merge
without a word lost; the same field comes back as Yours / Theirs / Both with its differences marked. The action checks
the record's version once more, so that nothing slips in between.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from throughline.foundation.access.web.answers import is_fragment
from throughline.foundation.drafts import rules
from throughline.foundation.drafts.records import Settled

SEEN, KEEP = "seen", "keep."


def settle(
    request: HttpRequest,
    labels: Mapping[str, str],
    now: Mapping[str, str],
    single: Mapping[str, Callable[[str], str]] | None = None,
    one_line: Collection[str] = (),
) -> Settled:
    """Return what the edit sent becomes, given what the record holds now (`rules.settle`)."""
    sent = request.POST
    settled = rules.settle(
        labels=labels,
        seen=dict(part.partition(":")[::2] for part in sent.getlist(SEEN)),
        yours={field: sent[field] for field in labels if field in sent},
        now=now,
        chosen={field: sent[KEEP + field] for field in labels if KEEP + field in sent},
        single=single,
        one_line=one_line,
    )
    # What she wrote and then gave up for a colleague's text stays as her draft: no text is ever discarded.
    if any(sent.get(KEEP + field) == "theirs" for field in labels):
        request.keep_draft = True  # type: ignore[attr-defined]
    return settled


def conflict(request: HttpRequest, settled: Settled, *, changed_by: str, back: str, about: str) -> HttpResponse:
    """Return the 409 that shows Yours, Theirs and Both for each field two people changed; all else sent stays."""
    shown = {one.field for one in settled.conflicts}
    context = {
        "conflicts": [(one, rules.version_of(one.theirs)) for one in settled.conflicts],
        # The version of what is held, not of what she wrote: her other changes are hers still when she has chosen.
        "others": [(field, value, settled.now[field]) for field, value in settled.values.items() if field not in shown],
        "rest": _rest(request, settled),
        "changed_by": changed_by,
        "back": back,
        "about": about,
        "action": request.path,
    }
    template = "drafts/_conflict.html" if is_fragment(request) else "drafts/conflict.html"
    return render(request, template, context, status=409)


def _rest(request: HttpRequest, settled: Settled) -> list[tuple[str, str]]:
    """Return what else the form sent, to be sent again with the choice."""
    own = {"csrfmiddlewaretoken", SEEN, "version", "draft_again", *settled.values}
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in own and not name.startswith(KEEP)
        for value in values
    ]


def say_merged(request: HttpRequest, settled: Settled, labels: Mapping[str, str], *, changed_by: str) -> None:
    """Say which fields a colleague changed meanwhile, whose change stays beside hers; nothing when there are none."""
    if settled.theirs:
        fields = ", ".join(str(labels[field]) for field in settled.theirs)
        messages.info(request, _("Changed by %(who)s and kept: %(fields)s.") % {"who": changed_by, "fields": fields})


def merged(request: HttpRequest, settled: Settled) -> Any:
    """Return what was sent with a colleague's changes in the fields left alone, for a form of Django's; else None."""
    if request.method != "POST":
        return None
    sent = request.POST.copy()
    for name in request.POST:
        if name in settled.values:
            sent[name] = settled.values[name]
    return sent


def seen_of(now: Mapping[str, str]) -> list[str]:
    """Return the version of each field a form is made from, as its hidden fields `seen` carry them."""
    return [f"{name}:{rules.version_of(value)}" for name, value in now.items()]
