"""Reads of the Patients list: one page after the last row of the page before, in a fixed number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from throughline.foundation.access.models import Site
from throughline.foundation.access.queries import own_patients_sql, sees_parameters
from throughline.foundation.kernel.reading import Part, together
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.caseload.list_statements import views_part
from throughline.practice.caseload.records import PatientRow, Roster, RosterAsked
from throughline.record.cases.models import Case, Enrolment
from throughline.record.cases.programmes import programmes
from throughline.record.cases.rules import CLOSED, STATE_WORDS
from throughline.record.people.models import Patient

PAGE = 50
MOST_OWN = 5000  # how many patients a person's own relationships may open before the list says to narrow it


@dataclass(frozen=True, slots=True)
class _Order:
    """How a list is ordered: the column of the patient or the case, and whether rows without it come first."""

    patient_column: str
    case_column: str
    latest_first: bool = False
    blanks_first: bool = False


ORDERS = {
    "name": _Order("sort_name", "patient__sort_name"),
    "age": _Order("birth_date", "patient__birth_date"),
    "owner": _Order("", "owner__full_name", blanks_first=True),
    "contact": _Order("", "last_contact_at", blanks_first=True),
    "opened": _Order("", "opened_at", latest_first=True),
}
_PATIENT = (
    "id", "sort_name", "display_name", "preferred_name", "birth_date", "mrn", "phone", "language", "deceased",
)  # fmt: skip
_CASE = ("id", "patient_id", "state", "owner_id", "last_contact_at", "opened_at", "acuity")


def roster(viewer: Viewer, asked: RosterAsked) -> Roster:
    """Return one page of patients the viewer may see, as asked; at most three statements whatever its length.

    Orders that stand on a case (owner, last contact, opened) and filters by programme or state list cases; without
    them every patient is listed, with her open case where there is one.
    """
    sites, own, views = together(_sites_part(viewer), _own_part(viewer), views_part(viewer))
    site_id = asked.site_id if asked.site_id in viewer.site_ids else (sites[0][0] if sites else None)
    hers = _within(viewer, site_id, own)
    order = ORDERS.get(asked.order, ORDERS["name"])
    by_case = not order.patient_column or asked.scope in ("mine", "team") or bool(asked.programme or asked.state)
    if by_case:
        found = _page(_cases(viewer, asked, hers), order.case_column, order, asked.after, _CASE_VALUES)
        rows = [_flat(row) for row in found[:PAGE]]
    else:
        found = _page(_patients(hers), order.patient_column, order, asked.after, _PATIENT)
        rows = [dict(row) for row in found[:PAGE]]
        _join_cases(rows)
    last = _cursor(rows[-1], order, by_case) if len(found) > PAGE else ""
    return Roster(rows=_rows(rows, viewer), older=last, sites=sites, site_id=site_id, views=views)


_CASE_VALUES = (*_CASE, "enrolled_in", *(f"patient__{name}" for name in _PATIENT if name != "id"), "owner__full_name")


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case's row with the patient's columns under their own names."""
    own = {name.removeprefix("patient__"): value for name, value in row.items() if name.startswith("patient__")}
    case = {f"case_{name}": row[name] for name in (*_CASE, "owner__full_name", "enrolled_in") if name != "patient_id"}
    return {**own, **case, "id": row["patient_id"], "case": True}


def _join_cases(rows: list[dict[str, Any]]) -> None:
    """Add the open case of each patient, in one statement."""
    ids = [row["id"] for row in rows]
    found = _enrolled(Case.objects.filter(patient_id__in=ids).exclude(state=CLOSED))
    found = found.values(*_CASE, "owner__full_name", "enrolled_in")
    cases = {case["patient_id"]: case for case in found}
    for row in rows:
        case = cases.get(row["id"])
        row["case"] = bool(case)
        for name, value in (case or {}).items():
            row[f"case_{name}"] = value


def _sites_part(viewer: Viewer) -> Part[tuple[tuple[UUID, str], ...]]:
    """Return what reads the viewer's sites: id and name."""

    def read(rows: list[dict[str, Any]]) -> tuple[tuple[UUID, str], ...]:
        return tuple((UUID(row["id"]), row["name"]) for row in rows)

    statement = f"select s.id, s.name from {Site._meta.db_table} s where s.id = any(%(sites)s) order by s.name, s.id"
    return Part((statement,), {"sites": list(viewer.site_ids)}, read)


def _own_part(viewer: Viewer) -> Part[list[str]]:
    """Return what reads the patients the viewer's own relationships open. Lists start from these: they are few."""
    statement = f"select own.patient_id from ({own_patients_sql()}) own limit {MOST_OWN}"
    names = ("user", "teams", "at")
    asked = {name: value for name, value in sees_parameters(viewer).items() if name in names}
    return Part((statement,), asked, lambda rows: [row["patient_id"] for row in rows])


