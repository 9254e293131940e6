"""Every worked example of the content, and every vector of the shared reference, through the command itself."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from typing import Any

import pytest
import yaml

from throughline.edge.site import command
from throughline.foundation.content.records import thaw
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.scores import ScoreDefinition
from throughline.practice.assessment.tests.material import shared

LISTED = {"score", "band", "positive", "complete", "missing", "flags"}


def run(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code and what was printed as JSON."""
    out = io.StringIO()
    with redirect_stdout(out):
        code = command.main(["score", *words, "--json"])
    return code, json.loads(out.getvalue() or "{}")


def definitions() -> dict[str, Any]:
    return {**library.instruments(), **library.scores()}


def examples() -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    for key, definition in definitions().items():
        for number, example in enumerate(definition.examples):
            yield key, number, thaw(example)


def answer_to(key: str, given: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    return run(key, "--answers", json.dumps(given))


def compare(outcome: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for name, wanted in expected.items():
        got: Any
        if name == "points" and isinstance(wanted, list):
            got = list(outcome["components"].values())
        elif name == "parts":
            got = {part: outcome["components"][part] for part in wanted}
        elif name in LISTED:
            got = outcome[name]
        else:
            got = outcome["results"][name]
        assert got == wanted, f"{name}: {got} is not {wanted}"


@pytest.mark.parametrize(("key", "number", "example"), list(examples()))
def test_example_of_the_content(
    key: str, number: int, example: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    expected = example["expect"]
    code, outcome = answer_to(key, example["given"])
    if "error" in expected:
        assert code == 2
        assert expected["error"] in capsys.readouterr().err
        return
    assert code == 0
    if key == "promis_global10" and "t" in expected:
        expected = {"score": expected["t"]}
    compare(outcome, expected)


OUTPUTS = {
    "score", "band", "positive", "item9", "points", "parts", "any_three", "v2016", "v2013", "w1987", "w2011",
    "age_points", "egfr", "g", "a", "per_year", "covered", "pdc", "alert", "reason", "tier", "result", "safety_score",
    "severe_items", "t", "error", "source", "note", "difficulty",
}  # fmt: skip
INPUTS = {"kdigo_ckd": {"egfr"}, "throughline_acuity": {"true_rules"}}


def vectors(name: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    root = shared()
    if root is None:
        return
    loaded = yaml.safe_load((root / "reference" / "clinical" / f"{name}.yaml").read_text(encoding="utf-8"))
    for entry in loaded[name]:
        for vector in entry.get("vectors", ()):
            inputs = INPUTS.get(entry["id"], set())
            given = {k: v for k, v in vector.items() if k not in OUTPUTS or k in inputs}
            expected = {k: v for k, v in vector.items() if k in OUTPUTS and k not in ("source", "note", "difficulty")}
            yield entry["id"], given, {k: v for k, v in expected.items() if k not in inputs}


def check_shared(key: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    code, outcome = answer_to(key, given)
    if "error" in expected:
        assert code == 2
        return
    if "t" in expected:
        expected = {"score": expected["t"]}
    if key == "hvs" and expected["result"] is None:
        assert outcome["score"] is None
        return
    if expected.get("band"):
        expected["band"] = expected["band"].split(" with ")[0]
    if "safety_score" in expected and expected.get("positive") is None:
        assert outcome["positive"] is None
        expected = {"safety_score": None}
    assert code == 0
    compare(outcome, expected)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["scores", "instruments"])
def test_vectors_of_the_reference(name: str) -> None:
    found = list(vectors(name))
    if not found:
        pytest.skip("the shared reference is not beside this checkout")
    checked = 0
    for key, given, expected in found:
        try:
            check_shared(key, given, expected)
        except AssertionError as wrong:
            raise AssertionError(f"{key} {given}: {wrong}") from wrong
        checked += 1
    assert checked >= 40


def test_every_score_the_reference_lets_us_compute_is_there() -> None:
    known = library.scores()
    unavailable = {key for key, d in known.items() if d.unavailable}
    assert unavailable == {"lace_plus", "cms_hcc_v28"}
    assert len(known) == 15
    assert all(isinstance(d, ScoreDefinition) and d.citation and d.confidence for d in known.values())


def test_no_input_no_score() -> None:
    for key, definition in library.scores().items():
        if not definition.unavailable:
            code, outcome = answer_to(key, {})
            assert code == 0
            assert outcome["score"] is None
            assert outcome["complete"] is False
            assert outcome["missing"], key


def test_restricted_wording_is_never_shipped() -> None:
    for instrument in library.instruments().values():
        if instrument.licence.terms in ("restricted", "unverified"):
            assert instrument.wording == "absent", instrument.id
            assert "mmas" not in instrument.id
    hits = [item for item in library.instruments()["ahc_hrsn"].items if item.id in ("7", "8", "9", "10")]
    assert len(hits) == 4
    assert not any(item.text or any(o.text for o in item.options) for item in hits)
