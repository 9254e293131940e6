"""The seed command: what it refuses in one sentence, and the summary it ends with."""

import argparse
import json
from pathlib import Path

import pytest

from throughline.edge.site.commands import seed
from throughline.edge.site.refusal import CommandRefused
from throughline.edge.site.seeding import stories


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    seed.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--patients", "0"), "from 1 to 1,000,000"),
        (("--patients", "1000001"), "from 1 to 1,000,000"),
        (("--patients", "5", "--observations", "-1"), "0 or more"),
        (("--patients", "5", "--people-per-case", "0"), "1 or more"),
    ],
)
def test_numbers_that_cannot_be_are_refused(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandRefused, match=said):
        seed.run(asked(*words))


@pytest.mark.django_db
def test_a_missing_seeds_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stories.read_seeds.cache_clear()
    monkeypatch.setenv("THROUGHLINE_SEEDS", str(tmp_path))
    with pytest.raises(CommandRefused, match="set THROUGHLINE_SEEDS"):
        seed.run(asked())
    stories.read_seeds.cache_clear()


@pytest.mark.django_db
def test_the_last_line_is_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    code = seed.run(asked("--patients", "12", "--observations", "3", "--today", "2026-03-09"))
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (code, summary["patients"], summary["added"]) == (0, 12, 12)
    assert summary["rows"]["chart_observation"] == 36
