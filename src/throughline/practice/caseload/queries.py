"""Reads of the caseload: the ranked list in a fixed number of statements, whatever its length."""

import functools
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from throughline.foundation.access.models import Grant, PatientAccess, Site, TeamMembership, User
from throughline.foundation.kernel.reading import Part, alone
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.caseload.models import Cover, Qualification
from throughline.practice.caseload.records import Arranged, Load
from throughline.practice.caseload.records import Qualification as Record
from throughline.practice.caseload.roster_queries import ORDERS, owners_of, roster  # noqa: F401 (the front door)
from throughline.practice.caseload.worklist_queries import (  # noqa: F401 (the front door)
    LANGUAGES,
    also_due,
    bare_row,
    due_of_patient,
    due_part,
    worklist,
)
from throughline.practice.caseload.worklist_queries import (
    covers_of as covers_of,
)
from throughline.record.cases.models import Case
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE


def colleagues(viewer: Viewer, site_id: UUID) -> list[tuple[UUID, str]]:
    """Return the active colleagues of a site who may own work, by name: id and name."""
    found: Named = alone(colleagues_part(viewer, site_id))
    return list(found)


Named = tuple[tuple[UUID, str], ...]
_OWNERS = ["case_manager", "team_nurse", "social_worker", "supervisor", "utilisation_reviewer"]
_MAY_OWN = f"""{Grant._meta.db_table} g where g.site_id = %(of_site)s and g.site_id = any(%(sites)s)
  and g.role = any(%(owners)s) and (g.until is null or g.until > %(at)s)"""
_SAID = """json_agg(json_build_array(u.id, concat_ws(', ', u.full_name, nullif(u.credentials, '')))
  order by u.full_name)::text as said"""
_COLLEAGUES = f"""
select {_SAID} from {User._meta.db_table} u where u.is_active and exists (
  select 1 from {_MAY_OWN} and g.user_id = u.id)
"""


def colleagues_part(viewer: Viewer, site_id: UUID) -> Part[Named]:
    """Return what `colleagues` reads, to be asked together with other parts of a page."""
    asked = {"of_site": site_id, "sites": list(viewer.site_ids), "at": viewer.at, "owners": _OWNERS}
    return Part((_COLLEAGUES,), asked, lambda rows: _named(rows[0]["said"] or "[]"))


MOST_TO_CHOOSE = 200  # nobody reads through more names than that beside a quick task
_MEMBER = f"{TeamMembership._meta.db_table} m where (m.until is null or m.until > %(at)s)"
_HELD = f"{PatientAccess._meta.db_table} held where held.patient_id = %(whom)s and held.since <= %(at)s"
_FEW = f"(select count(*) <= %(choose)s from (select 1 from {_MAY_OWN} limit %(choose)s + 1) few)"
_NEAR = f"""select {_SAID}, {_FEW} as is_whole from (
  select g.user_id from {_MAY_OWN} and {_FEW}
  union select unnest(%(also)s::uuid[])
  union select m.user_id from {_MEMBER} and m.team_id = any(%(teams)s)
  union select held.user_id from {_HELD} and (held.until is null or held.until > %(at)s)
  union select m.user_id from {_MEMBER} and m.team_id in (
    select held.team_id from {_HELD} and (held.until is null or held.until > %(at)s))
) near(id)
join lateral (select * from {User._meta.db_table} u where u.id = near.id offset 0) u on true
where u.is_active and exists (select 1 from {_MAY_OWN} and g.user_id = u.id)
"""


class Near(NamedTuple):
    """Colleagues a quick task may be given to, by name; `is_whole` when these are all of the site."""

    names: Named
    is_whole: bool


def near_colleagues_part(
    viewer: Viewer, site_id: UUID, patient_id: UUID, also: Iterable[UUID | None] = ()
) -> Part[Near]:
    """Return what reads whom a task of a patient is given to: all of the site's colleagues, or, where they are more
    than `MOST_TO_CHOOSE`, those of the viewer's teams, those who carry the patient, and whoever else is named. Others
    are named in the task itself (@rosa), or found where it is handed on."""
    asked = {"of_site": site_id, "sites": list(viewer.site_ids), "at": viewer.at, "owners": _OWNERS}
    named = [one for one in (viewer.user_id, *also) if one is not None]
    near = {"choose": MOST_TO_CHOOSE, "also": named, "teams": list(viewer.team_ids), "whom": patient_id}
    return Part((_NEAR,), asked | near, lambda rows: Near(_named(rows[0]["said"] or "[]"), rows[0]["is_whole"]))


