"""What the command prints and refuses, without Django and without a database."""

import json
import os
import subprocess
import sys

import pytest

from throughline.edge.site import command

AGREED = ["key", "version", "score", "band", "components", "flags", "complete", "missing"]


def test_prints_the_eight_agreed_names_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["score", "phq9", "--answers", json.dumps([1, 2, 1, 2, 1, 1, 0, 0, 1]), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed)[:8] == AGREED
    assert (printed["score"], printed["band"], printed["flags"]) == (9, "mild", ["item9"])


@pytest.mark.parametrize(
    ("key", "answers", "says"),
    [
        ("phq9", '{"1": 4}', "Not at all"),
        ("phq9", '{"11": 1}', "no item '11'"),
        ("phq9", '{"1": 1, "1": 2}', "stands twice"),
        ("phq9", "[1,1,1,1,1,1,1,1,1,1,1]", "10 items"),
        ("phq9", "7", "an object of items"),
        ("phq9", "{", "not JSON"),
        ("peg", '{"1": 11}', "from 0 to 10"),
        ("peg", '{"1": 2.5}', "whole number"),
        ("peg", '{"1": true}', "takes a number"),
        ("auditc", '{"answers": [1, 0, 0], "sex": "x"}', "'sex' must be"),
        ("news2", '{"rr": 20.5}', "whole number"),
        ("news2", '{"spo2": 101}', "from 30 to 100"),
        ("news2", '{"scale": 3}', "one of 1, 2"),
        ("lace", '{"los": NaN}', "takes a number"),
        ("lace", "[5]", "named inputs"),
        ("lace", '{"los": -1}', "from 0"),
        ("lace", '{"version": "v1", "los": 1}', "one version only"),
        ("hospital", '{"version": "v2010"}', "v2016, v2013"),
        ("egfr_ckd_epi_2021", '{"scr": 1, "age": 17, "sex": "F"}', "from 18"),
        ("pdc", '{"fills": [{"day": 0}], "period_days": 9}', "day and supply"),
        ("lace_plus", "{}", "not computed here"),
        ("mystery", "{}", "No instrument or score"),
    ],
)
def test_bad_input_exits_2_with_one_sentence(
    key: str, answers: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["score", key, "--answers", answers, "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert printed.err.count("\n") == 1


def test_the_version_of_hospital_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    given = {"hb": 11.5, "oncology": 0, "na": 138, "procedure": 0, "urgent": 1, "admissions": 1, "los": 6}
    for version, score in (("v2016", 4), ("v2013", 6)):
        assert (
            command.main(["score", "hospital", "--answers", json.dumps({**given, "version": version}), "--json"]) == 0
        )
        printed = json.loads(capsys.readouterr().out)
        assert printed["score"] == score
        assert version in printed["version"]


def test_list_names_everything_with_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["score", "--list", "--json"]) == 0
    rows = {row["key"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["braden"]["licence_terms"] == "restricted"
    assert rows["phq9"]["wording"] == "shipped"
    assert rows["lace_plus"]["available"] is False
    assert all(row["licence"] and row["citation"] for row in rows.values())


def test_plain_output_tells_missing_items_and_the_warning(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["score", "PHQ-9", "--answers", '{"9": 2, "1": "refused"}']) == 0
    printed = capsys.readouterr().out
    assert "no score" in printed
    assert "988" in printed
    assert "Missing: 1, 2" in printed


def test_neither_django_nor_a_database_is_loaded() -> None:
    program = (
        "import sys; from throughline.edge.site import command;"
        "assert command.main(['score', 'phq2', '--answers', '[1, 2]', '--json']) == 0;"
        "assert not {m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg')}, 'loaded'"
    )
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, env=paths)
    assert done.returncode == 0, done.stderr
