"""The reads of people: identity, search, particulars, possible duplicates and merges."""

from throughline.record.people.queries.comparing import lookalikes, merge_preview, merges, pairs, sites_to_register_at
from throughline.record.people.queries.duplicates import duplicates_of, likely_matches
from throughline.record.people.queries.identity import (
    identities,
    identity,
    identity_part,
    merged_ids,
    place_of_patient,
)
from throughline.record.people.queries.joined import joins_of, part_preview
from throughline.record.people.queries.particulars import particulars
from throughline.record.people.queries.search import find_by_identifier, search_patients

__all__ = [
    "duplicates_of",
    "find_by_identifier",
    "identities",
    "identity",
    "identity_part",
    "joins_of",
    "likely_matches",
    "lookalikes",
    "merge_preview",
    "merged_ids",
    "merges",
    "pairs",
    "part_preview",
    "particulars",
    "place_of_patient",
    "search_patients",
    "sites_to_register_at",
]
