"""Reads for deciding on doubles: look-alikes at registration, flagged pairs, what a merge would do, merges made."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from throughline.foundation.access.models import Site
from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import sees
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import NotFound, NotPermitted
from throughline.record.people.models import Patient, PatientMerge, PossibleDuplicate
from throughline.record.people.queries.duplicates import likely_matches
from throughline.record.people.queries.identity import identity_of, today_of
from throughline.record.people.queries.merge_map import Holding, collisions, holdings
from throughline.record.people.records import Compared, Lookalike, Merged, MergePreview, Pair, PersonIn
from throughline.record.people.rules.dates import age_words, birth_words
from throughline.record.people.rules.duplicates import ALMOST_SURE, LIKELY, WORTH_SHOWING

MOST = 5
COMPARED = (
    ("birth_date", "Birth date"), ("gender", "Administrative gender"), ("birth_sex", "Birth sex"),
    ("gender_identity", "Gender identity"), ("pronouns", "Pronouns"), ("race_text", "Race"),
    ("ethnicity_text", "Ethnicity"), ("marital_status", "Marital status"), ("language", "Language"),
    ("interpreter_needed", "Interpreter"), ("code_status", "Code status"), ("time_zone", "Time zone"),
    ("deceased_at", "Date of death"),
)  # fmt: skip
# What the rows of a table are, for one and for several, where the table's own name does not say it.
_MOVING = {
    "access.patientaccess": ("colleague or team who may see the record", "colleagues or teams who may see the record"),
    "people.patientsource": ("link to another system", "links to other systems"),
    "people.patientname": ("name", "names"),
    "people.patientidentifier": ("number", "numbers"),
    "people.contactpoint": ("phone or e-mail address", "phones and e-mail addresses"),
    "journal.outboxmessage": ("message", "messages"),
    "caseload.scratch": ("private line of a colleague", "private lines of colleagues"),
}


def sites_to_register_at(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the sites, id and name, at which the viewer may register patients. Raises NotPermitted without any."""
    ids = [site for site in viewer.site_ids if viewer.may(Permission.REGISTER_PATIENT, site)]
    found = list(Site.objects.filter(id__in=ids).order_by("name").values_list("id", "name"))
    if not found:
        raise NotPermitted("Your roles do not include registering patients. An administrator can grant it.")
    return found


def lookalikes(viewer: Viewer, site_id: UUID, person: PersonIn) -> tuple[Lookalike, ...]:
    """Return the site's records that may be this person, likeliest first, named only as far as needed.

    Raises NotPermitted unless the viewer may register patients there.
    """
    if not viewer.may(Permission.REGISTER_PATIENT, site_id):
        raise NotPermitted("Your roles here do not include registering patients. An administrator can grant it.")
    suspects = likely_matches(site_id, person, at_least=WORTH_SHOWING)[:MOST]
    ids = [suspect.patient_id for suspect in suspects]
    today = today_of(viewer)
    rows = Patient.objects.filter(id__in=ids)
    own = set(rows.filter(sees(viewer, patient="id")).values_list("id", flat=True)) if ids else set()
    known = {row.id: row for row in rows} if ids else {}
    return tuple(
        Lookalike(
            patient_id=row.id,
            name=row.display_name,
            born=birth_words(row.birth_date, row.birth_date_precision),
            age=age_words(row.birth_date, today, row.birth_date_precision),
            mrn_end=row.mrn[-4:],
            reasons=suspect.weighed.reasons,
            score=suspect.weighed.score,
            likely=suspect.weighed.score >= LIKELY,
            visible=row.id in own,
        )
        for suspect in suspects
        if (row := known.get(suspect.patient_id))
    )


def pairs(viewer: Viewer, *, decided: bool = False, limit: int = 50) -> list[Pair]:
    """Return flagged pairs whose both records the viewer may see: those waiting, or those kept apart."""
    both = sees(viewer, patient="first_patient_id") & sees(viewer, patient="second_patient_id")
    state = PossibleDuplicate.State.DISTINCT if decided else PossibleDuplicate.State.OPEN
    unmerged = Q(first_patient__merged_into=None, second_patient__merged_into=None)
    found = PossibleDuplicate.objects.filter(both, unmerged, state=state).select_related(
        "first_patient", "second_patient"
    )
    return [_pair(row, viewer) for row in found.order_by("-decided_at" if decided else "-score", "id")[:limit]]


def _pair(row: PossibleDuplicate, viewer: Viewer) -> Pair:
    today = today_of(viewer)
    return Pair(
        pair_id=row.id,
        first=identity_of(row.first_patient, today),
        second=identity_of(row.second_patient, today),
        sure="almost certainly one person" if row.score >= ALMOST_SURE else "probably one person",
        reasons=tuple(row.reasons),
        state=row.state,
        why=row.why,
        decided_at=row.decided_at,
    )


def merge_preview(viewer: Viewer, survivor_id: UUID, retired_id: UUID) -> MergePreview:
    """Return what merging would do. Raises NotFound unless the viewer may see both records."""
    visible = Patient.objects.filter(sees(viewer, patient="id"), merged_into=None, id__in=[survivor_id, retired_id])
    rows = {row.id: row for row in visible}
    if len(rows) < 2:
        raise NotFound("One of the records is not there, is merged already, or is not on your list.")
    survivor, retired = rows[survivor_id], rows[retired_id]
    today = today_of(viewer)
    moving = [(holding, holding.rows_of(retired_id).count()) for holding in holdings()]
    blocks = [_block(holding) for holding, count in moving if count and collisions(holding, survivor_id, retired_id)]
    return MergePreview(
        survivor=identity_of(survivor, today),
        retired=identity_of(retired, today),
        facts=tuple(_compared(name, words, survivor, retired) for name, words in COMPARED),
        moves=tuple((_kind_words(holding, count), count) for holding, count in moving if count),
        blocks=tuple(blocks),
    )


def _kind_words(holding: Holding, count: int) -> str:
    """Return what the rows that move are called, for one or for several."""
    if holding.label in _MOVING:
        return _MOVING[holding.label][count != 1]
    one = str(holding.model._meta.verbose_name)
    if count == 1:
        return one
    if one.endswith("y"):
        return one[:-1] + "ies"
    return one + ("es" if one.endswith("s") else "s")


def _block(holding: Holding) -> str:
    what = holding.model._meta.verbose_name
    return f"Both records have a {what} of which one person can have only one at a time. Close or finish one first."


def _compared(name: str, words: str, survivor: Patient, retired: Patient) -> Compared:
    ours, theirs = getattr(survivor, name), getattr(retired, name)
    differs = ours not in ("", None) and theirs not in ("", None) and ours != theirs
    return Compared(name, words, _said(ours), _said(theirs), differs)


def _said(value: Any) -> str:
    if value in ("", None):
        return "Not recorded"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return f"{value:%m/%d/%Y}" if hasattr(value, "strftime") else str(value)


def merges(viewer: Viewer, *, limit: int = 50) -> list[Merged]:
    """Return the merges made of records the viewer may see, latest first, with how many rows each moved."""
    found = (
        PatientMerge.objects.filter(sees(viewer, patient="survivor_id"))
        .select_related("survivor", "retired")
        .annotate(moved=Count("rows"))
        .order_by("-merged_at", "-id")[:limit]
    )
    return [
        Merged(
            merge_id=row.id,
            survivor_id=row.survivor_id,
            survivor_name=row.survivor.display_name,
            retired_name=row.retired.display_name,
            at=row.merged_at,
            by=row.merged_by_name,
            reason=row.reason,
            rows=row.moved,
            unmerged_at=row.unmerged_at,
        )
        for row in found
    ]
