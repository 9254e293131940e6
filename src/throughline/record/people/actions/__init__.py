"""The writes of people: register, take in from elsewhere, change, decide duplicates, merge and un-merge."""

from throughline.record.people.actions.registering import UnableToRegister, register_patient
from throughline.record.people.actions.taking_in import UnableToTakeIn, take_in_patient, take_in_patients
from throughline.record.people.actions.taking_in_circle import (
    take_in_organizations,
    take_in_practitioners,
    take_in_roles,
)

__all__ = [
    "UnableToRegister",
    "UnableToTakeIn",
    "register_patient",
    "take_in_organizations",
    "take_in_patient",
    "take_in_patients",
    "take_in_practitioners",
    "take_in_roles",
]
