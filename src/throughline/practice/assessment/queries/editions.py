"""The instruments as they were answered, each read once."""

from functools import lru_cache
from uuid import UUID

from throughline.foundation.kernel.actions import NotFound
from throughline.practice.assessment.models import InstrumentEdition
from throughline.practice.assessment.records import Instrument, Item
from throughline.practice.assessment.rules.definition import item_by_id
from throughline.practice.assessment.rules.reading import instrument_from


@lru_cache(maxsize=64)
def _parsed(edition_id: UUID) -> Instrument:
    # An edition is kept for good and never changes, so what was made of it may be remembered for ever.
    return instrument_from(InstrumentEdition.objects.get(pk=edition_id).content)


def instrument_of_edition(edition_id: UUID) -> Instrument:
    """Return the instrument as it was when this edition was answered."""
    return _parsed(edition_id)


def item_at(instrument: Instrument, place: str) -> Item:
    """Return the item a place belongs to. Raises NotFound when there is none."""
    found = item_by_id(instrument, place.rsplit("/", 1)[-1])
    if found is None:
        raise NotFound("This question is not part of the assessment.")
    return found
