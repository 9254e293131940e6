"""Reads of cases. Each takes the viewer first and shows only cases of patients she may see."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from throughline.foundation.access.models import Team, User
from throughline.foundation.access.queries import sees, sees_parameters, sees_sql
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.reading import Part, Row, alone, instant, key
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.cases.models import Case, CaseTransition, Consent, Enrolment
from throughline.record.cases.programmes import Programme, programmes
from throughline.record.cases.records import CaseRecord, ConsentRecord, EnrolmentRecord, TransitionRecord
from throughline.record.cases.rules import CLOSED, STATE_WORDS
from throughline.record.people.models import Patient


def _visible(viewer: Viewer) -> QuerySet[Case]:
    return (
        Case.objects.filter(sees(viewer))
        .select_related("patient", "owner", "team")
        .prefetch_related(
            Prefetch("enrolments", queryset=Enrolment.objects.order_by("since")),
            Prefetch("consents", queryset=Consent.objects.order_by("-at")),
        )
    )


def case(viewer: Viewer, case_id: UUID) -> CaseRecord:
    """Return one case. Raises NotFound when there is none or the viewer may not see it."""
    found = _visible(viewer).filter(pk=case_id).first()
    if found is None:
        raise NotFound("This case does not exist, or you may not see it.")
    return _record(found)


def cases_of(viewer: Viewer, patient_id: UUID) -> list[CaseRecord]:
    """Return a patient's cases, the open one first, then the latest closed."""
    found = _visible(viewer).filter(patient_id=patient_id)
    return sorted((_record(c) for c in found), key=lambda c: (c.state == CLOSED, -c.opened_at.timestamp()))


def open_case_of(viewer: Viewer, patient_id: UUID) -> CaseRecord | None:
    """Return the patient's open case, or None."""
    return alone(open_case_part(viewer, patient_id))


_OPEN = f"""
select c.*, p.display_name as patient_name, u.full_name as owner_name, u.credentials as owner_credentials,
  t.name as team_name,
  (select json_agg(e order by e.since) from {Enrolment._meta.db_table} e where e.case_id = c.id) as enrolled,
  (select json_agg(a order by a.at desc) from {Consent._meta.db_table} a where a.case_id = c.id) as agreed
from {Case._meta.db_table} c join {Patient._meta.db_table} p on p.id = c.patient_id
  left join {User._meta.db_table} u on u.id = c.owner_id left join {Team._meta.db_table} t on t.id = c.team_id
where c.patient_id = %(patient)s and c.state <> '{CLOSED}' and {sees_sql("c.patient_id", "c.site_id")}
limit 1
"""


def open_case_part(viewer: Viewer, patient_id: UUID) -> Part[CaseRecord | None]:
    """Return what `open_case_of` reads, to be asked together with other parts of a page."""
    asked = {**sees_parameters(viewer), "patient": patient_id}
    return Part((_OPEN,), asked, lambda rows: _read(rows[0]) if rows else None)


_INSTANTS = ("opened_at", "closed_at", "matters_most_at", "last_contact_at")
_AS_KEPT = (
    "patient_name", "state", "source", "acuity", "pause_reason", "close_reason", "close_summary", "matters_most",
    "matters_most_language", "version",
)  # fmt: skip


def _read(row: Row) -> CaseRecord:
    """Return the record of a case fetched as JSON."""
    said: dict[str, Any] = {name: row[name] for name in _AS_KEPT} | {name: instant(row[name]) for name in _INSTANTS}
    named = (row["owner_name"], row["owner_credentials"])
    return CaseRecord(
        id=UUID(row["id"]),
        site_id=UUID(row["site_id"]),
        patient_id=UUID(row["patient_id"]),
        state_words=STATE_WORDS[row["state"]],
        owner_id=key(row["owner_id"]),
        owner_name=", ".join(filter(None, named)),
        team_id=key(row["team_id"]),
        team_name=row["team_name"] or "",
        identified_on=date.fromisoformat(row["identified_on"]),
        paused_until=date.fromisoformat(row["paused_until"]) if row["paused_until"] else None,
        enrolments=tuple(_enrolment(_times(one, "since", "until")) for one in row["enrolled"] or ()),
        consents=tuple(_consent(_times(one, "at", "withdrawn_at")) for one in row["agreed"] or ()),
        **said,
    )


