"""Observations, diagnostic reports and documents into facts."""

import base64
import binascii
from typing import Any

from throughline.edge.interop.fhir import bindings
from throughline.edge.interop.fhir.clinical import Parts, chief, said_or_named
from throughline.edge.interop.fhir.elements import (
    NEVER,
    Node,
    Quantity,
    Refused,
    When,
    coded,
    concept,
    concepts,
    flag,
    node_at,
    nodes,
    notes,
    period,
    pointers,
    quantity,
    text,
    when,
    whole,
    words_of,
)
from throughline.foundation.kernel.codes import LOINC
from throughline.record.chart.records.received import NOWHERE, Common, NoteFact, ObservationFact, ReportFact


def _effective(node: Node, path: str) -> tuple[When, When]:
    start = when(node, "effectiveDateTime", path)
    if start is not NEVER:
        return start, NEVER
    if "effectivePeriod" in node:
        return period(node, "effectivePeriod", path)
    return when(node, "effectiveInstant", path), NEVER


def _category(node: Node, path: str) -> str:
    found = concepts(node, "category", path)
    return found[0].code or found[0].words if found else ""


Value = tuple[float | None, str, str, str, str, str]
"""number, comparator, unit, code, system of the code, words"""
_NO_VALUE: Value = (None, "", "", "", "", "")


def _value(node: Node, path: str) -> Value:
    """Return value[x] of an Observation or component, whatever its type."""
    measured = quantity(node, "valueQuantity", path)
    if measured is not None:
        return measured.value, measured.comparator, measured.unit, "", "", ""
    for key in node:
        if key.startswith("value"):
            return _other_value(node, key, path)
    return _NO_VALUE


def _other_value(node: Node, key: str, path: str) -> Value:
    if key == "valueCodeableConcept":
        what = concept(node, key, path)
        return None, "", "", what.code, what.system, what.words
    if key == "valueString":
        return None, "", "", "", "", text(node, key, path)
    if key == "valueInteger":
        return whole(node, key, path), "", "", "", "", ""
    if key == "valueBoolean":
        said = flag(node, key, path)
        return None, "", "", "", "", "" if said is None else "yes" if said else "no"
    if key in ("valueDateTime", "valueTime"):
        if key == "valueDateTime":
            when(node, key, path)
        return None, "", "", "", "", text(node, key, path)
    inside = node_at(node, key, path) if not key.startswith("_") else None
    return (None, "", "", "", "", _range_or_period(inside, key, f"{path}.{key}")) if inside else _NO_VALUE


def _range_or_period(inside: Node, key: str, path: str) -> str:
    if key == "valuePeriod":
        return f"{text(inside, 'start', path)} to {text(inside, 'end', path)}"
    halves = ("numerator", "denominator") if key == "valueRatio" else ("low", "high")
    found = [quantity(inside, half, path) for half in halves]
    said = [in_words(one) for one in found]
    return (" / " if key == "valueRatio" else " to ").join(said) if any(said) else ""


def in_words(measured: Quantity | None) -> str:
    """Return a quantity as words: "<7 %"."""
    if measured is None or measured.value is None:
        return ""
    return f"{measured.comparator}{measured.value:g} {measured.unit}".strip()


def _range(node: Node, path: str) -> tuple[float | None, float | None, str]:
    if "referenceRange" not in node:
        return None, None, ""
    ranges = nodes(node, "referenceRange", path)
    if not ranges:
        return None, None, ""
    inside = f"{path}.referenceRange[0]"
    ends = quantity(ranges[0], "low", inside), quantity(ranges[0], "high", inside)
    low, high = (end.value if end else None for end in ends)
    if low is not None and high is not None and high < low:  # written the wrong way round, as some laboratories do
        low, high = high, low
    return low, high, text(ranges[0], "text", inside)


def _components(node: Node, path: str) -> list[dict[str, Any]] | None:
    if "component" not in node:
        return None
    result: list[dict[str, Any]] = []
    for position, one in enumerate(nodes(node, "component", path)):
        inside = f"{path}.component[{position}]"
        what = concept(one, "code", inside, LOINC)
        if not what.words:
            raise Refused(f"{inside}.code", "is missing")
        found, comparator, unit, code, system, words = _value(one, inside)
        entry = {
            "system": what.system,
            "code": what.code,
            "display": what.words,
            "number": found,
            "comparator": comparator,
            "unit": unit,
            "value_code": code,
            "value_system": system,
            "text": words,
            "interpretation": _interpretation(one, inside),
            "absent_reason": concept(one, "dataAbsentReason", inside).words,
        }
        result.append({key: value for key, value in entry.items() if value not in ("", None)})
    return result or None


