"""The page of all clocks in the documentation is the one the content makes."""

from pathlib import Path

import pytest

from throughline.record.clocks.rules import catalogue, page


def test_the_page_in_the_documentation_is_fresh() -> None:
    kept = next(
        (up / "docs/generated/clocks.md" for up in Path(__file__).resolve().parents if (up / "docs").is_dir()),
        None,
    )
    if kept is None:
        pytest.skip("not a checkout: no documentation beside the source")
    assert kept.read_text(encoding="utf-8") == page.markdown(), "run: throughline clock page > docs/generated/clocks.md"


def test_every_clock_and_every_example_is_on_the_page() -> None:
    text = page.markdown()
    for rule in catalogue.rules().values():
        assert f"## {rule.id} {rule.title}" in text
        for example in rule.examples:
            assert example["words"] in text
