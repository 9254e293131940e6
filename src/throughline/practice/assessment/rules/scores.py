"""Scores out of named inputs: a definition from content, the inputs checked, one pure method, no silent guesses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from throughline.practice.assessment.records import Band, Flag, Scored
from throughline.practice.assessment.rules import scores_comorbidity, scores_measured, scores_points
from throughline.practice.assessment.rules.answers import too_long
from throughline.practice.assessment.rules.definition import DefinitionProblem, bands_of
from throughline.practice.assessment.rules.scores_outcome import Outcome
from throughline.practice.assessment.rules.scoring import plain
from throughline.practice.assessment.rules.totals import band_of

TYPES = ("integer", "decimal", "boolean", "choice", "codes", "names", "numbers", "fills", "readings")


class UnacceptableInput(ValueError):
    """Inputs a score cannot take, with a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Input:
    """One named input of a score, with its unit and the span of believable values."""

    name: str
    type: str
    label: str = ""
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class ScoreDefinition:
    """A score as content describes it."""

    id: str
    title: str
    version: str
    method: str
    inputs: tuple[Input, ...]
    body: Mapping[str, Any]
    bands: tuple[Band, ...] = ()
    variants: tuple[str, ...] = ()
    citation: str = ""
    licence: str = ""
    population: str = ""
    confidence: str = ""
    notes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    examples: tuple[Mapping[str, Any], ...] = ()
    unavailable: str = ""
    input_sets: tuple[tuple[str, ...], ...] = field(default_factory=tuple)


METHODS: dict[str, Callable[[ScoreDefinition, Mapping[str, Any], str], Outcome]] = {
    "points": lambda d, i, v: scores_points.points(d.body, i, v, d.variants),
    "single": lambda d, i, v: scores_points.single(d.body, i),
    "rules": lambda d, i, v: scores_points.rules(d.body, i),
    "weights": lambda d, i, v: scores_comorbidity.weights(d.body, i),
    "charlson": lambda d, i, v: scores_comorbidity.charlson(d.body, i, v),
    "ckd_epi_2021": lambda d, i, v: scores_measured.egfr(d.body, i),
    "kdigo_grid": lambda d, i, v: scores_measured.kdigo(d.body, i),
    "days_covered": lambda d, i, v: scores_measured.days_covered(d.body, i),
    "weight_gain": lambda d, i, v: scores_measured.weight_gain(d.body, i),
}


def score_of(content: Mapping[str, Any]) -> ScoreDefinition:
    """The score a content item describes. Raises DefinitionProblem when it cannot be used."""
    for name in ("id", "title", "version"):
        if not content.get(name):
            raise DefinitionProblem(f"{content.get('id', 'score')}: '{name}' is missing")
    method = str(content.get("method", ""))
    unavailable = str(content.get("unavailable", ""))
    if method not in METHODS and not unavailable:
        raise DefinitionProblem(f"{content['id']}: no method '{method}'")
    return ScoreDefinition(
        id=str(content["id"]),
        title=str(content["title"]),
        version=str(content["version"]),
        method=method,
        inputs=tuple(_input(row, str(content["id"])) for row in content.get("inputs", ())),
        body=content,
        bands=bands_of(content.get("bands", ())),
        variants=tuple(content.get("variants", ())),
        citation=str(content.get("citation", "")),
        licence=str((content.get("licence") or {}).get("text", "")),
        population=str(content.get("population", "")),
        confidence=str(content.get("confidence", "unreviewed")),
        notes=tuple(str(n) for n in content.get("notes", ())),
        aliases=tuple(str(a) for a in content.get("aliases", ())),
        examples=tuple(content.get("examples", ())),
        unavailable=unavailable,
        input_sets=tuple(tuple(s) for s in content.get("input_sets", ())),
    )


