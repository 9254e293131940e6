"""The embedded server's share of the memory."""

from pathlib import Path

import psycopg
import pytest

from throughline.edge.site.postgres import launcher, memory, place


@pytest.mark.parametrize(
    ("total", "pages", "cached"),
    [(512, 128, 256), (1_024, 128, 512), (2_048, 256, 1_024), (8_192, 1_024, 4_096), (65_536, 1_024, 32_768)],
)
def test_an_eighth_within_bounds(total: int, pages: int, cached: int) -> None:
    assert memory.settings(total)[:2] == (f"shared_buffers={pages}MB", f"effective_cache_size={cached}MB")


def test_a_container_counts_for_what_it_is_limited_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit, unlimited = tmp_path / "limit", tmp_path / "unlimited"
    limit.write_text(f"{300 * memory.MEGABYTE}\n")
    unlimited.write_text("max\n")
    monkeypatch.setattr(memory, "LIMITS", (tmp_path / "none", unlimited))
    whole = memory.megabytes()
    monkeypatch.setattr(memory, "LIMITS", (unlimited, limit))
    assert (memory.megabytes(), whole > 300) == (300, True)


def test_the_server_has_them(home: Path) -> None:
    at = place.place(home)
    launcher.start(at, settings=("shared_buffers=160MB",))  # what is asked for besides comes last, and stands
    with psycopg.connect(at.url()) as link:
        found = [link.execute(f"show {name}").fetchone() for name in ("random_page_cost", "shared_buffers")]
    assert found == [("1.1",), ("160MB",)]
