"""HL7's own cases of Questionnaire validation: what R4's base rules decide must come out as published."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from throughline.practice.assessment.rules.response_check import check_response
from throughline.practice.assessment.tests.material import shared

OUT_OF_SCOPE = {
    "choice-async-qr": "needs the published value set of jurisdictions and its display texts (terminology server)",
    "choice-gender-coding-async-qr": "needs the published code system of item types and its display texts",
    "open-choice-gender-coding-async-qr": "needs the published code system of item types and its display texts",
    "string-with-coding-async-qr": "needs the published value set of jurisdictions (terminology server)",
    "quantity-units-not-in-value-set-qr": "needs the published value set of jurisdictions (terminology server)",
}


def folder() -> Path | None:
    root = shared()
    place = root / "data" / "suites" / "questionnaire-validation" if root else None
    return place if place and place.is_dir() else None


def cases() -> list[str]:
    place = folder()
    if place is None:
        return []
    return [row["name"] for row in json.loads((place / "_expected-outcomes.json").read_text()) if "java" in row]


def load(name: str) -> Any:
    place = folder()
    assert place is not None
    return json.loads((place / name).read_text(encoding="utf-8"), parse_float=Decimal)


def places(issues: Any) -> Counter[str]:
    """How many errors stand at which item or answer; the tail of a path says nothing more."""
    return Counter(re.sub(r"\.value\..*$", "", path) for path in issues)


@pytest.mark.shared
def test_the_suite_is_there_or_said_to_be_absent() -> None:
    if not cases():
        pytest.skip("the questionnaire-validation suite is not beside this checkout")
    assert set(cases()) >= set(OUT_OF_SCOPE)
    assert len(cases()) - len(OUT_OF_SCOPE) >= 38


@pytest.mark.shared
@pytest.mark.parametrize("name", cases() or [pytest.param("", marks=pytest.mark.skip(reason="suite absent"))])
def test_case(name: str) -> None:
    if name in OUT_OF_SCOPE:
        pytest.skip(f"out of scope: {OUT_OF_SCOPE[name]}")
    response = load(f"brianpos__{name}.json")
    questionnaire = load(f"brianpos__{name.removesuffix('-qr')}-q.json")
    path = f"outcomes/R4.{name}-base.json"
    outcome = expected(name) if name == "invariant-undefined-variable-qr" else load(path)
    wanted = [i["expression"][0] for i in outcome.get("issue", ()) if i["severity"] in ("error", "fatal")]
    issues = check_response(questionnaire, response)
    assert places(i.path for i in issues if i.severity == "error") == places(wanted), issues
    warned = [i["expression"][0] for i in outcome.get("issue", ()) if i["severity"] == "warning"]
    assert places(i.path for i in issues if i.severity == "warning") >= places(warned), issues


def expected(name: str) -> Any:
    rows = load("_expected-outcomes.json")
    return next(row for row in rows if row["name"] == name)["java"]["outcome"]
