"""The needs a patient's record points to."""

from collections.abc import Mapping
from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.careplan.queries.proposing import Known, keys_of, known_of
from throughline.practice.careplan.records import PointedNeed
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.fact_needs import codes_wanted, not_known, pointed
from throughline.record.chart import queries as chart
from throughline.record.chart.records.trends import Trend


def pointed_needs(
    viewer: Viewer, patient_id: UUID, *, known: Known | None = None, trends: Mapping[str, Trend] | None = None,
    standing: frozenset[str] | None = None,
) -> tuple[PointedNeed, ...]:  # fmt: skip
    """Return the needs that conditions, readings, stays and plans of others point to and nobody raised or set aside.

    What the caller has read already is passed on. Raises NotFound for a patient the viewer may not see.
    """
    known = known or known_of(viewer, patient_id)
    rules = tuple(library.fact_needs().values())
    if trends is None:
        trends = chart.trends(viewer, patient_id, codes_wanted(rules), visible=True)
    found = pointed(rules, known.facts, trends, viewer.at)
    return not_known(found, known.needs, keys_of(patient_id) if standing is None else standing)


def codes_looked_at() -> frozenset[str]:
    """Return the LOINC codes whose readings point to needs."""
    return codes_wanted(library.fact_needs().values())
