"""Gives the head of a patient's pages: identity, language, allergies, code status and who owns the case."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.reading import Part, together
from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.patient_head import PatientHead
from throughline.practice.caseload import queries as caseload
from throughline.record.cases import queries as cases
from throughline.record.cases.records import CaseRecord
from throughline.record.chart import queries as charts
from throughline.record.chart.records.shown import ChartFact
from throughline.record.people import queries as people
from throughline.record.people.records import Identity

MOST_WARNINGS = 3


def head_of(viewer: Viewer, patient_id: UUID, known: Mapping[str, Any]) -> PatientHead:
    """Return the head of a patient's page; what the page has read already (`identity`, `case`) is not read again.

    Raises NotFound unless the viewer may see her.
    """
    who, case = known.get("identity"), known.get("case")
    asked: dict[str, Part[Any]] = {"allergies": charts.allergies_part(viewer, patient_id)}
    if not isinstance(who, Identity):
        asked["who"] = people.identity_part(viewer, patient_id)
    if not isinstance(case, CaseRecord):
        asked["case"] = cases.open_case_part(viewer, patient_id)
    found = {"who": who, "case": case} | dict(zip(asked, together(*asked.values()), strict=True))
    allergies = [fact for fact in found["allergies"] if fact.current]
    return head_from(viewer, found["who"], allergies, found["case"])


def head_from(viewer: Viewer, who: Identity, allergies: Sequence[ChartFact], case: CaseRecord | None) -> PatientHead:
    """Return the head made of what a page has read already.

    An allergy warns; that none is known, or that nobody recorded any, stands among the facts.
    """
    warned = [fact.display for fact in allergies if not fact.none_known]
    calm = () if warned else ((_("Allergies"), _("None known") if allergies else _("Not recorded")),)
    unknown = _("Not recorded")
    # Her number may be her widow's: it stays readable, and nothing offers to call her.
    may_call = bool(who.phone) and not who.deceased and viewer.may(Permission.WORK_CASE, who.site_id)
    return PatientHead(
        patient_id=who.patient_id,
        name=who.name,
        preferred_name=who.preferred_name,
        about=", ".join(part for part in (who.age, who.pronouns) if part),
        deceased=who.deceased,
        language=language_words(who.language, who.interpreter_needed),
        warnings=_few(warned),
        phone=who.phone_shown,
        call_address=reverse("desk:call", args=[who.patient_id]) if may_call else "",
        facts=(
            (_("DOB"), who.born or unknown),
            ("MRN", who.mrn or unknown),
            *calm,
            (_("Code status"), who.code_status or unknown),
            (_("Owner"), (case.owner_name or _("No owner")) if case else _("No open case")),
        ),
    )


def _few(allergies: list[str]) -> tuple[str, ...]:
    more = len(allergies) - MOST_WARNINGS
    shown = tuple(allergies[:MOST_WARNINGS])
    return (*shown, _("and {n} more").format(n=more)) if more > 0 else shown


def language_words(tag: str, interpreter: bool | None) -> str:
    """Return "Spanish, interpreter" for the head; nothing for English without one."""
    primary = (tag or "").split("-")[0].lower()
    words = "" if primary in ("", "en") else caseload.LANGUAGES.get(primary, tag)
    return ", ".join(part for part in (words, _("interpreter") if interpreter else "") if part)
