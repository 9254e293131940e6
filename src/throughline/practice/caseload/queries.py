"""Reads of the caseload: the ranked list in a fixed number of statements, whatever its length."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from throughline.foundation.access.models import Site, User
from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import ranking
from throughline.practice.caseload.clock_rows import due_of, near_clocks
from throughline.practice.caseload.models import Cover, SavedView, Scratch
from throughline.practice.caseload.records import Due, Load, Row, View, Worklist
from throughline.practice.caseload.roster_queries import ORDERS, owners_of, roster  # noqa: F401 (the front door)
from throughline.record.cases.models import Case, Enrolment
from throughline.record.cases.programmes import programmes
from throughline.record.people.models import Patient
from throughline.record.tasks.models import Task
from throughline.record.tasks.rules import LIVE

MOST = 2000  # what one list may hold; beyond it the page says so rather than slowing down

TASK_FIELDS = (
    "id", "patient_id", "kind", "verb", "title", "why", "tier", "state", "owner_id", "due_at", "due_has_time",
    "legal_due_at", "hold_until", "version", "time_zone", "case_id",
)  # fmt: skip
PATIENT_FIELDS = (
    "patient__display_name", "patient__birth_date", "patient__language", "patient__interpreter_needed",
    "patient__phone", "patient__mrn", "patient__time_zone",
)  # fmt: skip


def worklist(
    viewer: Viewer, *, holders: Iterable[UUID] = (), include_held: bool = False, only: UUID | None = None
) -> Worklist:
    """Return everything due for the viewer (or for the colleagues in `holders` whom she covers), ranked.

    One row per patient. Hers are the tasks she owns, those of her cases nobody owns, and those of her teams nobody
    owns; and the open clocks of her cases when they are near. A case not heard from within its programme's interval
    is a gap of its own.
    """
    covering = covers_of(viewer)
    asked = set(holders)
    covered: set[UUID | None] = {away for away, _, _ in covering if away in asked}
    wanted = covered or {viewer.user_id}
    cases = _cases(viewer, wanted, only)
    tasks = _tasks(viewer, wanted, only)
    due: dict[UUID, list[Due]] = defaultdict(list)
    held = 0
    for task in tasks:
        if not include_held and task["hold_until"] and task["hold_until"] > viewer.at:
            held += 1
            continue
        due[task["patient_id"]].append(_due(task, viewer))
    for case in cases.values():
        silent = _silence(case, viewer)
        if silent is not None and not any(d.kind == "call" for d in due[case["patient_id"]]):
            due[case["patient_id"]].append(silent)
    clocks = near_clocks(
        viewer, wanted, only, *PATIENT_FIELDS, "site_id", "patient_id", "case_id", "case__acuity",
        "case__last_contact_at", "case__owner_id",
    )  # fmt: skip
    for clock in clocks:
        due[clock["patient_id"]].append(due_of(clock, viewer))
    faces = _faces([*tasks, *clocks], cases)
    scratch = _scratch(viewer, faces)
    rows = [_row(faces[pid], found, scratch.get(pid, ""), viewer) for pid, found in due.items() if found]
    rows.sort(key=lambda row: row.rank.key())
    return Worklist(rows=tuple(rows), counts=_counts(rows), held=held, covering=covering)


def _tasks(viewer: Viewer, wanted: set[UUID | None], only: UUID | None) -> list[dict[str, Any]]:
    mine = Q(owner_id__in=wanted)
    unowned = Q(owner__isnull=True) & (Q(case__owner_id__in=wanted) | Q(team_id__in=viewer.team_ids))
    asked = Q(delegated_by_id__in=wanted, state="reported")
    found = Task.objects.filter(sees(viewer), mine | unowned | asked, state__in=LIVE)
    found = found.filter(patient_id=only) if only else found
    return list(
        found.order_by("tier", "due_at", "id").values(
            *TASK_FIELDS, *PATIENT_FIELDS, "site_id", "case__acuity", "case__last_contact_at", "case__owner_id"
        )[:MOST]
    )


def _cases(viewer: Viewer, wanted: set[UUID | None], only: UUID | None) -> dict[UUID, dict[str, Any]]:
    mine = Case.objects.filter(sees(viewer), owner_id__in=wanted, state="active")
    found = (mine.filter(patient_id=only) if only else mine).values(
        "id", "site_id", "patient_id", "acuity", "last_contact_at", "opened_at", "owner_id", *PATIENT_FIELDS
    )
    cases = {row["id"]: row | {"programmes": []} for row in found[:MOST]}
    # Programmes are few and short; one statement for all cases.
    enrolled = Enrolment.objects.filter(case_id__in=list(cases), until__isnull=True)
    for case_id, key in enrolled.values_list("case_id", "programme"):
        cases[case_id]["programmes"].append(key)
    return cases


def _silence(case: dict[str, Any], viewer: Viewer) -> Due | None:
    """Return the gap "nobody has called" once the interval of the case's programme has passed."""
    known = [programmes()[key] for key in case["programmes"] if key in programmes()]
    if not known:
        return None
    limit = min(p.cadence.every_days for p in known)
    since = case["last_contact_at"] or case["opened_at"]
    days = (viewer.at - since).days
    if days < limit:
        return None
    heard = "last contact" if case["last_contact_at"] else "opened, never reached,"
    return Due(
        id=f"silence:{case['id']}",
        kind="gap",
        task_id=None,
        clock_id=None,
        version=0,
        verb="Call",
        title=f"{heard} {days} d ago; every {limit} d promised",
        why="No contact within the programme's interval",
        tier=ranking.GAP,
        state="open",
        owner_id=case["owner_id"],
        due_at=None,
        has_time=False,
        legal=False,
    )


