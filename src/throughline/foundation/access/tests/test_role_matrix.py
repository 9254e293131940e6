"""The published role matrix is the one the product works by."""

from pathlib import Path

import pytest

from throughline.foundation.access.permissions import ROLES, Permission
from throughline.foundation.access.role_matrix import markdown

PAGE = Path("docs/generated/roles.md")


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_every_permission_of_every_role_is_a_yes_and_nothing_else_is():
    rows = [cells(line) for line in markdown().splitlines() if line.startswith("|")]
    heading = next(row for row in rows if row[0] == "may")
    said = {
        (role, row[0])
        for row in rows
        if row[0] in set(Permission)
        for role, mark in zip(heading, row, strict=True)
        if mark == "yes"
    }
    assert said == {(role.title, str(permission)) for role in ROLES.values() for permission in role.permissions}


def test_the_page_in_the_documentation_is_up_to_date():
    root = next((up for up in Path(__file__).resolve().parents if (up / PAGE).is_file()), None)
    if root is None:
        pytest.skip("no documentation beside an installed package")
    assert (root / PAGE).read_text(encoding="utf-8") == markdown(), f"run: throughline roles > {PAGE}"
