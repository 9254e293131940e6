"""The context every page of an assessment shares: the patient's bar, the score beside, the flags with their steps."""

from typing import Any

from django.utils.translation import get_language_info

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.assessment.records import AssessmentRecord, Band, Instrument
from throughline.practice.assessment.rules.branching import kept_aside
from throughline.practice.assessment.rules.scoring import score, suggested_needs
from throughline.record.people import queries as people

WIDTH = 260


def shared(viewer: Viewer, record: AssessmentRecord) -> dict[str, Any]:
    """Return identity, and what `beside` returns: what a whole page of an assessment shows."""
    return {"identity": people.identity(viewer, record.patient_id)} | beside(record)


def beside(record: AssessmentRecord) -> dict[str, Any]:
    """Return instrument, live outcome, flags, suggestions and the prior result."""
    outcome = score(record.instrument, record.answers, record.context)
    so_far = sum(p for p in outcome.components.values() if isinstance(p, int | float))
    return {
        "patient_id": record.patient_id,
        "record": record,
        "line": record.line,
        "instrument": record.instrument,
        "outcome": outcome,
        "so_far": so_far if outcome.components else None,
        "bar": bar(record, so_far if outcome.components else None),
        "suggestions": suggested_needs(record.instrument, record.answers, record.context),
        "flags": record.flags,
        "aside": kept_aside(record.instrument, record.answers),
        "tab": "assessments",
    } | wording(record.instrument, record.language)


def wording(instrument: Instrument, language: str) -> dict[str, Any]:
    """Return the language the questions are worded in, their lead, and how sure we are of a translation."""
    return {
        "wording": language if language != "en" else "",
        "lead": instrument.lead.get(language) or instrument.lead.get("en", ""),
        "translation": instrument.translations.get(language),
        "origin": origin(instrument),
    }


def origin(instrument: Instrument) -> str:
    """Return whose words an instrument's are and where they come from, in sentences."""
    told = (instrument.attribution or instrument.licence.text, instrument.citation)
    return " ".join(f"{part.rstrip('. ')}." for part in told if part.strip())


def called(code: str) -> str:
    """Return the English name of a language, its code for one Django does not know: a site may lay in any."""
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


def bar(record: AssessmentRecord, value: Any) -> dict[str, Any] | None:
    """Return the bands of the main total as a drawing true to scale, the value and the prior one marked; or None."""
    total = next((t for t in record.instrument.totals if t.bands and t.highest is not None), None)
    if total is None or total.lowest is None or total.highest is None:
        return None
    low, high = float(total.lowest), float(total.highest)
    scale = WIDTH / (high - low + 1)

    def x(at: float) -> float:
        return round((at - low) * scale, 1)

    return {
        "bands": [_band(b, x, scale, n) for n, b in enumerate(total.bands)],
        "now": None if value is None else max(2.0, x(float(value) + 0.5)),
        "value": value,
        "prior": _prior(record, x),
        "lowest": total.lowest,
        "highest": total.highest,
        "title": ", ".join(f"{b.label} {b.lowest} to {b.highest}" for b in total.bands),
    }


def _band(band: Band, x: Any, scale: float, number: int) -> dict[str, Any]:
    start, end = x(float(band.lowest)), x(float(band.highest) + 1)
    return {"x": start, "width": round(end - start - 2, 1), "label": band.label, "odd": number % 2, "from": band.lowest}


def _prior(record: AssessmentRecord, x: Any) -> dict[str, Any] | None:
    if record.prior is None or not record.prior.score.replace(".", "").isdigit():
        return None
    return {"x": x(float(record.prior.score) + 0.5), "score": record.prior.score, "at": record.prior.signed_at}
