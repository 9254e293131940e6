"""Writes of what colleagues may and can do: licences by state, certificates, competences, languages."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import working_at
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.caseload.compact import refusal
from throughline.practice.caseload.models import Qualification

KINDS = {"licence": "Licence", "certificate": "Certificate", "competence": "Competence", "language": "Language"}

NOT_A_LICENCE = "Only a licence can be multistate."


class UnableToQualify(Refusal):
    """The qualification lacks what makes it one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationIn:
    """A qualification as a supervisor enters it; a licence names the state that gave it, by two letters."""

    kind: str
    name: str
    state: str = ""
    number: str = ""
    expires_on: date | None = None
    multistate: bool = False


@action("caseload.record-qualification", needs=Permission.SUPERVISE, on="site_id")
def record_qualification(
    *, site_id: UUID, user_id: UUID, qualification: QualificationIn, by: Actor, at: datetime
) -> UUID:
    """Record what a colleague of the site may or can do and return its id.

    Raises UnableToQualify without a name, for a licence without its state, for one that cannot be multistate by the
    Nurse Licensure Compact, or for somebody who does not work here.
    """
    given = qualification
    if given.kind not in KINDS or not given.name.strip():
        raise UnableToQualify("Choose the kind and enter its name, such as RN, CCM, wound care or es.")
    state = given.state.strip().upper()
    if given.kind == "licence" and not (len(state) == 2 and state.isalpha()):
        raise UnableToQualify("Enter the state of the licence by its two letters, such as OH.")
    if given.multistate:
        why = refusal(name=given.name.strip(), home=state, on=at.date()) if given.kind == "licence" else NOT_A_LICENCE
        if why:
            raise UnableToQualify(why)
    if not working_at(site_id).filter(pk=user_id).exists():
        raise UnableToQualify("Choose a colleague who works at this site.")
    made = Qualification.objects.create(
        site_id=site_id, user_id=user_id, kind=given.kind, name=given.name.strip(), state=state,
        number=given.number.strip(), expires_on=given.expires_on, multistate=given.multistate,
    )  # fmt: skip
    return made.id


@action("caseload.end-qualification", needs=Permission.SUPERVISE, on="site_id")
def end_qualification(*, site_id: UUID, qualification_id: UUID, by: Actor, at: datetime) -> None:
    """End a qualification; one that has ended stays as it is."""
    Qualification.objects.filter(pk=qualification_id, site_id=site_id, ended_at__isnull=True).update(ended_at=at)
