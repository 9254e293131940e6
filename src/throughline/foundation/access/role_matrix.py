"""The role matrix as a page of the documentation, made from the table of permissions and roles itself."""

from throughline.foundation.access.permissions import ROLES, Permission


def markdown() -> str:
    """Return the page docs/generated/roles.md: who may do what, who sees a whole site, and what each role is for."""
    roles = list(ROLES.values())
    lines = [
        "# Roles",
        "",
        "Made from `foundation/access/permissions.py` by `throughline roles`; do not edit. A role is held at a site,",
        "from a day until a day; who holds two may do what either may. Patients are seen by assignment, team, care",
        "team or an open emergency; a role marked *whole site* sees every patient of its site (HIPAA minimum",
        "necessary, 45 CFR 164.502(b), 164.514(d)). What a role reads for stands in the audit with each look at a",
        "record (45 CFR 164.501); who holds several roles reads for treatment when one of them does.",
        "",
        "| role | for | sees | reads for |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {role.title} | {role.purpose} | {_sees(role.sees_site, role.permissions)} | {role.reads_for} |"
        for role in roles
    ]
    lines += ["", "| may | " + " | ".join(role.title for role in roles) + " |", "|---|" + "---|" * len(roles)]
    for permission in Permission:
        marks = ("yes" if permission in role.permissions else "" for role in roles)
        lines.append(f"| {permission} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def _sees(whole_site: bool, permissions: frozenset[Permission]) -> str:
    if Permission.SEE_PATIENT not in permissions:
        return "no patient"
    return "whole site" if whole_site else "own patients"
