"""`throughline roles`: the role matrix, as it stands in docs/generated/roles.md."""

from __future__ import annotations

import argparse

from throughline.foundation.access.role_matrix import markdown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def run(args: argparse.Namespace) -> int:
    """Print the page."""
    print(markdown(), end="")
    return 0
