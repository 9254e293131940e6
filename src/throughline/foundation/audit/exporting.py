"""The audit as a file: CSV for a spreadsheet, NDJSON for another system. Line by line, never the whole in memory."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields

from throughline.foundation.audit.records import AuditLine

COLUMNS = tuple(field.name for field in fields(AuditLine))
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What the csv module writes to: hands every line straight back."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def as_csv(lines: Iterable[AuditLine]) -> Iterator[str]:
    """Yield the lines as CSV (RFC 4180) with a heading, cells that look like formulas made harmless."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for line in lines:
        yield writer.writerow([_cell(value) for value in astuple(line)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_ndjson(lines: Iterable[AuditLine]) -> Iterator[str]:
    """Yield the lines as newline-delimited JSON."""
    for line in lines:
        row = dict(zip(COLUMNS, astuple(line), strict=True))
        row = {key: value if isinstance(value, dict | None) else _plain(value) for key, value in row.items()}
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _plain(value: object) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
