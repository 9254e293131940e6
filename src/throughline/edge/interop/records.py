"""What an import says about itself."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from throughline.record.chart.records.received import Receipt


@dataclass(slots=True)
class StretchOutcome:
    """What became of one stretch: resources stored and unchanged, refusals as (resource, path, why), patients met,
    and new or changed resources by patient and type.

    `schedules` and `published` are the schedules named and those of which times were, by their ids at the source.
    `unknown` are the refusals of resources whose patient a later file may bring; `not_referred` the orders kept that
    ask for a referral and made none, with why.
    """

    stored: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    unknown: list[tuple[str, str, str]] = field(default_factory=list)
    patients: set[UUID] = field(default_factory=set)
    arrived: dict[UUID, Counter[str]] = field(default_factory=dict)
    schedules: set[str] = field(default_factory=set)
    published: set[str] = field(default_factory=set)
    not_referred: list[tuple[str, str]] = field(default_factory=list)

    def receipts(self) -> list[Receipt]:
        """Return what arrived, by patient."""
        return [Receipt(patient, dict(counts)) for patient, counts in self.arrived.items()]


@dataclass(slots=True)
class Summary:
    """The truthful sum of an import. Always stored + unchanged + refused = resources; a file that cannot be read at
    all counts as one refused resource. `skipped` names files of a folder that hold no FHIR at all, `not_referred` the
    orders kept that ask for a referral and are too old to make one."""

    files: int = 0
    patients: int = 0
    resources: int = 0
    stored: int = 0
    unchanged: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    not_referred: list[dict[str, str]] = field(default_factory=list)

    def add(self, file: str, outcome: StretchOutcome) -> None:
        """Add what became of one stretch of a file."""
        self.stored += outcome.stored
        self.unchanged += outcome.unchanged
        self.resources += outcome.stored + outcome.unchanged
        for resource, path, why in outcome.refused:
            self.refuse(file, resource, path, why)
        self.not_referred += [{"file": file, "resource": one, "why": why} for one, why in outcome.not_referred]

    def refuse(self, file: str, resource: str, path: str, why: str) -> None:
        """Add one refusal."""
        self.resources += 1
        self.refused.append({"file": file, "resource": resource, "path": path, "why": why})

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the summary as it is printed."""
        result: dict[str, Any] = {
            "files": self.files,
            "patients": self.patients,
            "resources": self.resources,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }
        if self.skipped:
            result["skipped"] = self.skipped
        if self.not_referred:
            result["not_referred"] = self.not_referred
        return result
