"""Holding an open assessment and keeping its answers: one lock, then everything in the message the act ends with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from throughline.foundation.access.bulk import Statement
from throughline.foundation.access.pending import write
from throughline.foundation.access.prepared import fetch
from throughline.foundation.kernel.actions import Refusal
from throughline.foundation.kernel.identity import new_id
from throughline.practice.assessment import queries
from throughline.practice.assessment.models import AnswerRow, Assessment
from throughline.practice.assessment.records import Answer, AssessmentRecord, Flag
from throughline.practice.assessment.rules.storing import as_stored


class UnableToAssess(Refusal):
    """The assessment cannot be begun, answered, signed or corrected this way."""


def locked(assessment_id: UUID) -> Assessment:
    """Lock an open assessment and return it. Raises UnableToAssess when it is signed or given up."""
    found = Assessment.objects.select_for_update(no_key=True).get(pk=assessment_id)
    if found.signed_at is not None:
        raise UnableToAssess("This assessment is signed. Write an addendum to correct it.")
    if found.abandoned_at is not None:
        raise UnableToAssess("This assessment was given up. Begin a new one.")
    return found


def as_it_stands(found: Assessment, seen: AssessmentRecord | None) -> tuple[dict[str, Answer], tuple[Flag, ...]]:
    """Return answers and flags of a locked assessment: as seen, where the count of its changes says so, else read."""
    if seen is not None and (seen.line.id, seen.version) == (found.id, found.version):
        return dict(seen.answers), seen.flags
    return queries.said_so_far(found.id)


_TABLE = Assessment._meta.db_table
_NAMES = ("id", "site_id", "patient_id", "case_id", "instrument", "title", "edition_id", "version")
_OPEN = f"""
select {", ".join(_NAMES)} from {_TABLE} where id = %(id)s and signed_at is null and abandoned_at is null
for no key update
"""
_ANSWERED = f"update {_TABLE} set answered_at = %s, version = version + 1 where id = %s"


def marked_answered(assessment_id: UUID, at: datetime) -> Assessment:
    """Lock an open assessment and say, with the end of the act, when it was answered last; what is read is current.

    Raises UnableToAssess when it is signed or given up.
    """
    rows = fetch(_OPEN, {"id": assessment_id})
    if not rows:
        return locked(assessment_id)
    write(Statement(_TABLE, _ANSWERED, (at, assessment_id)))
    return Assessment(**rows[0])


_ANSWERS = AnswerRow._meta.db_table
_KEPT = ("id", "assessment_id", "place", "value", "absent", "words", "words_language", "by_name", "at")
_PLACE = f"({', '.join(['%s'] * len(_KEPT))})"
_NEWER = ", ".join(f"{name} = excluded.{name}" for name in _KEPT[3:])
_GONE = f"delete from {_ANSWERS} where assessment_id = %s and place = any(%s)"


def take_away(found: Assessment, places: Sequence[str]) -> None:
    """Delete the answers at these places with the end of the act."""
    write(Statement(_ANSWERS, _GONE, (found.id, list(places))))


def store(found: Assessment, changed: Mapping[str, Answer], at: datetime) -> None:
    """Keep what was said with the end of the act; a place with nothing left to say is taken away.

    The assessment is locked: nobody else writes these places, and nothing here can be refused at the end.
    """
    emptied = [place for place, answer in changed.items() if not answer.settled and not answer.words]
    if emptied:
        take_away(found, emptied)
    rows = [
        (
            new_id(), found.id, place, Jsonb(as_stored(answer.values)), answer.absent.value if answer.absent else "",
            answer.words, answer.words_language, answer.by, answer.at or at,
        )
        for place, answer in changed.items() if place not in emptied
    ]  # fmt: skip
    if rows:
        places = ", ".join([_PLACE] * len(rows))
        text = f"insert into {_ANSWERS} ({', '.join(_KEPT)}) values {places}"
        text += f" on conflict (assessment_id, place) do update set {_NEWER}"
        write(Statement(_ANSWERS, text, tuple(value for row in rows for value in row)))
