"""Makes an instrument of any FHIR R4 Questionnaire, Structured Data Capture extensions included."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from throughline.practice.assessment.records import (
    Branch,
    Chosen,
    Instrument,
    Item,
    Kind,
    Licence,
    Limits,
    Option,
    Quantity,
    Total,
)
from throughline.practice.assessment.rules.definition import DefinitionProblem, check, every_item

CORE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
LOINC = "http://loinc.org"
ORDINAL = (
    CORE + "ordinalValue",
    CORE + "itemWeight",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-ordinalValue",
)
VALUE_TYPES = (
    "Coding", "String", "Integer", "Decimal", "Date", "Time", "DateTime", "Boolean", "Uri", "Quantity", "Reference"
)  # fmt: skip


def from_questionnaire(source: Mapping[str, Any]) -> Instrument:
    """The instrument of a Questionnaire resource.

    Its calculated numbers become totals. Raises DefinitionProblem when it is no Questionnaire, an item has no
    linkId or no known type, or a linkId stands twice.
    """
    if source.get("resourceType") != "Questionnaire":
        raise DefinitionProblem("this is no Questionnaire resource")
    contained = {f"#{r.get('id')}": r for r in source.get("contained", ()) if r.get("resourceType") == "ValueSet"}
    identity = str(source.get("id") or source.get("name") or source.get("url") or "questionnaire")
    items = tuple(_item(row, contained) for row in source.get("item", ()))
    made = Instrument(
        id=identity,
        title=str(source.get("title") or source.get("name") or identity),
        version=str(source.get("version") or "1"),
        items=items,
        wording="shipped",
        languages=(str(source.get("language", "en")),),
        licence=Licence("own", str(source.get("copyright", "")), "as published by its author"),
        attribution=str(source.get("copyright", "")),
        citation=str(source.get("url", "")),
        confidence="as published",
        panel_code=_code(source.get("code", ())),
        totals=tuple(_totals(_once(items))),
        url=str(source.get("url", "")),
        variables=tuple(_variables(source)),
        source=source,
    )
    check(made)
    return made


def extensions(element: Mapping[str, Any], *urls: str) -> Iterator[Mapping[str, Any]]:
    """The extensions of an element with one of these addresses."""
    for extension in element.get("extension", ()):
        if extension.get("url") in urls:
            yield extension


def extension_value(element: Mapping[str, Any], *urls: str) -> Any:
    """The value of the first such extension, whatever its type, or None."""
    for extension in extensions(element, *urls):
        return next((v for k, v in extension.items() if k.startswith("value")), None)
    return None


def quantity_of(raw: Mapping[str, Any]) -> Quantity:
    """A Quantity of its JSON form."""
    return Quantity(
        Decimal(str(raw.get("value", 0))),
        str(raw.get("unit", "")),
        str(raw.get("system", "")),
        str(raw.get("code", "")),
    )


def _item(row: Mapping[str, Any], contained: Mapping[str, Any]) -> Item:
    if not row.get("linkId"):
        raise DefinitionProblem("an item has no linkId")
    try:
        kind = Kind(str(row.get("type")))
    except ValueError as wrong:
        raise DefinitionProblem(f"item {row['linkId']}: '{row.get('type')}' is no type of item in R4") from wrong
    calculated = extension_value(row, SDC + "calculatedExpression") or {}
    return Item(
        id=str(row["linkId"]),
        kind=kind,
        text={"en": str(row["text"])} if row.get("text") else {},
        code=_code(row.get("code", ())),
        required=bool(row.get("required", False)),
        repeats=bool(row.get("repeats", False)),
        hidden=bool(extension_value(row, CORE + "questionnaire-hidden")),
        read_only=bool(row.get("readOnly", False)),
        options=tuple(_options(row, contained)),
        limits=_limits(row, contained),
        unit=str((extension_value(row, CORE + "questionnaire-unit") or {}).get("code", "")),
        branches=tuple(_branch(b) for b in row.get("enableWhen", ())),
        any_branch=row.get("enableBehavior") == "any",
        calculated=str(calculated.get("expression", "")),
        initial=next(iter(row.get("initial", ())), None),
        variables=tuple(_variables(row)),
        constraints=tuple(_constraints(row)),
        items=tuple(_item(child, contained) for child in row.get("item", ())),
    )


def _code(codes: Any) -> str:
    """The LOINC code among the codes of an element, else the first of them."""
    found = [c for c in codes if c.get("code")]
    loinc = [c for c in found if c.get("system") == LOINC]
    return str((loinc or found)[0]["code"]) if found else ""


def _variables(element: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for extension in extensions(element, CORE + "variable"):
        expression = extension.get("valueExpression", {})
        if expression.get("name") and expression.get("expression"):
            yield str(expression["name"]), str(expression["expression"])


def _constraints(element: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Severity, expression and sentence of each `questionnaire-constraint`."""
    for extension in extensions(element, CORE + "questionnaire-constraint"):
        parts = {e.get("url"): next((v for k, v in e.items() if k != "url"), "") for e in extension["extension"]}
        yield str(parts.get("severity", "error")), str(parts.get("expression", "")), str(parts.get("human", ""))


