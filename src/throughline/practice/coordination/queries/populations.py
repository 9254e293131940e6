"""Reads over many patients at once, as plain values in one statement: for looking over whole caseloads."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from throughline.foundation.access.models import User
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.coordination.models import Appointment, ReferralOut, TeamMember

_MINE = "patient_id = any(%(patients)s) and site_id = any(%(sites)s)"
_MET = f"""
(select 'appointment', patient_id, jsonb_build_object('id', id, 'what', what, 'provider', provider, 'starts', starts_at,
    'ends', ends_at, 'state', state, 'interpreter', interpreter)::text
  from {Appointment._meta.db_table} where {_MINE} and state not in ('missed', 'cancelled'))
union all
(select 'referral', r.patient_id, jsonb_build_object('id', r.id, 'service', r.service, 'to', r.to_name,
    'state', r.state, 'since', r.since, 'owner', coalesce(u.full_name, r.to_name))::text
  from {ReferralOut._meta.db_table} r left join {User._meta.db_table} u on u.id = r.owner_id
  where r.patient_id = any(%(patients)s) and r.site_id = any(%(sites)s) and r.state not in ('declined', 'cancelled'))
union all
(select 'member', patient_id, jsonb_build_object('name', name, 'role', role)::text
  from {TeamMember._meta.db_table} where {_MINE} and ended_at is null)
"""


def met_by_many(viewer: Viewer, patient_ids: Sequence[UUID]) -> list[tuple[str, UUID, dict[str, Any]]]:
    """Return many patients' appointments, referrals out and care teams as (what, patient, values), in one statement.

    Left out are appointments missed or cancelled, referrals declined or called off, and who left the team. Instants
    are in ISO 8601.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MET, {"patients": list(patient_ids), "sites": list(viewer.site_ids)})
        return [(what, patient, orjson.loads(values)) for what, patient, values in cursor.fetchall()]