def near_colleagues(viewer: Viewer, site_id: UUID, patient_id: UUID, also: Iterable[UUID | None] = ()) -> Near:
    """Return what `near_colleagues_part` reads."""
    return alone(near_colleagues_part(viewer, site_id, patient_id, also))


@functools.lru_cache(maxsize=32)
def _named(said: str) -> Named:
    """Return the colleagues the database has just said; the thousand of a large site are read anew when they change."""
    return tuple((UUID(key), name) for key, name in orjson.loads(said))


def covers(covering_id: UUID, away_id: UUID, at: datetime) -> bool:
    """Whether one colleague carries another's list at an instant."""
    held = Cover.objects.filter(covering_id=covering_id, away_id=away_id, since__lte=at, until__gt=at)
    return held.filter(ended_at__isnull=True).exists()


def away_at(viewer: Viewer, site_id: UUID) -> dict[UUID, tuple[str, datetime]]:
    """Return who of a site is away now, with who covers and until when."""
    held = Cover.objects.filter(site_id=site_id, since__lte=viewer.at, until__gt=viewer.at, ended_at__isnull=True)
    return {c.away_id: (str(c.covering), c.until) for c in held.select_related("covering")}


def qualifications_at(viewer: Viewer, site_id: UUID) -> list[Record]:
    """Return what the colleagues of one of the viewer's sites may and can do, by kind and name."""
    today = viewer.at.date()
    rows = Qualification.objects.filter(site_id=site_id, site_id__in=viewer.site_ids, ended_at__isnull=True)
    found = []
    for r in rows.order_by("kind", "name", "id"):
        expired = r.expires_on is not None and r.expires_on < today
        found.append(Record(r.id, r.user_id, r.kind, r.name, r.state, r.number, r.expires_on, expired, r.multistate))
    return found


POINTS = {1: 1, 2: 2, 3: 4, 4: 6}  # workload points by acuity: intensity, not heads


def team_load(viewer: Viewer, site_id: UUID) -> list[Load]:
    """Return each colleague's open cases in workload points and her overdue tasks, heaviest first."""
    names = dict(colleagues(viewer, site_id))
    held: Counter[UUID] = Counter()
    points: Counter[UUID] = Counter()
    overdue: Counter[UUID] = Counter()
    cases = Case.objects.filter(site_id=site_id, owner_id__in=list(names)).exclude(state="closed")
    for owner, acuity in cases.values_list("owner_id", "acuity"):
        if owner is not None:
            held[owner] += 1
            points[owner] += POINTS[acuity]
    late = Task.objects.filter(site_id=site_id, owner_id__in=list(names), state__in=LIVE, due_at__lt=viewer.at)
    for owner in late.values_list("owner_id", flat=True):
        if owner is not None:
            overdue[owner] += 1
    found = [Load(uid, name, held[uid], points[uid], overdue[uid]) for uid, name in names.items()]
    return sorted(found, key=lambda load: (-load.points, load.name))


def site_name(viewer: Viewer, site_id: UUID) -> str:
    """Return the name of one of the viewer's sites, or an empty text."""
    return Site.objects.filter(pk=site_id, pk__in=viewer.site_ids).values_list("name", flat=True).first() or ""


def covers_at(viewer: Viewer, site_id: UUID) -> list[Arranged]:
    """Return the covers of a site that hold now or will, the next to begin first."""
    found = Cover.objects.filter(site_id=site_id, until__gt=viewer.at, ended_at__isnull=True).order_by("since", "id")
    return [
        Arranged(c.id, str(c.away), str(c.covering), c.since if c.since > viewer.at else None, c.until, c.brief)
        for c in found.select_related("away", "covering")
    ]
