"""Reads ranges of the search tokens: the one piece of SQL every search and every look for duplicates stands on."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection

from throughline.foundation.access.queries import own_patients_sql, sees_parameters
from throughline.foundation.access.records import Viewer
from throughline.record.people.models import Patient
from throughline.record.people.rules.intent import CAP, PREFIX_END, Probe

_PROBES = """
WITH probe AS (
  SELECT * FROM unnest(%(n)s::int[], %(kind)s::text[], %(low)s::text[], %(high)s::text[], %(then)s::text[],
    %(scan)s::int[]) AS p(n, kind, low, high, then_word, scan)
)"""

_FIRST_WORD = """SELECT split_part(t.token, ' ', 1) FROM people_searchtoken t
  WHERE t.site_id = s.site_id AND t.kind = p.kind AND t.token >= {start} AND t.token < p.high
  ORDER BY t.token LIMIT 1"""

# Every branch gives at most `cap` patients and reads little more: the cost of a search does not depend on how many
# patients there are. Where the start of a second word is said, the different first words of the range are walked
# through, at most `scan` of them, each by one step in the index (a token goes on with a space after its first word, and
# "!" is what follows a space); "an zed" would otherwise be looked for among everybody who is called Ann.
_ACROSS_SITES = f"""{_PROBES}
SELECT p.n, found.patient_id
FROM probe p CROSS JOIN unnest(%(across)s::uuid[]) AS s(site_id) CROSS JOIN LATERAL (
  (SELECT t.patient_id FROM people_searchtoken t
    WHERE p.then_word = '' AND t.site_id = s.site_id AND t.kind = p.kind AND t.token >= p.low AND t.token < p.high
    ORDER BY t.token LIMIT p.scan)
  UNION ALL
  (WITH RECURSIVE walk(word, step) AS (
      SELECT ({_FIRST_WORD.format(start="p.low")}), 1 WHERE p.then_word <> ''
    UNION ALL
      SELECT ({_FIRST_WORD.format(start="walk.word || '!'")}), walk.step + 1
      FROM walk WHERE walk.word IS NOT NULL AND walk.step < p.scan
    )
    SELECT t.patient_id FROM (SELECT word FROM walk WHERE word IS NOT NULL) first
    CROSS JOIN LATERAL (
      SELECT t.patient_id FROM people_searchtoken t
      WHERE t.site_id = s.site_id AND t.kind = p.kind
        AND t.token >= first.word || ' ' || p.then_word AND t.token < first.word || ' ' || p.then_word || %(last)s
      ORDER BY t.token LIMIT %(cap)s
    ) t)
  LIMIT %(cap)s
) found"""

# For someone who sees some patients only: their entries are read by patient, so the cost is that of her list. OFFSET
# keeps the planner from reading every patient of the site instead.
_AMONG_MINE = f"""{_PROBES}, mine AS MATERIALIZED (
  SELECT p.id FROM ({own_patients_sql()}) own CROSS JOIN LATERAL (
    SELECT id FROM {Patient._meta.db_table}
    WHERE id = own.patient_id AND merged_into_id IS NULL AND site_id = any(%(sites)s) OFFSET 0) p
)
SELECT DISTINCT held.patient_id FROM mine CROSS JOIN LATERAL (
  SELECT e.patient_id, left(t, 1) AS kind, substr(t, 2) COLLATE "C" AS token
  FROM people_searchentry e, unnest(e.tokens) t WHERE e.patient_id = mine.id OFFSET 0
) held JOIN probe p ON p.kind = held.kind AND held.token >= p.low AND held.token < p.high
WHERE p.then_word = '' OR starts_with(split_part(held.token, ' ', 2), p.then_word)
LIMIT %(cap)s"""


def _columns(probes: Sequence[Probe]) -> dict[str, list[object]]:
    return {
        "n": list(range(len(probes))),
        "kind": [probe.kind for probe in probes],
        "low": [probe.low for probe in probes],
        "high": [probe.high for probe in probes],
        "then": [probe.then for probe in probes],
        "scan": [probe.scan for probe in probes],
    }


def patients_in_ranges(
    site_ids: Collection[UUID], probes: Sequence[Probe], *, cap: int = CAP
) -> list[tuple[int, UUID]]:
    """Return (index of the probe, patient id) for at most `cap` tokens of each range in each site."""
    if not probes or not site_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ACROSS_SITES, {**_columns(probes), "across": list(site_ids), "cap": cap, "last": PREFIX_END})
        return list(cursor.fetchall())


def own_patients_in_ranges(viewer: Viewer, probes: Sequence[Probe], *, cap: int = 200) -> list[UUID]:
    """Return the patients of the viewer's own list with a token in one of the ranges, at most `cap`."""
    if not probes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_AMONG_MINE, {**_columns(probes), **sees_parameters(viewer), "cap": cap})
        return [row[0] for row in cursor.fetchall()]
