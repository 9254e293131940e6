"""The reads of people: identity, search, possible duplicates, contact persons, the directory of practitioners."""

from throughline.record.people.queries.duplicates import duplicates_of, likely_matches
from throughline.record.people.queries.identity import identities, identity, merged_ids, place_of_patient
from throughline.record.people.queries.search import find_by_identifier, search_patients

__all__ = [
    "duplicates_of",
    "find_by_identifier",
    "identities",
    "identity",
    "likely_matches",
    "merged_ids",
    "place_of_patient",
    "search_patients",
]
