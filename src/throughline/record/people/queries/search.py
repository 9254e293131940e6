"""Finding patients: by name parts in any order, phone digits, birth date, numbers, or several of them together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.queries import sees, sees_parameters, sees_sql
from throughline.foundation.access.records import Viewer
from throughline.foundation.kernel.actions import NotPermitted
from throughline.record.people.models import Patient, PatientIdentifier, SearchEntry
from throughline.record.people.queries.identity import today_of
from throughline.record.people.queries.probing import own_patients_in_ranges, patients_in_ranges
from throughline.record.people.records import Found, Match
from throughline.record.people.rules.dates import age_words, birth_words
from throughline.record.people.rules.intent import Intent, probes_for, read_search
from throughline.record.people.rules.judging import Candidate, is_sure, judge, name_key
from throughline.record.people.rules.phones import show_phone
from throughline.record.people.rules.tokens import Kind

MOST_ON_A_DAY = 100


def search_patients(viewer: Viewer, text: str, *, limit: int = 8) -> Found:
    """Return the patients a text finds, best first, each with why it matched; at most three statements.

    The viewer's own patients come in full. Who may register patients also gets bare matches of the rest of her
    site (`visible` False), so that nobody is registered twice. Raises NotPermitted without the permission to search.
    """
    if not viewer.may(Permission.SEARCH_PATIENTS):
        raise NotPermitted("Your roles do not include searching for patients. An administrator can grant it.")
    intent = read_search(text, today=today_of(viewer))
    if intent.is_empty:
        return Found((), False, "")
    rows = _rows(viewer, intent)
    judged = [match for row in rows if (match := _judged(viewer, intent, row))]
    judged.sort(key=lambda match: (-match.visible, -match.score, match.sort_name, str(match.patient_id)))
    return Found(tuple(_warned(judged, limit)), len(judged) > limit, intent.read_as())


def _site_reach(viewer: Viewer) -> frozenset[UUID]:
    """The sites whose every patient may at least be named to the viewer."""
    registers = {site for site in viewer.site_ids if viewer.may(Permission.REGISTER_PATIENT, site)}
    return viewer.wide_sites | registers


# Written out with what a candidate is judged by beside her: the mapper takes longer to write it than PostgreSQL to
# answer. Walled twice like every read: `sees_sql` here, row-level security in PostgreSQL.
_SEEN = sees_sql("p.id", "p.site_id")
_CANDIDATES = f"""
select p.id, p.site_id, p.display_name, p.preferred_name, p.sort_name, p.birth_date, p.birth_date_precision, p.mrn,
  p.phone, p.deceased, p.deceased_at, {_SEEN} as visible, e.tokens
from {Patient._meta.db_table} p left join {SearchEntry._meta.db_table} e on e.patient_id = p.id
where (p.id = any(%(ids)s){{dated}}) and (p.site_id = any(%(reach)s) or {_SEEN}) and p.merged_into_id is null
limit %(most)s
"""
_DATED = " or (p.site_id = any(%(sites)s) and p.birth_date = any(%(dates)s))"


def _rows(viewer: Viewer, intent: Intent) -> list[dict[str, Any]]:
    """Return the candidates the viewer may be shown with the tokens they are found by, judged later."""
    reach = _site_reach(viewer)
    probes = probes_for(intent)
    ids = {patient for _, patient in patients_in_ranges(reach, probes)}
    if viewer.site_ids - viewer.wide_sites:
        ids.update(own_patients_in_ranges(viewer, probes))
    asked: dict[str, Any] = {
        "ids": list(ids),
        "reach": list(reach),
        "most": len(ids) + MOST_ON_A_DAY,
        "dates": list(intent.dates),
    }
    with connection.cursor() as cursor:
        statement = _CANDIDATES.format(dated=_DATED if intent.dates else "")
        cursor.execute(statement, {**sees_parameters(viewer), **asked})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by_kind(intent: Intent, tokens: Iterable[str]) -> dict[str, set[str]]:
    """Return a candidate's tokens by kind, of the kinds the intent is judged by."""
    wanted = {str(Kind.NAME)} if intent.words or intent.numbers else set()
    if intent.digits or intent.numbers:
        wanted |= {str(Kind.NUMBER), str(Kind.PHONE_END)}
    found: dict[str, set[str]] = defaultdict(set)
    for token in tokens:
        if token[0] in wanted:
            found[token[0]].add(token[1:])
    return found


def _judged(viewer: Viewer, intent: Intent, row: dict[str, Any]) -> Match | None:
    tokens = _by_kind(intent, row["tokens"] or ())
    patient = Candidate(
        display_name=row["display_name"],
        preferred_name=row["preferred_name"],
        birth_date=row["birth_date"],
        name_words=frozenset(word for token in tokens["N"] for word in token.split()),
        numbers=frozenset(tokens["I"]),
        phones=frozenset(token[::-1] for token in tokens["R"]),
    )
    fit = judge(intent, patient)
    return _match(row, today_of(viewer), *fit, sure=is_sure(intent, patient)) if fit else None


def _match(row: dict[str, Any], today: date, score: int, why: tuple[str, ...], *, sure: bool) -> Match:
    """Return what the viewer is shown: outside her own patients no phone and no whole record number."""
    visible = bool(row["visible"])
    until = row["deceased_at"].date() if row["deceased_at"] else today
    return Match(
        patient_id=row["id"],
        site_id=row["site_id"],
        name=row["display_name"],
        preferred_name=row["preferred_name"],
        sort_name=row["sort_name"],
        birth_date=row["birth_date"],
        born=birth_words(row["birth_date"], row["birth_date_precision"]),
        age=age_words(row["birth_date"], until, row["birth_date_precision"]),
        mrn=row["mrn"] if visible else row["mrn"][-4:],
        phone_shown=show_phone(row["phone"]) if visible and row["phone"] else "",
        deceased=row["deceased"],
        visible=visible,
        why=why,
        score=score,
        sure=sure,
    )


def _warned(matches: Sequence[Match], limit: int) -> list[Match]:
    """Return the best matches with those marked whose name another match, shown or not, also bears."""
    bearers = Counter(name_key(match.name) for match in matches)
    return [replace(match, same_name=bearers[name_key(match.name)] > 1) for match in matches[:limit]]


def find_by_identifier(viewer: Viewer, *, values: Iterable[str], system: str = "") -> list[UUID]:
    """Return the patients the viewer may see who bear one of the numbers, of one numbering when `system` is given."""
    held = PatientIdentifier.objects.filter(
        sees(viewer, patient="patient_id", site="site_id"), value__in=list(values), patient__merged_into=None
    )
    if system:
        held = held.filter(system=system)
    return list(held.order_by("patient_id").values_list("patient_id", flat=True).distinct())
