"""How figures become ratios, goals and a page."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from throughline.edge.interop.fhir import files
from throughline.edge.site.bench import context, harness, load, material, report
from throughline.edge.site.bench.harness import Measurement, NotMeasured, Result


def _measured(key: str, *rounds: list[float], **more: object) -> Result:
    return Result(Measurement(key, key, "ms", lambda bench: [], **more), list(rounds))  # type: ignore[arg-type]


def test_ratio_is_taken_round_by_round() -> None:
    # Twice as slow in a busy round, both of them: the ratio must not move.
    ours = _measured("ours", [4.0], [8.0], [4.0], floor="floor.x", at_most=2.5)
    floor = _measured("floor.x", [2.0], [4.0], [2.0])
    assert harness.ratio(ours, floor) == 2.0
    assert harness.reached(ours, floor) is True
    assert ours.figure == 4.0
    assert ours.spread == (4.0, 8.0)


def test_goals_are_judged_from_both_sides_and_without_a_floor() -> None:
    assert harness.reached(_measured("a", [31.0], at_most=30), None) is False
    assert harness.reached(_measured("a", [29.0], at_most=30), None) is True
    assert harness.reached(_measured("a", [0.1], floor="f", at_least=0.2), _measured("f", [1.0])) is False
    assert harness.reached(_measured("a", [1.0]), None) is None
    assert harness.reached(_measured("a", [20.0], floor="f", figure_at_least=360), _measured("f", [1.0])) is False
    assert harness.reached(_measured("a", [400.0], floor="f", figure_at_least=360), _measured("f", [1.0])) is True
    assert harness.reached(_measured("a", floor="f", at_most=1.0), _measured("f", [1.0])) is None


def test_rounds_interleave_and_what_cannot_be_measured_is_said() -> None:
    order: list[str] = []

    def works(key: str) -> Measurement:
        return Measurement(key, key, "ms", lambda bench: order.append(key) or [1.0])  # type: ignore[func-returns-value]

    def fails(bench: object) -> list[float]:
        raise NotMeasured("there is no such page")

    chosen = [works("a"), Measurement("b", "b", "ms", fails), works("c")]
    results = harness.run(chosen, None, rounds=3, say=lambda text: None)
    assert order == ["a", "c"] * 3
    assert results["b"].why_not == "there is no such page"
    assert results["b"].figure is None


def test_p95_wants_twenty_samples() -> None:
    assert _measured("a", [float(number) for number in range(19)]).p95 is None
    assert _measured("a", [float(number) for number in range(1, 101)]).p95 == 95.0


def test_page_shows_floors_ratios_growth_and_gaps() -> None:
    results = {
        "floor.page": _measured("floor.page", [2.0], [2.0]),
        "today-10": _measured("today-10", [4.0], [4.0], floor="floor.page", stem="today", size=10),
        "today-1000": _measured(
            "today-1000", [6.0], [6.0], floor="floor.page", goal="≤ 2.5 × floor", at_most=2.5, stem="today", size=1000
        ),
        "lost": Result(Measurement("lost", "a lost figure", "ms", lambda bench: []), why_not="no page"),
    }
    at = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    page = report.page(results, at=at, commit="abc", machine="2 cores.", rounds=2)
    assert "2026-11-21 23:00 UTC, commit abc" in page
    assert "| today-1000 | 6 ms | 6 to 6 |  | 2 ms | 3 | ≤ 2.5 × floor | no |" in page
    assert "| today | 4 ms at 10 | 6 ms at 1,000 | 1.5 | ≤ 1.3 | no |" in page
    assert "- a lost figure: no page" in page


def test_rate_counts_what_all_workers_did_and_says_when_one_failed() -> None:
    def worker(number: int) -> object:
        return lambda turn: None

    assert load.rate(worker, workers=2, seconds=0.05) > 100  # type: ignore[arg-type]

    def broken(number: int) -> object:
        raise RuntimeError("no such table")

    with pytest.raises(NotMeasured, match="no such table"):
        load.rate(broken, workers=1, seconds=0.05)  # type: ignore[arg-type]


def test_the_caseload_is_whole_and_in_an_order_that_resolves(tmp_path: Path) -> None:
    folder, number = material.caseload(SimpleNamespace(home=tmp_path))  # type: ignore[arg-type]
    found = files.find([folder])
    assert found[0].path.name == "Patient.ndjson"
    records = [orjson.loads(line) for one in found for line in one.path.read_bytes().splitlines()]
    assert len(records) == len({(one["resourceType"], one["id"]) for one in records}) == number
    people = {f"Patient/{one['id']}" for one in records if one["resourceType"] == "Patient"}
    assert len(people) == material.CASELOAD
    assert {one["subject"]["reference"] for one in records if "subject" in one} == people


def test_material_is_a_megabyte_of_linked_resources() -> None:
    bundle = orjson.loads(material.bundle(None))  # type: ignore[arg-type]
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds.count("Patient") == 1
    assert kinds.count("Observation") > 800
    known = {entry["fullUrl"] for entry in bundle["entry"]}
    assert all(entry["resource"].get("subject", {}).get("reference", min(known)) in known for entry in bundle["entry"])


def test_memory_counts_every_process_below_and_none_that_has_ended() -> None:
    child = os.fork()
    if child == 0:
        grandchild = os.fork()
        if grandchild == 0:
            signal.pause()
        os.waitpid(grandchild, 0)
        os._exit(0)
    deep: list[int] = []
    while len(deep) < 2:
        deep = context._family(child)
    try:
        assert deep[0] == child
        assert all(context._pss(one) > 0 for one in deep)
    finally:
        os.kill(deep[1], signal.SIGKILL)
        os.waitpid(child, 0)
    assert context._pss(child) == 0
