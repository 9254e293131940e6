"""What staff enter by hand about a patient: her preferred name, pronouns, code status, and who is not she."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from throughline.edge.site.seeding.stories import Story
from throughline.foundation.kernel.actor import Actor
from throughline.foundation.kernel.viewer import Viewer
from throughline.record.people.actions.changing import add_name, change_particulars
from throughline.record.people.actions.deciding import keep_apart
from throughline.record.people.queries.comparing import pairs
from throughline.record.people.records import NameIn

CODE_STATUS = {"full": "Full code", "dnr": "DNR", "dnr-dni": "DNR, DNI"}


def enter(story: Story, patient_id: UUID, *, by: Actor, at: datetime) -> None:
    """Enter what the story gives of preferred name, pronouns and code status."""
    status = story.get("code_status")
    changes = {
        "code_status": CODE_STATUS[status if isinstance(status, str) else status["is"]] if status else "",
        "pronouns": story.get("pronouns", ""),
    }
    said = {field: value for field, value in changes.items() if value}
    if said:
        change_particulars(patient_id=patient_id, changes=said, shown={}, by=by, at=at)
    if preferred := story["name"].get("preferred"):
        add_name(patient_id=patient_id, name=NameIn(given=preferred, use="preferred"), by=by, at=at)


def part(stories: Mapping[UUID, Story], viewer: Viewer, *, by: Actor, at: datetime) -> int:
    """Record for each flagged pair whose stories say they are two people that they are, and return how many."""
    parted = 0
    for pair in pairs(viewer, limit=500):
        first, second = stories.get(pair.first.patient_id), stories.get(pair.second.patient_id)
        if first and second and second["key"] in first.get("distinct_from", []):
            why = (
                "Twins, both known to the clinic." if first.get("twin") else "Namesakes; asked both for their address."
            )
            keep_apart(pair_id=pair.pair_id, why=why, by=by, at=at)
            parted += 1
    return parted
