"""Permissions and the roles that carry them, as one table a supervisor can read (HIPAA minimum necessary,
45 CFR 164.502(b), 164.514(d))."""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """Each thing that may be allowed, in the words the role matrix shows."""

    SEE_PATIENT = "see a patient's record"
    SEARCH_PATIENTS = "search for patients"
    REGISTER_PATIENT = "register a patient"
    EDIT_PATIENT = "change a patient's particulars"
    MERGE_PATIENTS = "merge and un-merge patients"
    WRITE_CHART = "add to the chart"
    IMPORT_RECORDS = "import records from elsewhere"
    REFER_IN = "enter a referral"
    SCREEN_REFERRAL = "screen and decide a referral"
    ENROL = "enrol a patient, record consent, pause and close a case"
    ASSIGN = "assign cases to others"
    TAKE_CASE = "take a case oneself"
    WORK_CASE = "work a case: tasks, contacts, notes"
    ASSESS = "assess and score"
    PLAN_CARE = "make and change the care plan"
    COORDINATE = "book, refer and message"
    WORK_CLOCKS = "start, meet and correct deadlines"
    REVIEW_UTILISATION = "review authorizations and notices"
    REVIEW_CONTENT = "mark content as reviewed"
    BREAK_GLASS = "open a record in an emergency"
    REVIEW_ACCESS = "review who looked at what"
    SUPERVISE = "see and balance the team's work"
    ADMINISTER = "administer users and sites"
    EXPORT = "export records"


@dataclass(frozen=True, slots=True)
class Role:
    """What one kind of colleague may do. `sees_site`: every patient of the site, not only her own.

    `reads_for` is what her looking at a record serves: treatment, payment or operations (45 CFR 164.501, 164.506).
    """

    key: str
    title: str
    purpose: str
    permissions: frozenset[Permission]
    sees_site: bool = False
    reads_for: str = "treatment"


P = Permission
_CARE = {P.SEE_PATIENT, P.SEARCH_PATIENTS, P.WRITE_CHART, P.WORK_CASE, P.COORDINATE, P.BREAK_GLASS}

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role(
            "case_manager",
            "Case manager",
            "Manages cases from referral to closure",
            frozenset(
                _CARE
                | {P.REGISTER_PATIENT, P.EDIT_PATIENT, P.REFER_IN, P.SCREEN_REFERRAL, P.ENROL, P.TAKE_CASE}
                | {P.ASSESS, P.PLAN_CARE, P.WORK_CLOCKS, P.EXPORT}
            ),
        ),
        Role(
            "team_nurse",
            "Team nurse",
            "Carries out delegated nursing actions",
            frozenset(_CARE | {P.EDIT_PATIENT, P.ASSESS, P.WORK_CLOCKS}),
        ),
        Role(
            "social_worker",
            "Social worker",
            "Assesses and meets social needs",
            frozenset(_CARE | {P.EDIT_PATIENT, P.REFER_IN, P.ASSESS, P.PLAN_CARE, P.WORK_CLOCKS}),
        ),
        Role(
            "physician_consultant",
            "Physician consultant",
            "Advises on cases shared with her",
            frozenset({P.SEE_PATIENT, P.SEARCH_PATIENTS, P.WORK_CASE, P.BREAK_GLASS}),
        ),
        Role(
            "utilisation_reviewer",
            "Utilisation reviewer",
            "Works authorizations, notices and their clocks",
            frozenset(
                {P.SEE_PATIENT, P.SEARCH_PATIENTS, P.WORK_CASE, P.WORK_CLOCKS, P.REVIEW_UTILISATION} | {P.BREAK_GLASS}
            ),
            sees_site=True,
            reads_for="payment",
        ),
        Role(
            "supervisor",
            "Supervisor",
            "Assigns, covers and reviews the team's work",
            frozenset(
                _CARE
                | {P.REGISTER_PATIENT, P.EDIT_PATIENT, P.MERGE_PATIENTS, P.REFER_IN, P.SCREEN_REFERRAL}
                | {P.ENROL, P.ASSIGN, P.TAKE_CASE, P.ASSESS, P.PLAN_CARE, P.WORK_CLOCKS, P.REVIEW_CONTENT}
                | {P.REVIEW_ACCESS, P.SUPERVISE, P.EXPORT, P.IMPORT_RECORDS}
            ),
            sees_site=True,
        ),
        Role(
            "intake_clerk",
            "Intake clerk",
            "Registers patients and enters referrals",
            frozenset({P.SEARCH_PATIENTS, P.SEE_PATIENT, P.REGISTER_PATIENT, P.EDIT_PATIENT, P.REFER_IN}),
        ),
        Role(
            "auditor",
            "Auditor",
            "Reads what was done and who looked; changes nothing",
            frozenset({P.SEE_PATIENT, P.SEARCH_PATIENTS, P.REVIEW_ACCESS, P.EXPORT}),
            sees_site=True,
            reads_for="operations",
        ),
        Role(
            "administrator",
            "Administrator",
            "Keeps users, sites and settings; sees no patient",
            frozenset({P.ADMINISTER, P.IMPORT_RECORDS, P.REVIEW_CONTENT}),
            reads_for="operations",
        ),
        Role(
            "integration_client",
            "Integration client",
            "Another system, over an interface",
            frozenset({P.SEE_PATIENT, P.IMPORT_RECORDS, P.REFER_IN, P.REGISTER_PATIENT, P.EDIT_PATIENT, P.WRITE_CHART}),
            sees_site=True,
        ),
    )
}