def _interpretation(node: Node, path: str) -> str:
    if "interpretation" not in node:
        return ""
    return ", ".join(one.code or one.words for one in concepts(node, "interpretation", path))


def observation(node: Node) -> Parts:
    """Read an Observation: a value of any type, components, range, interpretation."""
    path = "Observation"
    what = concept(node, "code", path, LOINC)
    if not what.words:
        raise Refused(f"{path}.code", "is missing")
    start, end = _effective(node, path)
    performers = pointers(node, "performer", path) if "performer" in node else []
    author, names = said_or_named("author", performers[0] if performers else NOWHERE)
    common = Common(
        when(node, "issued", path).at,
        author,
        coded(node, "status", bindings.OBSERVATION_STATUS, path),
        *what[:2],
        what.words,
        what.codings,
        start.at,
        end.at,
        start.precision or end.precision,
        notes(node, path),
    )
    fact = ObservationFact(
        common,
        _category(node, path),
        *_value(node, path),
        _components(node, path),
        _interpretation(node, path),
        *_range(node, path),
        concept(node, "dataAbsentReason", path).words if "dataAbsentReason" in node else "",
    )
    return {"fact": fact, "names": names}


def report(node: Node) -> Parts:
    """Read a DiagnosticReport."""
    path = "DiagnosticReport"
    what = concept(node, "code", path, LOINC)
    if not what.words:
        raise Refused(f"{path}.code", "is missing")
    start, end = _effective(node, path)
    performers = pointers(node, "performer", path)
    author, names = said_or_named("author", performers[0] if performers else NOWHERE)
    conclusion = text(node, "conclusion", path) or words_of(concepts(node, "conclusionCode", path))
    common = chief(
        what,
        start,
        end,
        recorded_at=when(node, "issued", path).at,
        author=author,
        status=coded(node, "status", bindings.REPORT_STATUS, path),
    )
    fact = ReportFact(common, _category(node, path), conclusion, pointers(node, "result", path) or None)
    return {"fact": fact, "names": names}


def document(node: Node) -> Parts:
    """Read a DocumentReference: what kind of document, by whom, how large. Its words stay in the bytes."""
    path = "DocumentReference"
    contents = nodes(node, "content", path)
    if not contents:
        raise Refused(f"{path}.content", "is missing")
    attachment = node_at(contents[0], "attachment", f"{path}.content[0]")
    if attachment is None:
        raise Refused(f"{path}.content[0].attachment", "is missing")
    inside = f"{path}.content[0].attachment"
    authors = pointers(node, "author", path)
    author, names = said_or_named("author", authors[0] if authors else NOWHERE)
    context = node_at(node, "context", path) or {}
    start, end = period(context, "period", f"{path}.context")
    written = when(node, "date", path)
    common = chief(
        concept(node, "type", path, LOINC),
        start if start.at else written,
        end,
        recorded_at=written.at,
        author=author,
        status=coded(node, "status", bindings.DOCUMENT_STATUS, path),
    )
    title = text(attachment, "title", inside) or text(node, "description", path)
    fact = NoteFact(
        common,
        words_of(concepts(node, "category", path)),
        title,
        text(attachment, "contentType", inside),
        _length(attachment, inside),
        text(attachment, "url", inside),
    )
    encounters = pointers(context, "encounter", f"{path}.context")
    return {"fact": fact, "names": names, "encounter": encounters[0] if encounters else NOWHERE}


def _length(attachment: Node, path: str) -> int | None:
    """Return the size in bytes of a document that came inside the record; refused when it is not base64."""
    data = text(attachment, "data", path)
    if not data:
        return whole(attachment, "size", path, least=0)
    try:
        return len(binascii.a2b_base64(data))
    except (binascii.Error, ValueError):
        raise Refused(f"{path}.data", "is not base64") from None


def document_text(node: Node) -> str:
    """Return the words of a DocumentReference that carries plain text, "" when it carries none."""
    for content in node.get("content") or []:
        attachment = content.get("attachment") or {}
        if str(attachment.get("contentType", "")).startswith("text/plain") and attachment.get("data"):
            return base64.b64decode(attachment["data"]).decode("utf-8", "replace")
    return ""