def _options(row: Mapping[str, Any], contained: Mapping[str, Any]) -> Iterator[Option]:
    for option in row.get("answerOption", ()):
        yield _option(option)
    value_set = contained.get(str(row.get("answerValueSet", "")))
    if value_set is not None:
        for coding in codings_of(value_set):
            yield _option({"valueCoding": coding})


def codings_of(value_set: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The codings a value set lists: its expansion if it has one, else the concepts it includes."""
    expansion = (value_set.get("expansion") or {}).get("contains")
    if expansion:
        yield from (dict(c) for c in expansion)
        return
    for include in (value_set.get("compose") or {}).get("include", ()):
        for concept in include.get("concept", ()):
            yield {"system": include.get("system", ""), **concept}


def _option(option: Mapping[str, Any]) -> Option:
    name = next((t for t in VALUE_TYPES if f"value{t}" in option), None)
    if name is None:
        raise DefinitionProblem("an answerOption holds no value")
    raw = option[f"value{name}"]
    marks = frozenset({"exclusive"} if extension_value(option, CORE + "questionnaire-optionExclusive") else ())
    weight = extension_value(option, *ORDINAL)
    if name == "Coding":
        weight = extension_value(raw, *ORDINAL) if weight is None else weight
        code, text = str(raw.get("code", "")), str(raw.get("display") or raw.get("code", ""))
        key = code or text
        system = str(raw.get("system", ""))
        return Option(key, {"en": text}, _decimal(weight), code, system, marks, Chosen(key))
    if name == "Reference":
        raw = raw.get("reference", "")
    return Option(str(raw), {"en": str(raw)}, _decimal(weight), marks=marks, value=str(raw))


def _decimal(raw: Any) -> Decimal | None:
    return None if raw is None else Decimal(str(raw))


def _limits(row: Mapping[str, Any], contained: Mapping[str, Any]) -> Limits:
    units = [e.get("valueCoding", {}) for e in extensions(row, CORE + "questionnaire-unitOption")]
    value_set = str(row.get("answerValueSet", ""))
    return Limits(
        minimum=_limit(row, "minValue", "minQuantity"),
        maximum=_limit(row, "maxValue", "maxQuantity"),
        min_length=extension_value(row, CORE + "minLength"),
        max_length=row.get("maxLength"),
        max_decimals=extension_value(row, CORE + "maxDecimalPlaces"),
        pattern=str(extension_value(row, CORE + "regex") or ""),
        entry_format=str(extension_value(row, CORE + "entryFormat") or ""),
        min_occurs=extension_value(row, CORE + "questionnaire-minOccurs"),
        max_occurs=extension_value(row, CORE + "questionnaire-maxOccurs"),
        units=tuple((str(u.get("system", "")), str(u.get("code", ""))) for u in units),
        unit_value_set=str(extension_value(row, CORE + "questionnaire-unitValueSet") or ""),
        media_types=tuple(str(e.get("valueCode")) for e in extensions(row, CORE + "mimeType")),
        reference_types=tuple(
            str(e.get("valueCode")) for e in extensions(row, CORE + "questionnaire-referenceResource")
        ),
        value_set="" if value_set in contained else value_set,
    )


def _limit(row: Mapping[str, Any], plain: str, quantity: str) -> Any:
    raw = extension_value(row, CORE + plain)
    if raw is not None:
        return raw if isinstance(raw, str) else Decimal(str(raw))
    of_quantity = extension_value(row, SDC + quantity)
    return quantity_of(of_quantity) if of_quantity else None


def _branch(row: Mapping[str, Any]) -> Branch:
    raw = next((v for k, v in row.items() if k.startswith("answer")), None)
    if isinstance(raw, Mapping):
        raw = raw.get("code") or raw.get("value") or raw.get("reference") or raw.get("display")
    return Branch(str(row["question"]), str(row.get("operator", "=")), raw)


def _once(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items outside repeating groups: what is calculated in each repetition is no total of the form."""
    inside = {
        i.id for item in every_item(items) if item.kind is Kind.GROUP and item.repeats for i in every_item(item.items)
    }
    return tuple(replace(item, items=()) for item in every_item(items) if item.id not in inside)


def _totals(items: tuple[Item, ...]) -> Iterator[Total]:
    calculated = [item for item in every_item(items) if item.calculated]
    for item in calculated:
        yield Total(
            id=item.id,
            method="expression",
            missing_rule="none",
            code=item.code,
            expression=item.calculated,
            main=item is calculated[0],
        )
