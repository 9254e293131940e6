"""What the chart asks of those above it: the target of a measure for a patient, to be drawn as a band."""

from collections.abc import Callable, Mapping
from uuid import UUID

from throughline.foundation.kernel.viewer import Viewer
from throughline.foundation.ui.charts import Band

Answer = Callable[[Viewer, UUID], Mapping[str, Band]]
_answers: list[Answer] = []


def targets_by(answer: Answer) -> None:
    """Let `answer` say the targets of a patient from now on, by LOINC code."""
    _answers[:] = [answer]


def targets_of(viewer: Viewer, patient_id: UUID) -> Mapping[str, Band]:
    """Return the targets of a patient by LOINC code; none where nobody sets any."""
    return _answers[0](viewer, patient_id) if _answers else {}
