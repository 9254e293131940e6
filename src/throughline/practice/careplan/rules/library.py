"""The pathways, checks, conflicts, Omaha problems and Z codes of the content library, typed and checked."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from throughline.foundation.content import library
from throughline.foundation.content.records import Item, thaw
from throughline.practice.careplan.records import (
    ActionTemplate,
    CheckTemplate,
    ConflictRule,
    EvidenceRule,
    FactNeed,
    GoalTemplate,
    Measure,
    MonitoringTemplate,
    Pathway,
    Problem,
)

CATEGORIES = ("TGC", "TP", "CM", "S")
ROLES = ("CM", "PCP", "SPEC", "PT", "OT", "SLP", "RD", "SW", "PharmD", "BH", "HHRN", "AIDE", "CHW")
KINDS = ("reading", "instrument", "contact", "visit", "task", "document", "appointment")
COMPARATORS = ("<", "<=", "=", ">=", ">", "between", "near")


def pathways() -> Mapping[str, Pathway]:
    """Every pathway by key, a site's overlay included. Raises ContentError naming the file that is wrong."""
    return library.load("plans", parse_pathway)


def cross_checks() -> Mapping[str, CheckTemplate]:
    """The checks that look across conditions, and those every opening asks for."""
    return library.load("plan_checks", parse_check)


def conflict_rules() -> Mapping[str, ConflictRule]:
    """What must not stand side by side unasked."""
    return library.load("plan_conflicts", parse_conflict)


def evidence_rules() -> Mapping[str, EvidenceRule]:
    """What closes actions by itself."""
    return library.load("plan_evidence", parse_evidence)


def barrier_domains() -> Mapping[str, str]:
    """The coded domains of barriers with their titles."""
    return {key: str(item.data["title"]) for key, item in library.load("barriers").items()}


def fact_needs() -> Mapping[str, FactNeed]:
    """The needs that facts of the chart point to."""
    return library.load("fact_needs", parse_fact_need)


def problems() -> Mapping[int, Problem]:
    """The 42 Omaha problems by number."""
    found = library.load("omaha", parse_problem)
    return {problem.code: problem for problem in found.values() if problem is not None}


def rating_words() -> Mapping[str, Mapping[int, str]]:
    """The words of the Omaha ratings, by part and number."""
    found = library.item("omaha", "structure").data["ratings"]
    return {part: {int(number): str(words) for number, words in scale.items()} for part, scale in found.items()}


def targets() -> frozenset[str]:
    """The Omaha intervention targets."""
    return frozenset(library.item("omaha", "structure").data["targets"])


def social_codes() -> Mapping[str, str]:
    """The billable ICD-10-CM codes Z55 to Z65 with their titles."""
    return {key: str(item.data["title"]) for key, item in library.load("zcodes").items()}


def standing(item: Item) -> str:
    """How sure we are, as screens show it."""
    return f"reviewed by {item.reviewer}" if item.reviewed else f"unreviewed ({item.confidence})"


def parse_pathway(item: Item) -> Pathway:
    """The pathway of one content item. Raises ValueError saying what is wrong."""
    data = item.data
    if not data.get("icd10_prefix") or not data.get("omaha"):
        raise ValueError("a pathway needs icd10_prefix and omaha")
    return Pathway(
        id=item.key,
        title=str(data["title"]),
        version=str(item.version),
        citation=item.citation,
        standing=standing(item),
        domain=str(data.get("domain", "physical")),
        icd10_prefix=tuple(str(code).replace(".", "").upper() for code in data["icd10_prefix"]),
        omaha=tuple(int(n) for n in data["omaha"]),
        tags=frozenset(data.get("tags", ())),
        goals=tuple(_goal(row) for row in data.get("goals", ())),
        actions=tuple(_action(row) for row in data.get("actions", ())),
        monitoring=tuple(_monitoring(row) for row in data.get("monitoring", ())),
        education=tuple(data.get("education", ())),
        education_tags={k: frozenset(v) for k, v in data.get("education_tags", {}).items()},
        red_flags=tuple(data.get("red_flags", ())),
        services=tuple(data.get("services", ())),
        follow_up=tuple(data.get("follow_up", ())),
        checks=tuple(_check(row, str(row["id"]), item.citation) for row in data.get("checks", ())),
        examples=item.examples,
        snomed={str(code): mark for mark, codes in data.get("snomed", {}).items() for code in codes},
    )


