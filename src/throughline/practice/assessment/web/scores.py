"""The scores of the library, worked out from what is typed: each with its components, source, population and version.

Nothing is kept and no patient is named: a score is decision support, and what it was made of stands beside it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment.records import Scored
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.scores import Input, ScoreDefinition, UnacceptableInput, compute

NONE = "none of them"
UNITS = {
    "d": "",
    "a": "years",
    "[lb_av]": "lb",
    "Cel": "°C",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}  # UCUM as people write
ASKED = {"fills": "One fill a line: day and days of supply, such as 0 30", "readings": "One a line: day and weight",
         "codes": "Apart by spaces or lines", "numbers": "Apart by spaces"}  # fmt: skip


@require_GET
@page("assessment.scores", needs=None)
def scores(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show every score with its standing, and why one cannot be worked out here."""
    known = sorted(library.scores().values(), key=lambda one: one.title.lower())
    return render(request, "assessment/scores.html", {"scores": known})


@require_http_methods(["GET", "POST"])
@page("assessment.score", needs=None)
def score(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Ask for a score's inputs and work it out; what is blank is missing, and then there is no score."""
    known = library.scores().get(key)
    if known is None or known.unavailable:
        raise Http404
    context: dict[str, Any] = {"score": known, "inputs": [_field(spec, request.POST) for spec in known.inputs]}
    context["chosen"] = request.POST.get("version", "")
    context["weights"] = [(name.replace("_", " "), points) for name, points in _weights(known)]
    status = 200
    if request.method == "POST":
        try:
            context |= _worked_out(known, compute(known, typed(known, request.POST)))
        except UnacceptableInput as wrong:
            context["error"], status = f"{wrong}.", 422
    return render(request, "assessment/score.html", context, status=status)


def typed(known: ScoreDefinition, post: QueryDict) -> dict[str, Any]:
    """Return the inputs a form holds, as `compute` takes them; what is blank is left out.

    Raises UnacceptableInput for a line that is not a pair.
    """
    found = {spec.name: value for spec in known.inputs if (value := _value(spec, post)) is not None}
    return found | ({"version": post["version"]} if known.variants and post.get("version") else {})


def _value(spec: Input, post: QueryDict) -> Any:
    if spec.type == "names":
        ticked = post.getlist(spec.name)
        return [name for name in ticked if name != NONE] if ticked else None
    raw = post.get(spec.name, "").strip()
    if not raw:
        return None
    if spec.type in ("codes", "numbers"):
        return raw.replace(",", " ").replace(";", " ").split()
    if spec.type in ("fills", "readings"):
        pairs = list(_pairs(spec, raw))
        return [{"day": day, "supply": more} for day, more in pairs] if spec.type == "fills" else pairs
    return raw


def _pairs(spec: Input, raw: str) -> Iterator[tuple[str, str]]:
    for line in filter(str.strip, raw.splitlines()):
        parts = line.replace(",", " ").split()
        if len(parts) != 2:
            raise UnacceptableInput(f"{spec.label}: '{line.strip()}' is not two numbers")
        yield parts[0], parts[1]


def _weights(known: ScoreDefinition) -> Iterable[tuple[str, Any]]:
    """Return what an input is the sum of, where the score has weights of its own for it (LACE's comorbidities)."""
    return dict(known.body.get("comorbidity_weights", {})).items()


def _field(spec: Input, post: QueryDict) -> dict[str, Any]:
    choices = (*spec.choices, NONE) if spec.type == "names" else spec.choices
    if spec.type == "boolean":
        choices = ("yes", "no")
    widget = "checks" if spec.type == "names" else "select" if choices else "lines" if spec.type in ASKED else "line"
    return {
        "name": spec.name, "label": spec.label or spec.name, "unit": UNITS.get(spec.unit, spec.unit),
        "widget": widget, "choices": [(one, one.replace("_", " ")) for one in choices], "optional": spec.optional,
        "asked": ASKED.get(spec.type, ""), "value": post.get(spec.name, ""), "ticked": post.getlist(spec.name),
    }  # fmt: skip


def _worked_out(known: ScoreDefinition, outcome: Scored) -> dict[str, Any]:
    labels = {spec.name: spec.label or spec.name for spec in known.inputs}

    def named(values: Any) -> list[tuple[str, Any]]:
        return [(labels.get(name, name.replace("_", " ")), value) for name, value in values.items()]

    return {
        "outcome": outcome,
        "components": named(outcome.components),
        "results": named(outcome.results),
        "missing": [labels.get(name, name) for name in outcome.missing],
    }
