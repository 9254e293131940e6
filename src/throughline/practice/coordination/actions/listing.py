"""Taking somebody off the directory while nobody counts on her; adding one in passing from a form about a patient."""

from datetime import datetime
from typing import Any
from uuid import UUID

from throughline.foundation.access.permissions import Permission
from throughline.foundation.kernel.actions import Refusal, action
from throughline.foundation.kernel.actor import Actor
from throughline.practice.coordination.queries.providers import standing
from throughline.record.people import actions as people
from throughline.record.people.models import Patient

TITLES = ("dr.", "dr", "mr.", "ms.", "mrs.", "mx.", "prof.")


class UnableToTakeOff(Refusal):
    """Somebody counts on the entry; the sentence says what stands open."""


@action("coordination.take-off-practitioner", needs=Permission.COORDINATE, on="practitioner_id")
def take_off_practitioner(*, practitioner_id: UUID, by: Actor, at: datetime) -> None:
    """Take a practitioner off the directory. Raises UnableToTakeOff while something with her stands open."""
    _refuse_counted_on("practitioner", practitioner_id)
    people.list_practitioner(practitioner_id=practitioner_id, listed=False, by=by, at=at)


@action("coordination.take-off-organization", needs=Permission.COORDINATE, on="organization_id")
def take_off_organization(*, organization_id: UUID, by: Actor, at: datetime) -> None:
    """Take an organization off the directory. Raises UnableToTakeOff while something with it stands open."""
    _refuse_counted_on("organization", organization_id)
    people.list_organization(organization_id=organization_id, listed=False, by=by, at=at)


def _refuse_counted_on(kind: str, key: UUID) -> None:
    booked, sent, teams = standing(kind, key)
    open_ones = [
        words
        for count, words in (
            (booked, f"{booked} appointment{'s' * (booked != 1)} to come"),
            (sent, f"{sent} open referral{'s' * (sent != 1)}"),
            (teams, f"{teams} place{'s' * (teams != 1)} on care teams"),
        )
        if count
    ]
    if open_ones:
        be = "is" if booked + sent + teams == 1 else "are"
        raise UnableToTakeOff(f"There {be} {_listed(open_ones)}. End or move that first.")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


@action("coordination.keep-in-directory", needs=Permission.COORDINATE, on="patient_id")
def keep_in_directory(
    *, patient_id: UUID, kind: str, name: str, phone: str = "", fax: str = "", specialty: str = "", by: Actor,
    at: datetime,
) -> str:  # fmt: skip
    """Put whom a form about a patient names into the directory and return the reference ("practitioner:<id>").

    `kind` is practitioner or organization. Raises UnableToList and AlreadyListed as the directory's own form does.
    """
    site_id = Patient.objects.values_list("site_id", flat=True).get(pk=patient_id)
    reach: dict[str, Any] = {"phone": phone, "fax": fax}
    if kind == "organization":
        made = people.add_organization(site_id=site_id, entry=reach | {"name": name}, by=by, at=at)
        return f"organization:{made}"
    entry = reach | _parts(name)
    place = people.PlaceEntry(specialty=specialty)
    return f"practitioner:{people.add_practitioner(site_id=site_id, entry=entry, place=place, by=by, at=at)}"


def _parts(name: str) -> dict[str, str]:
    """Return "Dr. Ann Lee, MD" as prefix, first name, family name and credentials."""
    plain, _, credentials = name.partition(",")
    words = plain.split()
    prefix = words.pop(0) if len(words) > 1 and words[0].casefold() in TITLES else ""
    return {
        "prefix": prefix, "given": " ".join(words[:-1]), "family": words[-1] if words else "",
        "credentials": credentials.strip(),
    }  # fmt: skip
