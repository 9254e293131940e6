"""Reads of intake: the board, one referral, and what the record knows for the criteria."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from throughline.foundation.access.models import Site
from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.intake import rules
from throughline.practice.intake.models import Referral, ReferralTransition
from throughline.practice.intake.records import ReferralRecord
from throughline.record.cases.models import Case
from throughline.record.cases.programmes import programmes
from throughline.record.cases.records import TransitionRecord
from throughline.record.chart.models import Condition, Encounter, Medication
from throughline.record.people.models import Patient

ENDED = ("resolved", "inactive", "remission")


def sites_to_refer_at(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the sites, id and name, at which the viewer may enter referrals."""
    ids = [site for site in viewer.site_ids if viewer.may(Permission.REFER_IN, site)]
    return list(Site.objects.filter(id__in=ids).order_by("name").values_list("id", "name"))


def known_of(patient: Patient, *, at: datetime) -> dict[str, Any]:
    """Return the facts of the record that programme criteria ask for; what is not recorded is absent, never zero.

    Ages in years, spans in days or months as named. A patient with no encounters on file has no count of stays.
    """
    known: dict[str, Any] = {}
    if patient.birth_date is not None:
        known["age"] = _years(patient.birth_date, at.date())
    conditions = Condition.objects.filter(patient=patient).exclude(verification="refuted")
    if conditions.exists():
        active = conditions.exclude(status__in=ENDED).exclude(category="encounter-diagnosis")
        known["active_conditions"] = active.values("code_system", "code", "display").distinct().count()
    medicines = Medication.objects.filter(patient=patient)
    if medicines.exists():
        known["medicines"] = medicines.filter(status="active").values("code", "display").distinct().count()
    return known | _use_of_hospital(patient, at=at)


def _use_of_hospital(patient: Patient, *, at: datetime) -> dict[str, Any]:
    encounters = Encounter.objects.filter(patient=patient).exclude(status__in=["cancelled", "entered-in-error"])
    if not encounters.exists():
        return {}
    stays = encounters.filter(is_stay=True, effective_at__lte=at)
    counts = encounters.aggregate(
        stays=Count("pk", filter=Q(is_stay=True, effective_at__gt=at - timedelta(days=365), effective_at__lte=at)),
        emergency=Count(
            "pk", filter=Q(class_code="EMER", effective_at__gt=at - timedelta(days=183), effective_at__lte=at)
        ),
    )
    inside = stays.filter(Q(effective_until__isnull=True) | Q(effective_until__gt=at)).filter(status="in-progress")
    left = stays.filter(effective_until__lte=at).order_by("-effective_until").first()
    known = {
        "inpatient_stays_12_months": counts["stays"],
        "emergency_visits_6_months": counts["emergency"],
        "in_hospital": inside.exists(),
    }
    if left is not None and left.effective_until is not None:
        known["days_since_discharge"] = (at.date() - left.effective_until.date()).days
    return known


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def named(site_id: UUID, reasons: Mapping[UUID, tuple[str, ...]]) -> list[dict[str, Any]]:
    """Return the records that may be the person being referred: name, birth date, end of the MRN, and why they match.

    No more than a clerk needs to avoid a second record, so whose patients they are is not asked.
    """
    found = {p.id: p for p in Patient.objects.filter(site_id=site_id, pk__in=list(reasons))}
    return [
        {
            "id": patient_id,
            "name": found[patient_id].display_name,
            "birth_date": found[patient_id].birth_date,
            "mrn_end": found[patient_id].mrn[-4:],
            "why": "; ".join(why),
        }
        for patient_id, why in reasons.items()
        if patient_id in found
    ]


def _annotated() -> QuerySet[Referral]:
    siblings = (
        Referral.objects.filter(patient=OuterRef("patient"), state__in=rules.OPEN)
        .exclude(pk=OuterRef("pk"))
        .order_by()
        .values("patient")
        .annotate(n=Count("pk"))
        .values("n")
    )
    open_case = Case.objects.filter(patient=OuterRef("patient")).exclude(state="closed")
    return Referral.objects.select_related("patient").annotate(
        others_open=Subquery(siblings), has_open_case=Exists(open_case)
    )