def _within(viewer: Viewer, site_id: UUID | None, own: list[str]) -> dict[str, Any]:
    """Return the conditions for patients of one site the viewer may see."""
    return {"site_id": site_id} if site_id in viewer.wide_sites else {"site_id": site_id, "patient_id__in": own}


def _patients(hers: dict[str, Any]) -> QuerySet[Patient]:
    return Patient.objects.filter(**{name.replace("patient_id", "id"): hers[name] for name in hers}, merged_into=None)


def _enrolled(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return the cases with the keys of the programmes each is enrolled in now."""
    now = Enrolment.objects.filter(case_id=OuterRef("id"), until=None).values("programme")
    return cases.annotate(enrolled_in=ArraySubquery(now))


def _cases(viewer: Viewer, asked: RosterAsked, hers: dict[str, Any]) -> QuerySet[Case]:
    cases = _enrolled(Case.objects.filter(**hers, patient__merged_into=None))
    cases = cases.filter(state=asked.state) if asked.state else cases.exclude(state=CLOSED)
    if asked.scope == "mine":
        cases = cases.filter(owner_id=viewer.user_id)
    elif asked.scope == "team":
        cases = cases.filter(team_id__in=viewer.team_ids)
    if asked.programme:
        enrolled = Enrolment.objects.filter(programme=asked.programme, until=None).values("case_id")
        cases = cases.filter(id__in=enrolled)
    return cases


def _page(rows: Any, column: str, order: _Order, after: str, values: Sequence[str]) -> list[Any]:
    """Return the rows of one page and one more, starting after the cursor."""
    key = F(column).desc if order.latest_first else F(column).asc
    ordered = rows.order_by(key(nulls_first=True) if order.blanks_first else key(nulls_last=True), "id")
    if after:
        ordered = ordered.filter(_beyond(column, order, after))
    return list(ordered.values(*values)[: PAGE + 1])


def _beyond(column: str, order: _Order, after: str) -> Q:
    """Return the condition for rows after the cursor "value|id" in the order, blanks where the order puts them."""
    text, _, last = after.rpartition("|")
    key, way = _typed(column, text), "lt" if order.latest_first else "gt"
    if key is None:
        same = Q(**{f"{column}__isnull": True, "id__gt": last})
        return same | Q(**{f"{column}__isnull": False}) if order.blanks_first else same
    beyond = Q(**{f"{column}__{way}": key}) | Q(**{column: key, "id__gt": last})
    if order.blanks_first:
        return beyond
    # The first condition is a range PostgreSQL can start its index scan at; the second is the exact place.
    ranged = Q(**{f"{column}__{way}e": key}) & beyond
    return ranged if "name" in column else ranged | Q(**{f"{column}__isnull": True})


def _typed(column: str, text: str) -> str | date | datetime | None:
    if not text:
        return None
    if column.endswith("birth_date"):
        return parse_date(text)
    return parse_datetime(text) if column.endswith("_at") else text


def _cursor(row: Mapping[str, Any], order: _Order, by_case: bool) -> str:
    column = order.case_column if by_case else order.patient_column
    key = (
        row[column.removeprefix("patient__")]
        if column.startswith("patient__") or not by_case
        else row[f"case_{column}"]
    )
    said = key.isoformat() if isinstance(key, date) else str(key or "")
    return f"{said}|{row['case_id'] if by_case else row['id']}"


def _rows(found: list[dict[str, Any]], viewer: Viewer) -> tuple[PatientRow, ...]:
    """Return the rows with their words."""
    today, known = viewer.at.date(), programmes()
    return tuple(_row(row, known, today) for row in found)


def _row(row: dict[str, Any], known: Mapping[str, Any], today: date) -> PatientRow:
    case = row["case"]
    heard = row["case_last_contact_at"] if case else None
    titles = [known[key].title if key in known else key for key in row["case_enrolled_in"]] if case else []
    return PatientRow(
        patient_id=row["id"],
        name=row["sort_name"],
        preferred_name=row["preferred_name"],
        age=formats.age_words(row["birth_date"], today),
        born=f"{row['birth_date']:%m/%d/%Y}" if row["birth_date"] else "Not recorded",
        mrn=row["mrn"] or "Not recorded",
        phone=formats.phone(row["phone"]) or "Not recorded",
        deceased=row["deceased"],
        state=STATE_WORDS[row["case_state"]] if case else "no open case",
        owner=(row["case_owner__full_name"] or "No owner") if case else "",
        unowned=bool(case and not row["case_owner_id"]),
        programmes=", ".join(sorted(titles)),
        last_contact=formats.ago(heard, today).replace(" old", " ago") if heard else ("never" if case else ""),
        opened=formats.day(row["case_opened_at"].date()) if case else "",
    )


def owners_of(viewer: Viewer, patient_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of who owns each patient's open case, "No owner" for a case without one; one statement."""
    open_cases = Case.objects.filter(patient_id__in=list(patient_ids), site_id__in=viewer.site_ids)
    rows = open_cases.exclude(state=CLOSED).values_list("patient_id", "owner__full_name")
    return {patient: name or "No owner" for patient, name in rows}