def _due(task: dict[str, Any], viewer: Viewer) -> Due:
    zone = task["time_zone"] or task["patient__time_zone"] or viewer.time_zone
    legal = task["legal_due_at"] is not None
    when = task["due_at"]
    item = ranking.Item(
        id=str(task["id"]),
        patient_id=task["patient_id"],
        due_at=when,
        has_time=task["due_has_time"],
        legal=legal,
        safety=task["tier"] == ranking.SAFETY,
        gap=task["kind"] == "gap" or task["owner_id"] is None,
        time_zone=zone,
    )
    left, instant = _time_words(when, task["due_has_time"], zone, viewer)
    verb, title = task["verb"], task["title"]
    if task["owner_id"] is None:
        title = f"{title} (no owner)"
    if task["state"] == "reported":
        verb, title = "Check report", f"{task['verb'].lower()} {title}"
    if task["state"] == "offered" and task["owner_id"] == viewer.user_id:
        verb, title = "Accept or decline", f"{task['verb'].lower()} {title}"
    return Due(
        id=str(task["id"]),
        kind="safety" if task["tier"] == 0 else task["kind"],
        task_id=task["id"],
        clock_id=None,
        version=task["version"],
        verb=verb,
        title=title,
        why=task["why"],
        tier=ranking.tier(item, at=viewer.at),
        state=task["state"],
        owner_id=task["owner_id"],
        due_at=when,
        has_time=task["due_has_time"],
        legal=legal,
        hold_until=task["hold_until"],
        left=left,
        instant=instant,
    )


def _time_words(when: datetime | None, has_time: bool, zone: str, viewer: Viewer) -> tuple[str, str]:
    """Return the time left in words and the instant below it."""
    if when is None:
        return "No date", ""
    today = viewer.at.astimezone(ZoneInfo(zone)).date()
    day = when.astimezone(ZoneInfo(zone)).date()
    if not has_time:
        late = (today - day).days
        return (f"{late} d late" if late > 0 else formats.short_day(day, today).capitalize()), ""
    if when < viewer.at:
        return f"{formats.span(viewer.at - when)} late", formats.moment(when, zone, today)
    clock = formats.clock(when, zone) if day == today else formats.moment(when, zone, today)
    return formats.span(when - viewer.at), clock


def _faces(tasks: list[dict[str, Any]], cases: dict[UUID, dict[str, Any]]) -> dict[UUID, dict[str, Any]]:
    faces: dict[UUID, dict[str, Any]] = {}
    for task in tasks:
        faces.setdefault(
            task["patient_id"],
            {key: task[key] for key in (*PATIENT_FIELDS, "site_id", "patient_id", "case_id")}
            | {
                "acuity": task["case__acuity"] or 2,
                "last_contact_at": task["case__last_contact_at"],
                "owner_id": task["case__owner_id"],
            },
        )
    for case in cases.values():
        faces[case["patient_id"]] = case | {"case_id": case["id"]}
    return faces


def bare_row(viewer: Viewer, patient_id: UUID) -> Row:
    """Return the row of a patient for whom nothing is due. Raises NotFound when the viewer may not see her."""
    found = Patient.objects.filter(sees(viewer, patient="id"), pk=patient_id).first()
    if found is None:
        raise NotFound("There is no such patient, or she is not on your list.")
    case = Case.objects.filter(patient=found).exclude(state="closed").first()
    face = {f"patient__{name.name}": getattr(found, name.name) for name in Patient._meta.concrete_fields}
    face |= {
        "patient_id": found.id,
        "site_id": found.site_id,
        "case_id": case.id if case else None,
        "acuity": case.acuity if case else 2,
        "last_contact_at": case.last_contact_at if case else None,
        "owner_id": case.owner_id if case else None,
    }
    nothing = Due(
        id="nothing", kind="nothing", task_id=None, clock_id=None, version=0, verb="Nothing due", title="", why="",
        tier=ranking.SOON, state="open", owner_id=None, due_at=None, has_time=False, legal=False,
    )  # fmt: skip
    return _row(face, [nothing], "", viewer)


