"""What was received: whether it is held already, and its bytes as they came."""

import zlib
from collections.abc import Collection
from uuid import UUID

import orjson
from django.apps import apps
from django.db import connection

from throughline.foundation.access.array_text import array
from throughline.foundation.access.queries import sees
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import NotFound
from throughline.record.chart.models import ReceivedChunk, ReceivedResource
from throughline.record.chart.records.received import Edition, Held

CHUNK = 1_048_576

# One look into the index a key: joined freely, a source whose rows the planner takes for few is read from end to end
# at every stretch.
_HELD = """
select k.kind, k.ident, r.id, r.version, r.source_updated_at, r.sha256, r.patient_id, r.summary::text
from unnest(%s::text[], %s::text[]) as k(kind, ident)
cross join lateral (
  select * from chart_receivedresource
  where site_id = %s and source = %s and resource_type = k.kind and resource_id = k.ident limit 1
) r
"""

_SHIFTED = """
select s.patient_source_id, s.days from unnest(%s::text[]) as k(ident) cross join lateral (
  select * from chart_dateshift where site_id = %s and source = %s and patient_source_id = k.ident limit 1
) s
"""

_IDENTIFIED = """
select k.kind, k.system, k.value, min(r.resource_type), min(r.resource_id), count(distinct r.id)
from unnest(%s::text[], %s::text[], %s::text[]) as k(kind, system, value)
join chart_receivedidentifier i on i.site_id = %s and i.source = %s and i.value = k.value
  and (k.kind = '' or i.resource_type = k.kind) and (k.system = '' or i.system = k.system)
join chart_receivedresource r on r.id = i.resource_id
group by 1, 2, 3
"""


def held(
    viewer: Viewer, *, site_id: UUID, source: str, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Held]:
    """Return which of the resources (type, id) of a source are held, one statement for all. Only a viewer of the
    whole site is answered."""
    if not keys or site_id not in viewer.wide_sites:
        return {}
    with connection.cursor() as cursor:
        kinds, idents = zip(*keys, strict=True)
        cursor.execute(_HELD, [array(kinds), array(idents), site_id, source])
        return {
            (kind, ident): Held(
                row_id, Edition(version, updated_at, bytes(digest)), patient, orjson.loads(said) if said else None
            )
            for kind, ident, row_id, version, updated_at, digest, patient, said in cursor.fetchall()
        }


def identified(
    viewer: Viewer, *, site_id: UUID, source: str, searches: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return which resource (type, id) each search (type or "", system or "", value) finds when it finds just one."""
    if not searches or site_id not in viewer.wide_sites:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_IDENTIFIED, [*(list(part) for part in zip(*searches, strict=True)), site_id, source])
        return {
            (kind, system, value): (found, ident)
            for kind, system, value, found, ident, count in cursor.fetchall()
            if count == 1
        }


def seen_before(viewer: Viewer, *, site_id: UUID, editions: Collection[tuple[UUID, bytes]]) -> set[UUID]:
    """Return which received resources (id, digest) once had the content of that digest, replaced since."""
    if not editions or site_id not in viewer.wide_sites:
        return set()
    history = apps.get_model("chart", "ReceivedResourceEvent")
    wanted = {(one, bytes(digest)) for one, digest in editions}
    rows = history._default_manager.filter(site_id=site_id, pgh_obj_id__in=[one for one, _ in editions])
    found = rows.values_list("pgh_obj_id", "sha256")
    return {one for one, digest in found if (one, bytes(digest)) in wanted}


def date_shifts(viewer: Viewer, *, site_id: UUID, source: str, source_ids: Collection[str]) -> dict[str, int]:
    """Return by how many days the dates of each received patient were moved; those never moved are left out."""
    if not source_ids or site_id not in viewer.wide_sites:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SHIFTED, [array(list(source_ids)), site_id, source])
        return dict(cursor.fetchall())


def received_bytes(viewer: Viewer, *, resource_id: UUID) -> bytes:
    """Return the bytes of a received resource exactly as they came. Raises NotFound."""
    found = ReceivedResource.objects.filter(sees(viewer), pk=resource_id, patient__isnull=False)
    row = found.values("file_id", "at_byte", "size").first()
    if row is None:
        raise NotFound("There is no such record, or it is not one of your patients'.")
    return stretch_bytes(row["file_id"], row["at_byte"], row["size"])


def stretch_bytes(file_id: UUID, at_byte: int, size: int) -> bytes:
    """Return `size` bytes of a received file from `at_byte` on."""
    first, last = at_byte // CHUNK, max(at_byte + size - 1, at_byte) // CHUNK
    chunks = ReceivedChunk.objects.filter(file_id=file_id, number__range=(first, last)).order_by("number")
    content = b"".join(zlib.decompress(bytes(chunk)) for chunk in chunks.values_list("content", flat=True))
    start = at_byte - first * CHUNK
    return content[start : start + size]