def _times(row: Row, *names: str) -> Row:
    return row | {name: instant(row[name]) for name in names} | {"id": UUID(row["id"])}


def unassigned_cases(viewer: Viewer, *, limit: int = 50) -> list[CaseRecord]:
    """Return open cases nobody owns at the sites the viewer works in, longest waiting first."""
    found = (
        Case.objects.filter(site_id__in=viewer.site_ids, owner__isnull=True)
        .exclude(state=CLOSED)
        .select_related("patient", "owner", "team")
        .prefetch_related("enrolments", "consents")
        .order_by("opened_at")[:limit]
    )
    return [_record(c) for c in found]


def owned_by(viewer: Viewer, user_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many open cases each user owns at the viewer's sites."""
    counts: dict[UUID, int] = {}
    owners = Case.objects.filter(site_id__in=viewer.site_ids, owner_id__in=list(user_ids)).exclude(state=CLOSED)
    for owner in owners.values_list("owner_id", flat=True):
        if owner is not None:
            counts[owner] = counts.get(owner, 0) + 1
    return counts


def history(viewer: Viewer, case_id: UUID) -> list[TransitionRecord]:
    """Return every step of a case, latest first."""
    steps = CaseTransition.objects.filter(sees(viewer, patient="case__patient_id", site="case__site_id"))
    return [
        TransitionRecord(s.act, s.before, s.after, s.reason, s.at, s.by_name)
        for s in steps.filter(case_id=case_id).order_by("-at", "-id")
    ]


def consent_holds(viewer: Viewer, patient_id: UUID, scope: str) -> bool:
    """Whether the latest decision on a scope is given, not withdrawn and not expired."""
    latest = Consent.objects.filter(sees(viewer), patient_id=patient_id, scope=scope).order_by("-at").first()
    if latest is None or latest.decision != "given" or latest.withdrawn_at is not None:
        return False
    return latest.expires_on is None or latest.expires_on >= viewer.at.date()


def cadence_of(viewer: Viewer, case_id: UUID) -> Programme | None:
    """Return the programme with the shortest contact interval the case is in, or None."""
    keys = Enrolment.objects.filter(
        sees(viewer, patient="case__patient_id"), Q(until__isnull=True), case_id=case_id
    ).values_list("programme", flat=True)
    known = [programmes()[key] for key in keys if key in programmes()]
    return min(known, key=lambda p: p.cadence.every_days, default=None)


def _record(found: Case) -> CaseRecord:
    return CaseRecord(
        id=found.id,
        site_id=found.site_id,
        patient_id=found.patient_id,
        patient_name=found.patient.display_name,
        state=found.state,
        state_words=STATE_WORDS[found.state],
        owner_id=found.owner_id,
        owner_name=str(found.owner) if found.owner else "",
        team_id=found.team_id,
        team_name=str(found.team) if found.team else "",
        source=found.source,
        identified_on=found.identified_on,
        opened_at=found.opened_at,
        acuity=found.acuity,
        paused_until=found.paused_until,
        pause_reason=found.pause_reason,
        closed_at=found.closed_at,
        close_reason=found.close_reason,
        close_summary=found.close_summary,
        matters_most=found.matters_most,
        matters_most_language=found.matters_most_language,
        matters_most_at=found.matters_most_at,
        last_contact_at=found.last_contact_at,
        version=found.version,
        enrolments=tuple(_enrolment(vars(one)) for one in found.enrolments.all()),
        consents=tuple(_consent(vars(one)) for one in found.consents.all()),
    )


def _enrolment(row: Mapping[str, Any]) -> EnrolmentRecord:
    """Return one programme of a case, from its columns."""
    titles = programmes()
    return EnrolmentRecord(
        id=row["id"],
        programme=row["programme"],
        programme_title=titles[row["programme"]].title if row["programme"] in titles else row["programme"],
        mode=row["mode"],
        since=row["since"],
        until=row["until"],
        explanation=tuple(f"{found['text']}: {found['because']}" for found in row["screening"].get("findings", ())),
    )


def _consent(row: Mapping[str, Any]) -> ConsentRecord:
    """Return one decision, from its columns."""
    return ConsentRecord(
        row["id"],
        row["scope"],
        row["decision"],
        row["method"],
        row["given_by"],
        row["taken_by_name"],
        row["at"],
        row["limits"],
        row["withdrawn_at"],
        row["withdrawn_by"],
    )