def _scratch(viewer: Viewer, faces: dict[UUID, Any]) -> dict[UUID, str]:
    if viewer.user_id is None:
        return {}
    found = Scratch.objects.filter(user_id=viewer.user_id, patient_id__in=list(faces))
    return dict(found.values_list("patient_id", "text"))


def _row(face: dict[str, Any], due: list[Due], scratch: str, viewer: Viewer) -> Row:
    far = ranking.FAR
    ordered = sorted(due, key=lambda d: (d.tier, d.due_at or far, d.id))
    first, extras = ordered[0], tuple(ordered[1:])
    heard = face["last_contact_at"]
    silent = (viewer.at - heard).days if heard else 999
    rank = ranking.Rank(first.tier, first.due_at or far, face["acuity"], silent, face["patient_id"])
    today = viewer.at.date()
    language = face["patient__language"] or ""
    about = [formats.age_words(face["patient__birth_date"], today)]
    if language and not language.startswith("en"):
        about.append(LANGUAGES.get(language.split("-")[0], language))
    if face["patient__interpreter_needed"]:
        about.append("interpreter")
    return Row(
        patient_id=face["patient_id"],
        site_id=face["site_id"],
        case_id=face["case_id"],
        name=face["patient__display_name"],
        about=", ".join(about),
        language=language,
        phone=face["patient__phone"],
        rank=rank,
        first=first,
        extras=extras,
        last_contact=formats.ago(heard, today).replace(" old", " ago") if heard else "never reached",
        owner_id=face["owner_id"],
        birth_date=face["patient__birth_date"],
        mrn=face["patient__mrn"],
        time_zone=face["patient__time_zone"] or viewer.time_zone,
        scratch=scratch,
    )


LANGUAGES = {
    "es": "Spanish", "vi": "Vietnamese", "zh": "Chinese", "ar": "Arabic", "ru": "Russian", "fr": "French",
    "tl": "Tagalog", "ko": "Korean", "so": "Somali", "ne": "Nepali", "sw": "Swahili", "uk": "Ukrainian",
    "pt": "Portuguese", "am": "Amharic", "hi": "Hindi", "pl": "Polish", "de": "German",
    "ht": "Haitian Creole", "fa": "Persian", "ur": "Urdu", "bn": "Bengali", "ja": "Japanese",
}  # fmt: skip


def _counts(rows: Iterable[Row]) -> dict[str, int]:
    counts = {"all": 0, "call": 0, "clock": 0, "gap": 0, "safety": 0, "language": 0, "late": 0}
    for row in rows:
        counts["all"] += 1
        counts["safety"] += row.rank.tier == ranking.SAFETY
        counts["late"] += row.rank.tier == ranking.OVERDUE
        counts["language"] += bool(row.language and not row.language.startswith("en"))
        for kind in ("call", "clock", "gap"):
            counts[kind] += kind in row.kinds
    return counts


def shows(row: Row, chip: str) -> bool:
    """Whether a row belongs to a chip: all, call, clock, gap, safety, late, or language (not English)."""
    if chip == "safety":
        return row.rank.tier == ranking.SAFETY
    if chip == "late":
        return row.rank.tier == ranking.OVERDUE
    if chip == "language":
        return bool(row.language and not row.language.startswith("en"))
    return chip in ("", "all") or chip in row.kinds


def covers_of(viewer: Viewer) -> tuple[tuple[UUID, str, datetime], ...]:
    """Return the colleagues the viewer covers now: id, name, until when."""
    found = Cover.objects.filter(
        covering_id=viewer.user_id, since__lte=viewer.at, until__gt=viewer.at, ended_at__isnull=True
    ).select_related("away")
    return tuple((cover.away_id, str(cover.away), cover.until) for cover in found)


def views_of(viewer: Viewer) -> list[View]:
    """Return the viewer's saved views in her order."""
    if viewer.user_id is None:
        return []
    return [View(v.id, v.name, dict(v.filters)) for v in SavedView.objects.filter(user_id=viewer.user_id)]


def colleagues(viewer: Viewer, site_id: UUID) -> list[tuple[UUID, str]]:
    """Return the active colleagues of a site who may own work, by name: id and name."""
    found = User.objects.filter(
        Q(grants__until__isnull=True) | Q(grants__until__gt=viewer.at),
        is_active=True,
        grants__site_id=site_id,
        grants__role__in=["case_manager", "team_nurse", "social_worker", "supervisor", "utilisation_reviewer"],
    ).distinct()
    return [(user.id, str(user)) for user in found.order_by("full_name")] if site_id in viewer.site_ids else []


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


def covers_at(viewer: Viewer, site_id: UUID) -> list[tuple[UUID, str, str, datetime]]:
    """Return the covers of a site that hold now: id, who is away, who covers, until when."""
    found = Cover.objects.filter(site_id=site_id, until__gt=viewer.at, ended_at__isnull=True)
    return [(c.id, str(c.away), str(c.covering), c.until) for c in found.select_related("away", "covering")]
