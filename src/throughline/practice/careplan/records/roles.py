"""What those who carry out a plan's actions are called."""

from collections.abc import Mapping

ROLE_WORDS: Mapping[str, str] = {
    "CM": "Case manager", "PCP": "Primary care", "SPEC": "Specialist", "PT": "Physical therapy",
    "OT": "Occupational therapy", "SLP": "Speech therapy", "RD": "Dietitian", "SW": "Social worker",
    "PharmD": "Pharmacist", "BH": "Behavioral health", "HHRN": "Home health nurse", "AIDE": "Aide",
    "CHW": "Community health worker", "PAT": "Patient",
}  # fmt: skip


def role_in_words(role: str) -> str:
    """Return a role as people call it, "Home health nurse"; what is no key of a role begins with a capital."""
    return ROLE_WORDS.get(role) or role[:1].upper() + role[1:]