def _input(row: Mapping[str, Any], where: str) -> Input:
    if row.get("type") not in TYPES:
        raise DefinitionProblem(f"{where}.{row.get('name')}: no such type of input: {row.get('type')}")
    return Input(
        name=str(row["name"]),
        type=str(row["type"]),
        label=str(row.get("label", row["name"])),
        unit=str(row.get("unit", "")),
        minimum=Decimal(str(row["min"])) if "min" in row else None,
        maximum=Decimal(str(row["max"])) if "max" in row else None,
        decimals=row.get("decimals"),
        choices=tuple(str(c) for c in row.get("choices", ())),
        optional=bool(row.get("optional", False)),
        default=row.get("default"),
    )


def compute(definition: ScoreDefinition, raw: Mapping[str, Any]) -> Scored:
    """The score of these inputs, or no score and the list of what is missing. Nothing is imputed.

    `raw` may name a `version` where the score has several. Raises UnacceptableInput on a name the score does not
    know or a value it cannot take.
    """
    if definition.unavailable:
        raise UnacceptableInput(f"{definition.title} is not computed here: {definition.unavailable}")
    given = {str(k): v for k, v in raw.items()}
    variant = _variant(definition, given.pop("version", None))
    known = {spec.name: spec for spec in definition.inputs}
    strange = [name for name in given if name not in known]
    if strange:
        raise UnacceptableInput(
            f"{definition.title} knows no input '{strange[0]}'; it takes {', '.join(known) or 'none'}"
        )
    inputs = {n: _accept(known[n], v) for n, v in given.items() if not _absent(v)}
    absent = {name: str(v) for name, v in given.items() if _absent(v) and v is not None}
    inputs |= {s.name: s.default for s in definition.inputs if s.default is not None and s.name not in inputs}
    missing = _missing(definition, inputs)
    version = f"{definition.version}+{variant}" if variant else definition.version
    outcome = Outcome() if missing else METHODS[definition.method](definition, inputs, variant)
    return _scored(definition, version, outcome, missing, absent)


def _scored(
    definition: ScoreDefinition,
    version: str,
    outcome: Outcome,
    missing: tuple[str, ...],
    absent: Mapping[str, str],
) -> Scored:
    value = outcome.value
    band = outcome.band or (band_of(definition.bands, value) if isinstance(value, Decimal) else None)
    return Scored(
        key=definition.id,
        version=version,
        score=plain(value),
        band=band,
        components={name: plain(points) for name, points in outcome.components.items()},
        flags=tuple(Flag(f, "urgent", outcome.flag_texts.get(f, f)) for f in outcome.flags),
        complete=not missing,
        missing=missing,
        absent=absent,
        positive=outcome.positive,
        results={name: plain(v) for name, v in outcome.results.items()},
        actions=tuple(outcome.actions),
        notes=definition.notes,
        confidence=definition.confidence,
        citation=definition.citation,
        population=definition.population,
    )


def _variant(definition: ScoreDefinition, wanted: Any) -> str:
    if not definition.variants:
        if wanted is not None:
            raise UnacceptableInput(f"{definition.title} has one version only")
        return ""
    chosen = str(wanted) if wanted is not None else definition.variants[0]
    if chosen not in definition.variants:
        raise UnacceptableInput(f"{definition.title} has the versions {', '.join(definition.variants)}, not {chosen}")
    return chosen


def _missing(definition: ScoreDefinition, inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """Required inputs that are not there; where the score takes one set or another, the first set's."""
    sets: Sequence[tuple[str, ...]] = definition.input_sets or (
        tuple(s.name for s in definition.inputs if not s.optional),
    )
    lacking = [tuple(name for name in names if name not in inputs) for names in sets]
    return () if any(not short for short in lacking) else min(lacking, key=len)


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in ("", "refused", "unable", "not-asked"))