def parse_check(item: Item) -> CheckTemplate:
    """The continuity check of one content item."""
    return _check(item.data, item.key, item.citation)


def parse_conflict(item: Item) -> ConflictRule:
    """The conflict rule of one content item."""
    data = item.data
    return ConflictRule(
        item.key, frozenset(data["left"]), frozenset(data["right"]), str(data["sentence"]), str(data["ask"])
    )


def parse_fact_need(item: Item) -> FactNeed:
    """The need a fact points to, of one content item. Raises ValueError when it names no fact."""
    data, when = item.data, item.data["when"]
    if not set(when) & {"icd10_prefix", "snomed", "loinc", "stays"}:
        raise ValueError("'when' names a condition, a reading or stays")
    omaha = data.get("omaha")
    return FactNeed(
        key=item.key, text=str(data["text"]), domain=str(data["domain"]), omaha=None if omaha is None else int(omaha),
        icd10=tuple(data.get("icd10", ())), priority=str(data.get("priority", "medium")),
        horizon=str(data.get("horizon", "immediate")), when=thaw(when), standing=standing(item),
    )  # fmt: skip


def parse_evidence(item: Item) -> EvidenceRule:
    """The evidence rule of one content item."""
    return EvidenceRule(item.key, item.data["when"], _evidence(item.data["by"]))


def _evidence(rows: Any) -> tuple[Mapping[str, Any], ...]:
    for row in rows:
        if row["kind"] not in KINDS:
            raise ValueError(f"no evidence of kind {row['kind']}")
    return tuple(thaw(row) for row in rows)


def parse_problem(item: Item) -> Problem | None:
    """The Omaha problem of one content item; None for the item that describes the structure."""
    if "code" not in item.data:
        return None
    data = item.data
    return Problem(int(data["code"]), str(data["title"]), str(data["domain"]), tuple(data["signs_symptoms"]))


def _goal(row: Mapping[str, Any]) -> GoalTemplate:
    raw = row.get("measure")
    measure = None
    if raw:
        if raw["comparator"] not in COMPARATORS:
            raise ValueError(f"goal '{row['text']}': no comparator {raw['comparator']}")
        second = Decimal(str(raw["second"])) if "second" in raw else None
        value = None if raw["comparator"] == "near" else Decimal(str(raw["value"]))
        if value is None and (second is None or not row.get("loinc")):
            raise ValueError(f"goal '{row['text']}': near what, and how near?")
        measure = Measure(str(raw["comparator"]), value, second, str(raw.get("unit", "")))
    return GoalTemplate(
        text=str(row["text"]),
        target=str(row.get("target", "")),
        by_days=int(row["by_days"]),
        loinc=str(row.get("loinc", "")),
        measure=measure,
        tags=frozenset(row.get("tags", ())),
    )


def _action(row: Mapping[str, Any]) -> ActionTemplate:
    if row["role"] not in ROLES or row["category"] not in CATEGORIES:
        raise ValueError(f"action '{row['text']}': no role {row['role']} or category {row['category']}")
    return ActionTemplate(
        role=str(row["role"]),
        category=str(row["category"]),
        target=str(row["target"]),
        text=str(row["text"]),
        frequency=str(row["frequency"]),
        first_due_days=int(row["first_due_days"]),
        merge=str(row.get("merge", "")),
        evidence=_evidence(row.get("evidence", ())),
        tags=frozenset(row.get("tags", ())),
    )


def _monitoring(row: Mapping[str, Any]) -> MonitoringTemplate:
    if not row.get("loinc") and not row.get("what"):
        raise ValueError("monitoring needs a LOINC code or words")
    return MonitoringTemplate(
        str(row.get("loinc", "")), str(row.get("what", "")), str(row["frequency"]), str(row.get("alert", ""))
    )


def _check(row: Mapping[str, Any], key: str, citation: str) -> CheckTemplate:
    return CheckTemplate(
        id=key,
        trigger=str(row["trigger"]),
        expect=str(row["expect"]),
        due_days=int(row["due_days"]),
        when=row.get("when", {}),
        service=str(row.get("service", "")),
        on_positive=str(row.get("on_positive", "")),
        citation=citation,
    )
