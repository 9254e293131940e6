"""Required value sets of FHIR R4 (https://hl7.org/fhir/R4/terminologies-valuesets.html): a code outside them is an
error of the sender, because everything that depends on it would be a guess."""

GENDER = frozenset({"male", "female", "other", "unknown"})
CONDITION_CLINICAL = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
CONDITION_VERIFICATION = frozenset(
    {"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"}
)
REQUEST_STATUS = frozenset(
    {"active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"}
)
REQUEST_INTENT = frozenset(
    {"proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"}
)
STATEMENT_STATUS = frozenset(
    {"active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"}
)
DISPENSE_STATUS = frozenset(
    {"preparation", "in-progress", "cancelled", "on-hold", "completed", "entered-in-error", "stopped", "declined"}
    | {"unknown"}
)
ADMINISTRATION_STATUS = frozenset(
    {"in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown"}
)
ALLERGY_CLINICAL = frozenset({"active", "inactive", "resolved"})
ALLERGY_VERIFICATION = frozenset({"unconfirmed", "confirmed", "refuted", "entered-in-error", "presumed"})
ALLERGY_TYPE = frozenset({"allergy", "intolerance"})
ALLERGY_CATEGORY = frozenset({"food", "medication", "environment", "biologic"})
ALLERGY_CRITICALITY = frozenset({"low", "high", "unable-to-assess"})
REACTION_SEVERITY = frozenset({"mild", "moderate", "severe"})
ENCOUNTER_STATUS = frozenset(
    {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error"}
    | {"unknown"}
)
EVENT_STATUS = frozenset(
    {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"}
)
IMMUNIZATION_STATUS = frozenset({"completed", "entered-in-error", "not-done"})
OBSERVATION_STATUS = frozenset(
    {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"}
)
REPORT_STATUS = frozenset(
    {"registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled"}
    | {"entered-in-error", "unknown"}
)
DOCUMENT_STATUS = frozenset({"current", "superseded", "entered-in-error"})
PLAN_STATUS = frozenset({"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"})
PLAN_INTENT = frozenset({"proposal", "plan", "order", "option"})
ACTIVITY_STATUS = frozenset(
    {"not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped", "unknown"}
    | {"entered-in-error"}
)
GOAL_STATUS = frozenset(
    {"proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"}
)
TEAM_STATUS = frozenset({"proposed", "active", "suspended", "inactive", "entered-in-error"})
FINANCIAL_STATUS = frozenset({"active", "cancelled", "draft", "entered-in-error"})
NAME_USE = frozenset({"usual", "official", "temp", "nickname", "anonymous", "old", "maiden"})
TELECOM_SYSTEM = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})
TELECOM_USE = frozenset({"home", "work", "temp", "old", "mobile"})
ADDRESS_USE = frozenset({"home", "work", "temp", "old", "billing"})

# HL7 v3 ActCode encounter classes in which the patient lies in a bed: inpatient, acute, non-acute, observation, short.
STAY_CLASSES = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})

# A ServiceRequest's status, intent and priority.
ORDER_STATUS = frozenset({"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"})
ORDER_INTENT = REQUEST_INTENT | {"directive"}
ORDER_PRIORITY = frozenset({"routine", "urgent", "asap", "stat"})
