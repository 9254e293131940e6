"""Reads of cases. Each takes the viewer first and shows only cases of patients she may see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import JSONObject

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.cases.models import Case, CaseTransition, Consent, Enrolment
from throughline.record.cases.programmes import Programme, programmes
from throughline.record.cases.records import CaseRecord, ConsentRecord, EnrolmentRecord, TransitionRecord
from throughline.record.cases.rules import CLOSED, STATE_WORDS


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
    # One statement: the patient's page shows it, and what hangs on the case is short.
    seen = Case.objects.filter(sees(viewer), patient_id=patient_id).exclude(state=CLOSED)
    found = seen.select_related("patient", "owner", "team").annotate(
        enrolled=_together(Enrolment, "since", _ENROLLED), agreed=_together(Consent, "-at", _AGREED)
    )
    row = found.first()
    if row is None:
        return None
    enrolments = [Enrolment(**_read(one)) for one in row.enrolled]
    return _record(row, enrolments, [Consent(**_read(one)) for one in row.agreed])


_ENROLLED = ("id", "programme", "mode", "since", "until", "screening")
_AGREED = ("id", "scope", "decision", "method", "given_by", "taken_by_name", "at", "limits", "withdrawn_at")
_INSTANTS = ("since", "until", "at", "withdrawn_at")


def _together(model: type[Any], order: str, names: tuple[str, ...]) -> ArraySubquery:
    rows = model.objects.filter(case_id=OuterRef("id")).order_by(order)
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in names})))


def _read(row: dict[str, Any]) -> dict[str, Any]:
    instants = {name: datetime.fromisoformat(row[name]) for name in _INSTANTS if row.get(name)}
    return row | instants | {"id": UUID(row["id"])}


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
        for s in steps.filter(case_id=case_id).order_by("-at")
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


def _record(
    found: Case, enrolments: Iterable[Enrolment] | None = None, consents: Iterable[Consent] | None = None
) -> CaseRecord:
    titles = programmes()
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
        enrolments=tuple(
            EnrolmentRecord(
                id=e.id,
                programme=e.programme,
                programme_title=titles[e.programme].title if e.programme in titles else e.programme,
                mode=e.mode,
                since=e.since,
                until=e.until,
                explanation=tuple(f"{row['text']}: {row['because']}" for row in e.screening.get("findings", ())),
            )
            for e in (found.enrolments.all() if enrolments is None else enrolments)
        ),
        consents=tuple(
            ConsentRecord(
                c.id, c.scope, c.decision, c.method, c.given_by, c.taken_by_name, c.at, c.limits, c.withdrawn_at
            )
            for c in (found.consents.all() if consents is None else consents)
        ),
    )
