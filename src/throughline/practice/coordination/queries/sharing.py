"""The lines of a patient's record that could be shared, each with its category; and what a member may see of them."""

from collections.abc import Iterator
from uuid import UUID
from zoneinfo import ZoneInfo

from throughline.foundation.access.queries import sees
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui import formats
from throughline.practice.assessment import queries as assessment
from throughline.practice.careplan import queries as careplan
from throughline.practice.coordination.queries import appointments
from throughline.practice.coordination.records.sharing import LinkOut, Selection, Shareable
from throughline.practice.coordination.records.team import Member
from throughline.practice.coordination.rules import sharing
from throughline.record.chart import queries as chart
from throughline.record.chart.records.shown import ChartFact
from throughline.record.documents.models import DocumentShare


def shareables(viewer: Viewer, patient_id: UUID) -> list[Shareable]:
    """Return every line of the record that a consent could open. Free notes are never among them."""
    return [*_plan(viewer, patient_id), *_visits(viewer, patient_id), *_chart(viewer, patient_id)]


def selection_for(viewer: Viewer, member: Member) -> Selection:
    """Return what a member outside may see of the record today, and what is kept back (for the nurse alone)."""
    limits = sharing.Limits(member.decision, frozenset(member.categories), member.written, member.consent_until)
    today = viewer.at.astimezone(ZoneInfo(viewer.time_zone)).date()
    return sharing.select(limits, shareables(viewer, member.patient_id), on=today)


def links_of(viewer: Viewer, patient_id: UUID) -> list[LinkOut]:
    """Return the links to a patient's documents that somebody outside can open now or soon, the latest first."""
    rows = DocumentShare.objects.filter(
        sees(viewer), patient_id=patient_id, revoked_at=None, expires_at__gt=viewer.at
    ).select_related("document")
    return [LinkOut(row.id, row.document.title, row.recipient, row.expires_at) for row in rows.order_by("-created_at")]


def _chart(viewer: Viewer, patient_id: UUID) -> Iterator[Shareable]:
    found = chart.facts(viewer, patient_id, kinds=["condition", "medication", "allergy", "coverage"])
    for kind, category in (("condition", "conditions"), ("medication", "medicines"), ("allergy", "medicines")):
        seen: set[str] = set()
        for fact in found.get(kind, ()):
            text = _words(fact)
            if fact.current and text not in seen:
                seen.add(text)
                said = f"{fact.display} {fact.more.get('reason') or ''}"
                yield Shareable(category, text, sharing.sensitive_category(code=fact.code, words=said))
    for fact in found.get("coverage", ()):
        if fact.current:
            yield Shareable("insurance", str(fact.more.get("payer") or fact.display))


def _words(fact: ChartFact) -> str:
    if fact.kind == "medication":
        return ", ".join(part for part in (fact.display, str(fact.more.get("dosage") or "")) if part)
    return f"Allergy: {fact.display}" if fact.kind == "allergy" else fact.display


def _visits(viewer: Viewer, patient_id: UUID) -> Iterator[Shareable]:
    """Yield the visits to come: when, with whom and where, never what for."""
    for visit in appointments.appointments_of(viewer, patient_id, since=viewer.at):
        if visit.state in ("booked", "moved"):
            when = formats.moment(visit.starts_at, visit.time_zone, viewer.at.date())
            said = f"{visit.what} {visit.provider}"
            where = ", ".join(part for part in (visit.provider, visit.place) if part)
            yield Shareable("appointments", f"{when}: {where}", sharing.sensitive_category(words=said))


def _plan(viewer: Viewer, patient_id: UUID) -> Iterator[Shareable]:
    codes = {need.id: need.icd10 for need in assessment.needs_of(viewer, patient_id, only_open=True)}
    for thread in careplan.plan_of(viewer, patient_id).threads:
        whole = f"{thread.text} {' '.join(goal.text for goal in thread.goals)}"
        code = next(iter(codes.get(thread.need_id, ())), "")
        barred = sharing.sensitive_category(code=code, words=whole, omaha=thread.omaha)
        for goal in thread.goals:
            if goal.status == "active":
                target = f": {goal.target}" if goal.target else ""
                yield Shareable("plan", f"Goal: {goal.text}{target}, by {formats.day(goal.by_date)}", barred)
        for action in thread.actions:
            if action.status == "active":
                text = f"{action.text} ({action.owner or action.role_words})"
                own = barred or sharing.sensitive_category(words=action.text)
                yield Shareable("plan", text, own)
