"""The look keeps its promises: contrast of every token pair, size of styles and scripts."""

from itertools import product
from pathlib import Path

import pytest

from throughline.foundation.ui import contrast

STATIC = Path(__file__).resolve().parents[1] / "static" / "throughline"
TOKENS = contrast.tokens((STATIC / "css" / "tokens.css").read_text())

GROUNDS = ("bg", "surface", "raised", "hover", "selected")
TEXT = [("text", ground, 7.0) for ground in (*GROUNDS, "sunken")]
TEXT += [(ink, ground, 4.5) for ink, ground in product(("muted", "link"), GROUNDS)]
TEXT += [(kind, f"{kind}-bg", 4.5) for kind in ("critical", "warning", "ok", "info", "waiting")]
TEXT += [(kind, "surface", 4.5) for kind in ("critical", "warning", "ok", "info", "waiting", "brand")]
TEXT += [("brand-ink", "brand", 4.5), ("critical-ink", "critical-fill", 4.5), ("warning-ink", "warning-fill", 4.5)]
TEXT += [("frame-text", "frame", 4.5), ("frame-muted", "frame", 4.5), ("frame-text", "frame-on", 4.5)]
BORDERS = [("border", ground, 3.0) for ground in ("bg", "surface", "raised")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), TEXT + BORDERS)
def test_each_pair_of_tokens_can_be_read(ink, ground, least, theme):
    assert contrast.ratio(TOKENS[ink][theme], TOKENS[ground][theme]) >= least


def test_the_ratio_is_that_of_the_standard():
    assert contrast.ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast.ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_styles_and_scripts_keep_to_their_budgets():
    assert sum(sheet.stat().st_size for sheet in (STATIC / "css").glob("*.css")) <= 60_000 * 1.024
    assert sum(script.stat().st_size for script in (STATIC / "js").glob("*.js")) <= 90_000


def test_every_icon_used_is_in_the_sprite():
    import re

    sprite = set(re.findall(r'id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text()))
    product_root = Path(__file__).resolve().parents[3]
    used = {
        name
        for page in product_root.rglob("*.html")
        for name in re.findall(r'{%\s*icon\s+"([a-z0-9-]+)"', page.read_text())
    }
    assert used <= sprite, used - sprite
