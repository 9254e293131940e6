"""What somebody does for a patient, told from what the directory says of her: the role a new member is given unasked.

The keys are those of the care plan's roles where a plan can name them, so that an action finds its owner on the team.
"""

import re
from collections.abc import Mapping

OTHER = "OTHER"
ROLES: Mapping[str, str] = {
    "CM": "Case manager", "RN": "Nurse", "PCP": "Primary care", "SPEC": "Specialist", "HOSP": "Hospital physician",
    "BH": "Behavioral health", "SUD": "Substance use treatment", "PT": "Physical therapy",
    "OT": "Occupational therapy", "SLP": "Speech therapy", "RD": "Dietitian", "PharmD": "Pharmacist",
    "SW": "Social worker", "HHRN": "Home health", "AIDE": "Aide", "CHW": "Community health worker",
    "REHAB": "Rehabilitation", "FAC": "Facility", "DME": "Medical equipment", "COMM": "Community service",
    "PAYER": "Health plan", "CARE": "Family caregiver", "FAM": "Family or friend", "REP": "Representative",
    OTHER: "Other",
}  # fmt: skip

# What the words of a directory mean, the first that is found. Specialties as NUCC names them, and plain words.
_WORDS: tuple[tuple[str, str], ...] = (
    ("case manag", "CM"), ("care manag", "CM"), ("care coordinat", "CM"),
    ("addiction", "SUD"), ("substance", "SUD"), ("recovery", "SUD"), ("opioid treatment", "SUD"),
    ("psychiatr", "BH"), ("psycholog", "BH"), ("behavioral", "BH"), ("behavioural", "BH"), ("counsel", "BH"),
    ("therapist, mental", "BH"), ("mental health", "BH"),
    ("physical therap", "PT"), ("physiotherap", "PT"), ("occupational therap", "OT"), ("speech", "SLP"),
    ("dietit", "RD"), ("nutrition", "RD"), ("pharmac", "PharmD"),
    ("social work", "SW"), ("home health aide", "AIDE"), ("personal care", "AIDE"), ("home health", "HHRN"),
    ("home care", "HHRN"), ("visiting nurse", "HHRN"), ("community health worker", "CHW"), ("hospice", "HHRN"),
    ("family medicine", "PCP"), ("family doctor", "PCP"), ("family practice", "PCP"), ("primary care", "PCP"),
    ("general practice", "PCP"), ("internal medicine", "PCP"), ("pediatrics", "PCP"), ("geriatric", "PCP"),
    ("hospital medicine", "HOSP"), ("hospitalist", "HOSP"), ("hospital doctor", "HOSP"), ("skilled nursing", "FAC"),
    ("rehabilitation", "REHAB"), ("equipment", "DME"), ("food bank", "COMM"), ("agency on aging", "COMM"),
    ("health plan", "PAYER"), ("insur", "PAYER"), ("wound care", "HHRN"), ("nurse", "RN"), ("nursing", "RN"),
)  # fmt: skip
_CREDENTIALS: tuple[tuple[str, str], ...] = (
    ("LISW", "SW"), ("LCSW", "SW"), ("MSW", "SW"), ("PharmD", "PharmD"), ("RD", "RD"), ("OT", "OT"), ("PT", "PT"),
    ("SLP", "SLP"), ("PhD", "BH"), ("PsyD", "BH"), ("RN", "RN"), ("LPN", "RN"), ("MD", "SPEC"), ("DO", "SPEC"),
)  # fmt: skip
_ORGANIZATIONS: Mapping[str, str] = {
    "ins": "PAYER", "payer": "PAYER", "home_health": "HHRN", "snf": "FAC", "dme": "DME", "cg": "COMM",
}  # fmt: skip
_STAFF: Mapping[str, str] = {
    "case_manager": "CM", "team_nurse": "RN", "social_worker": "SW", "physician_consultant": "SPEC",
    "utilisation_reviewer": "RN", "supervisor": "CM",
}  # fmt: skip


def role_of_words(*said: str) -> str:
    """Return the role that specialties, functions or names speak of ("cardiology" is a specialist's), or OTHER."""
    text = " ".join(said).casefold()
    for words, role in _WORDS:
        if words in text:
            return role
    return OTHER


def role_of_practitioner(*, specialty: str, function: str, credentials: str, organization: str = "") -> str:
    """Return the role of a clinician: by what she does there, then by her credentials, then by where she works."""
    if (found := role_of_words(function, specialty)) != OTHER:
        return found
    if specialty.strip():
        return "SPEC"
    held = {part.strip() for part in credentials.replace(",", " ").split()}
    by_credential = next((role for letters, role in _CREDENTIALS if letters in held), OTHER)
    return by_credential if by_credential != OTHER else role_of_words(organization)


def role_of_organization(*, kind: str, name: str) -> str:
    """Return the role of an organization: by its kind in the directory, else by its name; a community service else."""
    known = _ORGANIZATIONS.get(kind.casefold())
    if known:
        return known
    found = role_of_words(kind, name)
    return found if found != OTHER else "COMM"


def role_of_person(*, authority: str, caregiver: bool) -> str:
    """Return the role of somebody in the patient's life: who decides for her, who cares for her, or family."""
    if authority in ("hcpoa", "guardian", "conservator", "parent", "surrogate"):
        return "REP"
    return "CARE" if caregiver else "FAM"


def role_of_staff(role_key: str) -> str:
    """Return the role of a colleague by the role she holds at the site."""
    return _STAFF.get(role_key, OTHER)


def words_of(role: str, other: str = "") -> str:
    """Return a role in words; what was typed for one that is on no list."""
    return other if role == OTHER and other else ROLES.get(role, role)


def words_for(wanted: frozenset[str]) -> tuple[str, ...]:
    """Return the words of a directory that speak of these roles, to narrow a search by."""
    return tuple(words for words, role in _WORDS if role in wanted)


def kinds_for(wanted: frozenset[str]) -> tuple[str, ...]:
    """Return the kinds of organization that have these roles."""
    return tuple(kind for kind, role in _ORGANIZATIONS.items() if role in wanted)


def without_credentials(name: str) -> str:
    """Return a name as it compares: "ada pillai" for "Ada Pillai" and for "Ada Pillai, MD", a place's name whole."""
    plain, _, after = name.partition(",")
    known = {mark for mark, _role in _CREDENTIALS}
    return (plain if after and known & set(re.findall(r"[A-Za-z]+", after)) else name).casefold().strip()
