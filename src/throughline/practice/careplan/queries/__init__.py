"""The reads of the care plan, each for a viewer."""

from throughline.practice.careplan.queries.editing import (
    editable_action,
    editable_barrier,
    editable_goal,
    editable_statement,
)
from throughline.practice.careplan.queries.many import plans_of_many
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
from throughline.practice.careplan.queries.threading import parts_of_thread

__all__ = [
    "Known",
    "adopted_keys",
    "codes_looked_at",
    "editable_action",
    "editable_barrier",
    "editable_goal",
    "editable_statement",
    "keys_of",
    "known_facts",
    "known_of",
    "parts_of_thread",
    "plan_of",
    "plans_of_many",
    "pointed_needs",
    "proposal_for",
    "targets",
    "threads",
    "whole_library",
]