def board(viewer: Viewer, *, after: int = 0, limit: int = 50) -> list[ReferralRecord]:
    """Return the open referrals of the viewer's sites behind the first `after`: urgent first, then longest waiting."""
    found = _annotated().filter(site_id__in=viewer.site_ids, state__in=rules.OPEN)
    return [_record(r) for r in found.order_by("-urgent", "received_at", "id")[after : after + limit]]


def waiting(viewer: Viewer) -> int:
    """Return how many referrals of the viewer's sites are open."""
    return Referral.objects.filter(site_id__in=viewer.site_ids, state__in=rules.OPEN).count()


def recently_decided(viewer: Viewer, *, limit: int = 20) -> list[ReferralRecord]:
    """Return the latest answered referrals of the viewer's sites."""
    found = _annotated().filter(site_id__in=viewer.site_ids, decided_at__isnull=False)
    return [_record(r) for r in found.order_by("-decided_at")[:limit]]


def referral(viewer: Viewer, referral_id: UUID) -> ReferralRecord:
    """Return one referral of the viewer's sites. Raises NotFound when there is none."""
    found = _annotated().filter(site_id__in=viewer.site_ids, pk=referral_id).first()
    if found is None:
        raise NotFound("This referral does not exist, or you may not see it.")
    return _record(found)


def has_come(viewer: Viewer, *, site_id: UUID, external_ids: Collection[str]) -> bool:
    """Return whether a referral has come to a site of the viewer's under one of these numbers of its sender."""
    # Every source is named so that the index of numbers received once answers.
    found = Referral.objects.filter(site_id=site_id, source__in=list(rules.SOURCES), external_id__in=external_ids)
    return found.filter(site_id__in=viewer.site_ids).exclude(external_id="").exists()


def others_of_patient(viewer: Viewer, record: ReferralRecord) -> list[ReferralRecord]:
    """Return the patient's other referrals, latest first, to find duplicates."""
    found = _annotated().filter(site_id__in=viewer.site_ids, patient_id=record.patient_id).exclude(pk=record.id)
    return [_record(r) for r in found.order_by("-received_at")[:20]]


def steps(viewer: Viewer, referral_id: UUID) -> list[TransitionRecord]:
    """Return every step of a referral, latest first."""
    found = ReferralTransition.objects.filter(referral_id=referral_id, referral__site_id__in=viewer.site_ids).order_by(
        "-at", "-id"
    )
    return [
        TransitionRecord(s.act, rules.WORDS.get(s.before, ""), rules.WORDS[s.after], s.reason, s.at, s.by_name)
        for s in found
    ]


def _record(found: Any) -> ReferralRecord:
    titles = programmes()
    return ReferralRecord(
        id=found.id,
        site_id=found.site_id,
        patient_id=found.patient_id,
        patient_name=found.patient.display_name,
        patient_born=found.patient.birth_date,
        source=found.source,
        source_words=rules.SOURCES.get(found.source, found.source),
        source_name=found.source_name,
        reason=found.reason,
        programme=found.programme,
        programme_title=titles[found.programme].title if found.programme in titles else found.programme,
        urgent=found.urgent,
        received_at=found.received_at,
        identified_on=found.identified_on,
        state=found.state,
        state_words=rules.WORDS[found.state],
        result=found.screening.get("result", ""),
        findings=tuple(
            (row["text"], row["met"], row["because"], row["required"]) for row in found.screening.get("findings", ())
        ),
        case_id=found.case_id,
        decided_by_name=found.decided_by_name,
        decision_code=found.decision_code,
        decision_note=found.decision_note,
        duplicate_of_id=found.duplicate_of_id,
        others_open=found.others_open or 0,
        has_open_case=found.has_open_case,
        version=found.version,
    )
