"""The ranked list in a fixed number of statements, whatever its length: all of it is ranked, one page gets faces."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any
from uuid import UUID

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.reading import Part, alone, together
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload import clock_rows, ranking
from throughline.practice.caseload import list_statements as statements
from throughline.practice.caseload.clock_rows import AHEAD
from throughline.practice.caseload.list_statements import Raw, moment
from throughline.practice.caseload.records import Covering, Due, Further, Row, Sketch, Waiting, Worklist
from throughline.record.cases.models import Case
from throughline.record.cases.programmes import programmes
from throughline.record.people.models import Patient

# What capabilities above this one put on the list.
_further: list[Further] = []
# A call put off for longer than a weekend does not hide that nobody heard from her.
AGAIN_SOON = timedelta(days=4)


def also_due(more: Further) -> None:
    """Ask this too whenever the list is made; for patients with an active case on it."""
    _further[:] = [*(one for one in _further if one != more), more]


CHIPS = ("all", "call", "clock", "gap", "safety", "language", "late")

_FACE = (
    "id", "site_id", "display_name", "birth_date", "language", "interpreter_needed", "phone", "mrn", "time_zone",
)  # fmt: skip


def worklist(
    viewer: Viewer,
    *,
    holders: Iterable[UUID] = (),
    include_held: bool = False,
    only: UUID | None = None,
    chip: str = "all",
    page: slice = slice(None),
) -> Worklist:
    """Return everything due for the viewer (or for the colleagues in `holders` whom she covers), ranked.

    One row per patient. Hers are the tasks she owns, those of her cases nobody owns, and those of her teams nobody
    owns; and the open clocks of her cases when they are near. A case not heard from within its programme's interval
    is a gap of its own. Rows are those of the `chip`, and of them those of the `page`; the counts are of all.
    """
    asked = set(holders)
    covering = covers_of(viewer) if asked else ()
    covered: set[UUID | None] = {one.away_id for one in covering if one.away_id in asked}
    found, held = _sketches(viewer, covered or {viewer.user_id}, only, include_held)
    chosen = tuple(sketch for sketch in found if sketch.shows(chip))
    shown = chosen[page]
    faces, covering, views = together(
        statements.faces_part(viewer, [sketch.patient_id for sketch in shown]),
        statements.covers_part(viewer),
        statements.views_part(viewer),
    )
    rows = tuple(_row(sketch, faces[sketch.patient_id], viewer) for sketch in shown if sketch.patient_id in faces)
    return Worklist(rows, chosen, _counted(found), held, covering, views)


def _counted(found: list[Sketch]) -> dict[str, int]:
    """Return how many patients each chip shows."""
    counts = Counter(chip for sketch in found for chip in sketch.chips())
    return {key: counts[key] for key in CHIPS}


def _sketches(
    viewer: Viewer, wanted: set[UUID | None], only: UUID | None, include_held: bool
) -> tuple[list[Sketch], int]:
    """Return the whole list ranked (or one patient's part of it), and how many tasks are held back."""
    return alone(_list_part(viewer, wanted, only, include_held=include_held))


def _list_part(
    viewer: Viewer, wanted: Iterable[UUID | None], only: UUID | None, *, include_held: bool
) -> Part[tuple[list[Sketch], int]]:
    def rank(found: statements.Found) -> tuple[list[Sketch], int]:
        cases, tasks, clocks, *further = found
        return _ranked(viewer, cases, tasks, clocks, further, include_held=include_held)

    further = [more.statement for more in _further]
    return statements.list_part(viewer, wanted, only, viewer.at + AHEAD, further, rank)


def due_of_patient(viewer: Viewer, patient_id: UUID) -> tuple[Due, ...]:
    """Return everything due for one patient by the rules of the viewer's list, what is snoozed as well, best first."""
    return alone(due_part(viewer, patient_id))


def due_part(viewer: Viewer, patient_id: UUID) -> Part[tuple[Due, ...]]:
    """Return what `due_of_patient` reads, to be asked together with other parts of a page."""

    listed = _list_part(viewer, [viewer.user_id], patient_id, include_held=True)

    def read(*rows: Any) -> tuple[Due, ...]:
        found, _held = listed.read(*rows)
        return found[0].dues if found else ()

    return Part(listed.statements, listed.parameters, read)


def _ranked(
    viewer: Viewer,
    on_list: list[Raw],
    tasks: list[Raw],
    clocks: list[Raw],
    further: Sequence[list[Raw]],
    *,
    include_held: bool,
) -> tuple[list[Sketch], int]:
    """Return what was found as patients, ranked, and how many tasks are held back."""
    cases = {case["patient_id"]: case for case in on_list}
    due: dict[UUID, list[Waiting]] = defaultdict(list)
    standing: dict[UUID, Raw] = {}
    held = 0
    later: set[UUID] = set()  # who is called again within days, and so is not unheard of now
    for task in {one["id"]: one for one in tasks}.values():  # one that is hers twice over comes twice
        until = moment(task["hold"])
        if not include_held and until and until > viewer.at:
            held += 1
            if task["kind"] == "call" and until <= viewer.at + AGAIN_SOON:
                later.add(task["patient_id"])
            continue
        standing.setdefault(task["patient_id"], task)
        due[task["patient_id"]].append(_task(task, until, viewer))
    _add_silence(due, {one: case for one, case in cases.items() if one not in later}, viewer)
    for more, rows in zip(_further, further, strict=True):
        for patient_id, one in more.dues(rows):
            if patient_id in cases:
                due[patient_id].append(Waiting.on(one))
    for clock in clocks:
        standing.setdefault(clock["patient_id"], clock)
        due[clock["patient_id"]].append(clock_rows.waiting(clock, viewer))
    found = [
        _sketch(pid, waiting, cases.get(pid), standing.get(pid), viewer) for pid, waiting in due.items() if waiting
    ]
    return sorted(found, key=lambda sketch: sketch.rank.key()), held


def _add_silence(due: dict[UUID, list[Waiting]], cases: dict[UUID, Raw], viewer: Viewer) -> None:
    """Add the gap "nobody has called" to the patients for whom no call is due."""
    known = programmes()
    now = viewer.at.timestamp()
    for patient_id, case in cases.items():
        silent = _silence(case, known, now)
        if silent is not None and not any(one.kind == "call" for one in due[patient_id]):
            due[patient_id].append(Waiting.on(silent))


def _silence(case: Raw, known: Any, now: float) -> Due | None:
    """Return the gap "nobody has called" once the interval of the case's programme has passed."""
    limits = [known[key].cadence.every_days for key in case["programmes"] if key in known]
    if not limits:
        return None
    limit = min(limits)
    since = case["heard"] if case["heard"] is not None else case["opened"]
    days = int((now - since) // 86_400)
    if days < limit:
        return None
    heard = "last contact" if case["heard"] is not None else "opened, never reached,"
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
        owner_id=case["case_owner_id"],
        due_at=None,
        has_time=False,
        legal=False,
    )


def _task(task: Raw, held: datetime | None, viewer: Viewer) -> Waiting:
    """Return a task as it waits on a list."""
    item = ranking.Item(
        id=task["id"],
        patient_id=task["patient_id"],
        due_at=moment(task["due"]),
        has_time=task["due_has_time"],
        legal=task["legal"] is not None,
        safety=task["tier"] == ranking.SAFETY,
        gap=task["kind"] == "gap" or task["owner_id"] is None,
        time_zone=task["zone"] or viewer.time_zone,
    )
    tier = ranking.tier(item, at=viewer.at)
    kind = "safety" if item.safety else task["kind"]
    read = partial(_due, task, item, tier, held, viewer)
    return Waiting(tier, item.due_at or ranking.FAR, item.id, kind, item.legal, task["version"], read)


def _due(task: Raw, item: ranking.Item, tier: int, held: datetime | None, viewer: Viewer) -> Due:
    """Return a task as one thing due."""
    verb, title = _words(task)
    return Due(
        id=item.id,
        kind="safety" if item.safety else task["kind"],
        task_id=UUID(item.id),
        clock_id=None,
        version=task["version"],
        verb=verb,
        title=title,
        why=task["why"],
        tier=tier,
        state=task["state"],
        owner_id=task["owner_id"],
        due_at=item.due_at,
        has_time=item.has_time,
        legal=item.legal,
        hold_until=held,
        zone=item.time_zone,
        seen_at=viewer.at,
    )


def _words(task: Raw) -> tuple[str, str]:
    """Return the verb and the title a task has on the list."""
    verb, title = task["verb"], task["title"]
    if task["owner_id"] is None:
        title = f"{title} (no owner)"
    if task["state"] == "reported":
        return "Check report", f"{task['verb'].lower()} {title}"
    if task["state"] == "offered":
        return "Accept or decline", f"{task['verb'].lower()} {title}"
    return verb, title


def _sketch(patient_id: UUID, waiting: list[Waiting], case: Raw | None, other: Raw | None, viewer: Viewer) -> Sketch:
    """Return a patient with her rank: her standing is that of her case on this list, else of what is due."""
    ordered = tuple(sorted(waiting, key=itemgetter(0, 1, 2)))  # tier, due, id
    first = ordered[0]
    seen: Raw = case or other or {}
    acuity = seen.get("acuity") or 2
    heard = moment(seen.get("heard"))
    silent = (viewer.at - heard).days if heard else 999
    return Sketch(
        patient_id=patient_id,
        case_id=case["id"] if case else seen.get("case_id"),
        owner_id=seen.get("case_owner_id"),
        rank=ranking.Rank(first.tier, first.due_at, acuity, silent, patient_id),
        waiting=ordered,
        language=seen.get("language") or "",
        last_contact_at=heard,
    )


def _row(sketch: Sketch, face: Raw, viewer: Viewer) -> Row:
    today = viewer.at.date()
    language = face["language"] or ""
    about = [formats.age_words(face["birth_date"], today)]
    if language and not language.startswith("en"):
        about.append(LANGUAGES.get(language.split("-")[0], language))
    if face["interpreter_needed"]:
        about.append("interpreter")
    heard = sketch.last_contact_at
    dues = sketch.dues
    return Row(
        patient_id=sketch.patient_id,
        site_id=face["site_id"],
        case_id=UUID(sketch.case_id) if sketch.case_id else None,
        name=face["display_name"],
        about=", ".join(about),
        language=language,
        phone=face["phone"],
        rank=sketch.rank,
        first=dues[0],
        extras=dues[1:],
        last_contact=formats.ago(heard, today).replace(" old", " ago") if heard else "never reached",
        owner_id=sketch.owner_id,
        birth_date=face["birth_date"],
        mrn=face["mrn"],
        time_zone=face["time_zone"] or viewer.time_zone,
        scratch=face["scratch"] or "",
    )


def bare_row(viewer: Viewer, patient_id: UUID) -> Row:
    """Return the row of a patient for whom nothing is due. Raises NotFound when the viewer may not see her."""
    seen = Patient.objects.filter(sees(viewer, patient="id"), pk=patient_id)
    face = seen.values(*_FACE).first()
    if face is None:
        raise NotFound("There is no such patient, or she is not on your list.")
    cases = Case.objects.filter(patient_id=patient_id).exclude(state="closed")
    found = cases.values("id", "acuity", "owner_id", "last_contact_at").first()
    case: Raw | None = None
    if found:
        heard = found["last_contact_at"]
        case = {
            **found,
            "id": str(found["id"]),
            "case_owner_id": found["owner_id"],
            "heard": heard.timestamp() if heard else None,
        }
    nothing = Due(
        id="nothing", kind="nothing", task_id=None, clock_id=None, version=0, verb="Nothing due", title="", why="",
        tier=ranking.SOON, state="open", owner_id=None, due_at=None, has_time=False, legal=False,
    )  # fmt: skip
    return _row(_sketch(patient_id, [Waiting.on(nothing)], case, None, viewer), face | {"scratch": ""}, viewer)


def covers_of(viewer: Viewer) -> tuple[Covering, ...]:
    """Return the colleagues the viewer covers now."""
    return alone(statements.covers_part(viewer))


LANGUAGES = {
    "es": "Spanish", "vi": "Vietnamese", "zh": "Chinese", "ar": "Arabic", "ru": "Russian", "fr": "French",
    "tl": "Tagalog", "ko": "Korean", "so": "Somali", "ne": "Nepali", "sw": "Swahili", "uk": "Ukrainian",
    "pt": "Portuguese", "am": "Amharic", "hi": "Hindi", "pl": "Polish", "de": "German",
    "ht": "Haitian Creole", "fa": "Persian", "ur": "Urdu", "bn": "Bengali", "ja": "Japanese",
}  # fmt: skip