def _accept(spec: Input, value: Any) -> Any:
    if spec.type in ("integer", "decimal"):
        return _number(spec, value)
    if spec.type == "boolean":
        return _truth(spec, value)
    if spec.type == "choice":
        return _choice(spec, value)
    if not isinstance(value, list | tuple):
        raise UnacceptableInput(f"'{spec.name}' takes a list")
    return _LISTS[spec.type](spec, value)


def _number(spec: Input, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise UnacceptableInput(f"'{spec.name}' takes a number, not {value!r}")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as wrong:
        raise UnacceptableInput(f"'{spec.name}' takes a number, not '{value}'") from wrong
    if not number.is_finite() or too_long(number):
        raise UnacceptableInput(f"'{spec.name}' takes a number, not '{str(value)[:40]}'")
    if spec.type == "integer" and number != number.to_integral_value():
        raise UnacceptableInput(f"'{spec.name}' takes a whole number, not {value}")
    low, high = spec.minimum, spec.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        unit = f" {spec.unit}" if spec.unit else ""
        span = f"from {low} to {high}" if low is not None and high is not None else f"at least {low}"
        raise UnacceptableInput(f"'{spec.name}' must be {span}{unit}, not {value}")
    return number


def _truth(spec: Input, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "y"):
        return True
    if word in ("0", "false", "no", "n"):
        return False
    raise UnacceptableInput(f"'{spec.name}' takes true or false, not {value!r}")


def _choice(spec: Input, value: Any) -> str:
    word = str(value).strip()
    for choice in spec.choices:
        if word.lower() in (choice.lower(), *_OTHER_NAMES.get(choice, ())):
            return choice
    raise UnacceptableInput(f"'{spec.name}' must be one of {', '.join(spec.choices)}, not '{value}'")


_OTHER_NAMES = {"F": ("female",), "M": ("male",)}


def _codes(spec: Input, value: Sequence[Any]) -> tuple[str, ...]:
    if any(not isinstance(code, str) or not code.strip() for code in value):
        raise UnacceptableInput(f"'{spec.name}' takes a list of ICD-10-CM codes")
    return tuple(code.replace(".", "").strip().upper() for code in value)


def _names(spec: Input, value: Sequence[Any]) -> tuple[str, ...]:
    strange = [v for v in value if str(v) not in spec.choices]
    if strange:
        raise UnacceptableInput(f"'{spec.name}' knows no '{strange[0]}'")
    return tuple(dict.fromkeys(str(v) for v in value))


def _numbers(spec: Input, value: Sequence[Any]) -> tuple[Decimal, ...]:
    one = Input(spec.name, "integer", minimum=spec.minimum, maximum=spec.maximum)
    return tuple(dict.fromkeys(_number(one, v) for v in value))


def _fills(spec: Input, value: Sequence[Any]) -> tuple[tuple[int, int], ...]:
    made = []
    for row in value:
        if not isinstance(row, Mapping) or set(row) != {"day", "supply"}:
            raise UnacceptableInput(f"'{spec.name}' takes rows of day and supply")
        day = _number(Input("day", "integer", minimum=Decimal(0)), row["day"])
        supply = _number(Input("supply", "integer", minimum=Decimal(1), maximum=Decimal(400)), row["supply"])
        made.append((int(day), int(supply)))
    return tuple(sorted(made))


def _readings(spec: Input, value: Sequence[Any]) -> tuple[tuple[Decimal, Decimal], ...]:
    made = []
    for row in value:
        if not isinstance(row, list | tuple) or len(row) != 2:
            raise UnacceptableInput(f"'{spec.name}' takes pairs of day and weight")
        day = _number(Input("day", "decimal"), row[0])
        made.append((day, _number(Input("weight", "decimal", minimum=Decimal(1), maximum=Decimal(1500)), row[1])))
    return tuple(sorted(made))


_LISTS: dict[str, Callable[[Input, Sequence[Any]], Any]] = {
    "codes": _codes,
    "names": _names,
    "numbers": _numbers,
    "fills": _fills,
    "readings": _readings,
}
