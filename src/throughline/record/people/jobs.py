"""Background work of people: weighing new records against the others, carried out from the outbox."""

from throughline.foundation.journal.leaving import carries
from throughline.record.people.actions.flagging import WEIGH, weigh

carries(WEIGH)(weigh)
