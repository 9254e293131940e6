"""Where the shared real material lies when it lies beside the checkout."""

import os
from pathlib import Path


def shared() -> Path | None:
    """The folder named by THROUGHLINE_SHARED, or `shared` beside the repository or one of its parents."""
    named = os.environ.get("THROUGHLINE_SHARED")
    places = [Path(named)] if named else [p / "shared" for p in Path(__file__).resolve().parents]
    return next((p for p in places if (p / "reference" / "clinical").is_dir()), None)
