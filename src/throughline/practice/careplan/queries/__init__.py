"""The reads of the care plan, each for a viewer."""

from throughline.practice.careplan.queries.many import (
    actions_of_many,
    declined_by_many,
    goals_of_many,
    review_days_of_many,
    taught_to_many,
)
from throughline.practice.careplan.queries.pointing import codes_looked_at, pointed_needs
from throughline.practice.careplan.queries.proposing import (
    Known,
    adopted_keys,
    keys_of,
    known_facts,
    known_of,
    proposal_for,
    whole_library,
)
from throughline.practice.careplan.queries.reading import plan_of, targets, threads

__all__ = [
    "Known",
    "actions_of_many",
    "adopted_keys",
    "codes_looked_at",
    "declined_by_many",
    "goals_of_many",
    "keys_of",
    "known_facts",
    "known_of",
    "plan_of",
    "pointed_needs",
    "proposal_for",
    "review_days_of_many",
    "targets",
    "taught_to_many",
    "threads",
    "whole_library",
]
