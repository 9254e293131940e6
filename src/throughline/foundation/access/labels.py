"""Names for what access knows by identifier only. The record stands above access and tells it how to name patients;
the table of reactions says so when Django starts."""

from collections.abc import Callable, Collection
from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer

Namer = Callable[[Viewer, Collection[UUID]], dict[UUID, str]]
_namers: list[Namer] = []


def name_patients_by(namer: Namer) -> None:
    """Let `namer(viewer, patient_ids)` answer with the names of those patients the viewer may see."""
    _namers[:] = [namer]


def patient_names(viewer: Viewer, patient_ids: Collection[UUID | None]) -> dict[UUID, str]:
    """Return the names of the patients the viewer may see; the others are not in the answer."""
    wanted = {patient_id for patient_id in patient_ids if patient_id}
    return _namers[0](viewer, wanted) if wanted and _namers else {}
