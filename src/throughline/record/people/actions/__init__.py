"""The writes of people: register, take in from elsewhere, change, decide duplicates, merge and un-merge."""

from throughline.record.people.actions.changing import (
    ChangedMeanwhile,
    UnableToChange,
    add_address,
    add_contact_person,
    add_contact_point,
    add_identifier,
    add_name,
    change_particulars,
    end_particular,
    mark_deceased,
    take_back_death,
)
from throughline.record.people.actions.deciding import UnableToDecide, keep_apart, reopen_pair
from throughline.record.people.actions.flagging import flag_duplicates
from throughline.record.people.actions.joining import (
    UnableToPart,
    join_organizations,
    join_practitioners,
    part_entries,
)
from throughline.record.people.actions.listing import (
    AlreadyListed,
    PlaceEntry,
    UnableToList,
    add_organization,
    add_place,
    add_practitioner,
    change_organization,
    change_practitioner,
    end_place,
    list_organization,
    list_practitioner,
)
from throughline.record.people.actions.merging import (
    UnableToMerge,
    UnableToUnmerge,
    merge_patients,
    unmerge_patients,
)
from throughline.record.people.actions.registering import UnableToRegister, register_patient
from throughline.record.people.actions.taking_in import UnableToTakeIn, take_in_patient, take_in_patients
from throughline.record.people.actions.taking_in_circle import (
    take_in_organizations,
    take_in_practitioners,
    take_in_roles,
)
from throughline.record.people.actions.taking_in_related import take_in_related

__all__ = [
    "AlreadyListed",
    "ChangedMeanwhile",
    "PlaceEntry",
    "UnableToChange",
    "UnableToDecide",
    "UnableToList",
    "UnableToMerge",
    "UnableToPart",
    "UnableToRegister",
    "UnableToTakeIn",
    "UnableToUnmerge",
    "add_address",
    "add_contact_person",
    "add_contact_point",
    "add_identifier",
    "add_name",
    "add_organization",
    "add_place",
    "add_practitioner",
    "change_organization",
    "change_particulars",
    "change_practitioner",
    "end_particular",
    "end_place",
    "flag_duplicates",
    "join_organizations",
    "join_practitioners",
    "keep_apart",
    "list_organization",
    "list_practitioner",
    "mark_deceased",
    "merge_patients",
    "part_entries",
    "register_patient",
    "reopen_pair",
    "take_back_death",
    "take_in_organizations",
    "take_in_patient",
    "take_in_patients",
    "take_in_practitioners",
    "take_in_related",
    "take_in_roles",
    "unmerge_patients",
]
