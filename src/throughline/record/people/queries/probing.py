"""Reads ranges of the search tokens: the one piece of SQL every search and every look for duplicates stands on."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection

from throughline.foundation.access.queries import sees
from throughline.foundation.access.records import Viewer
from throughline.record.people.models import Patient
from throughline.record.people.rules.intent import CAP, Probe

_PROBES = """
WITH probe AS (
  SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[])
    AS p(n, kind, low, high, then_word, scan)
)"""

# Every branch reads at most `scan` index entries and gives at most `cap` rows: the cost of a search does not
# depend on how many patients there are.
_ACROSS_SITES = f"""{_PROBES}
SELECT p.n, found.patient_id
FROM probe p CROSS JOIN unnest(%s::uuid[]) AS s(site_id) CROSS JOIN LATERAL (
  SELECT ranged.patient_id FROM (
    SELECT t.patient_id, t.token FROM people_searchtoken t
    WHERE t.site_id = s.site_id AND t.kind = p.kind AND t.token >= p.low AND t.token < p.high
    ORDER BY t.token LIMIT p.scan
  ) ranged
  WHERE p.then_word = '' OR starts_with(split_part(ranged.token, ' ', 2), p.then_word)
  LIMIT %s
) found"""

# For someone who sees some patients only: their entries are read by patient, so the cost is that of her list.
_AMONG_MINE = f"""{_PROBES}, mine AS MATERIALIZED (
  {{visible}}
)
SELECT DISTINCT held.patient_id FROM mine CROSS JOIN LATERAL (
  SELECT e.patient_id, left(t, 1) AS kind, substr(t, 2) COLLATE "C" AS token
  FROM people_searchentry e, unnest(e.tokens) t WHERE e.patient_id = mine.id OFFSET 0
) held JOIN probe p ON p.kind = held.kind AND held.token >= p.low AND held.token < p.high
WHERE p.then_word = '' OR starts_with(split_part(held.token, ' ', 2), p.then_word)
LIMIT %s"""


def _columns(probes: Sequence[Probe]) -> list[list[object]]:
    return [
        list(range(len(probes))),
        [probe.kind for probe in probes],
        [probe.low for probe in probes],
        [probe.high for probe in probes],
        [probe.then for probe in probes],
        [probe.scan for probe in probes],
    ]


def patients_in_ranges(
    site_ids: Collection[UUID], probes: Sequence[Probe], *, cap: int = CAP
) -> list[tuple[int, UUID]]:
    """Return (index of the probe, patient id) for at most `cap` tokens of each range in each site."""
    if not probes or not site_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ACROSS_SITES, [*_columns(probes), list(site_ids), cap])
        return list(cursor.fetchall())


def own_patients_in_ranges(viewer: Viewer, probes: Sequence[Probe], *, cap: int = 200) -> list[UUID]:
    """Return the patients of the viewer's own list with a token in one of the ranges, at most `cap`."""
    if not probes:
        return []
    visible = Patient.objects.filter(sees(viewer, patient="id", site="site_id"), merged_into=None).values("id")
    sql, values = visible.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_AMONG_MINE.replace("{visible}", sql), [*_columns(probes), *values, cap])
        return [row[0] for row in cursor.fetchall()]
