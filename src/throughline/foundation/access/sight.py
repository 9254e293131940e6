"""Where a record lies and whether somebody may see it, asked together: every page of a patient begins with it."""

from functools import cache
from typing import Any

from throughline.foundation.access.prepared import fetch
from throughline.foundation.access.queries import may_see, sees_parameters, sees_sql
from throughline.foundation.kernel.actions import Place, locate, moves, tables
from throughline.foundation.kernel.viewer import Viewer


@cache
def _located_and_seen(table: str, patient: str, moved: str) -> str:
    seen = sees_sql(f"t.{patient}", "t.site_id")
    asked = f"t.site_id, t.{patient} as patient_id, {f't.{moved}' if moved else 'null::uuid'} as moved_to"
    return f'select {asked}, {seen} as seen from "{table}" t where t.id = %(value)s'


def place_and_sight(viewer: Viewer, argument: str, value: Any) -> tuple[Place, bool]:
    """Return where a record lies and whether the viewer may open its patient's record (True where it has none).

    One statement where the locator of `argument` names its table. Raises NotFound when there is no such record.
    """
    table = tables.get(argument)
    asked = sees_parameters(viewer) | {"value": value}
    rows = fetch(_located_and_seen(*table, moves[argument]), asked) if table else []
    if rows:
        place = Place(rows[0]["site_id"], rows[0]["patient_id"], rows[0]["moved_to"])
        return place, place.patient_id is None or rows[0]["seen"]
    place = locate(argument, value)
    if place.patient_id is None or place.site_id is None:
        return place, place.patient_id is None
    return place, may_see(viewer, patient_id=place.patient_id, site_id=place.site_id)
