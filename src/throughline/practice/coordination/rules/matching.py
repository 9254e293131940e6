"""Who fits a task: by licence, competence, language and load, each with its reason; the nurse decides. Pure."""

import re
from datetime import date

from throughline.practice.caseload import compact
from throughline.practice.coordination.records.delegation import Colleague, Match, Work

# Acts that only a licensed nurse carries out, and of these the ones that ask for a registered nurse (NCSBN and ANA,
# National Guidelines for Nursing Delegation, 2019: assessment, planning, evaluation and judgment are not delegated).
_LICENSED = re.compile(
    r"\b(assess|evaluat|triage|teach|inject|insulin|wound|catheter|medicat|medicine|inhaler|vital|dressing|reconcil)",
    re.IGNORECASE,
)
_REGISTERED = re.compile(r"\b(assess|evaluat|triage|reconcil|care plan)", re.IGNORECASE)
_NURSES = frozenset({"RN", "LPN", "LVN", "APRN", "NP"})
_REGISTERED_NURSES = frozenset({"RN", "APRN", "NP"})
HEAVY = 40  # workload points beyond which a warning stands beside the name


def match(work: Work, colleague: Colleague, *, on: date) -> Match:
    """Return how a colleague fits a piece of work on a day; may is False when a licence it asks for is missing."""
    reasons: list[tuple[str, str]] = []
    may, score = _licence(work, colleague, on, reasons)
    score += _competence(work, colleague, reasons) + _language(work, colleague, reasons)
    if colleague.on_team:
        score += 2
        reasons.append(("ok", "on the care team, knows the patient"))
    score -= colleague.points // 10 + colleague.overdue
    load = f"{colleague.points} points, {colleague.overdue} overdue"
    reasons.append(("warn" if colleague.points >= HEAVY or colleague.overdue > 5 else "ok", load))
    if colleague.away:
        score -= 20
        reasons.append(("warn", colleague.away))
    return Match(colleague.id, colleague.name, may, score, tuple(reasons))


def _licence(work: Work, colleague: Colleague, on: date, reasons: list[tuple[str, str]]) -> tuple[bool, int]:
    if not _LICENSED.search(work.text) and not _REGISTERED.search(work.text):
        return True, 0
    registered = bool(_REGISTERED.search(work.text))
    wanted = _REGISTERED_NURSES if registered else _NURSES
    word = "registered nurse" if registered else "nurse"
    held = [one for one in colleague.licences if one[0].upper() in wanted]
    valid = [one for one in held if one[2] is None or one[2] >= on]
    for name, home, _, multistate in sorted(valid, key=lambda one: one[1] != work.state):
        if not work.state or compact.holds_in(name=name, home=home, multistate=multistate, state=work.state, on=on):
            reasons.append(("ok", _licensed(name, home, work.state)))
            return True, 3
    if held and not valid:
        reasons.append(("no", f"the licence as {held[0][0]} has expired"))
    elif valid:
        reasons.append(("no", _elsewhere(valid[0], work.state, on)))
    else:
        reasons.append(("no", f"this asks for a {word}; no such licence is recorded"))
    return False, -10


def _licensed(name: str, home: str, state: str) -> str:
    if not state or home == state:
        return f"licensed as {name}{f' in {state}' if state else ''}"
    by = f"holds in {state} by the Nurse Licensure Compact{compact.caution(home, state)}"
    return f"licensed as {name} in {home}, multistate: {by}"


def _elsewhere(licence: tuple[str, str, date | None, bool], state: str, on: date) -> str:
    """Return why a licence does not hold where the patient is."""
    name, home, _, multistate = licence
    said = f"licensed in {home}, the patient is in {state}"
    if not multistate:
        alike = compact.holds_in(name=name, home=home, multistate=True, state=state, on=on)
        return f"{said}; single-state licence" if alike else said
    return f"{said}, which does not honor a multistate licence of {home}"


def _competence(work: Work, colleague: Colleague, reasons: list[tuple[str, str]]) -> int:
    said = set(re.findall(r"[a-z]{4,}", work.text.casefold()))
    found = [name for name in colleague.competences if said & set(re.findall(r"[a-z]{4,}", name.casefold()))]
    if found:
        reasons.append(("ok", f"competent in {', '.join(found)}"))
    return 4 * len(found[:1])


def _language(work: Work, colleague: Colleague, reasons: list[tuple[str, str]]) -> int:
    spoken = work.language.split("-")[0].casefold()
    if spoken in ("", "en"):
        return 0
    if spoken in {language.split("-")[0].casefold() for language in colleague.languages}:
        reasons.append(("ok", "speaks the patient's language"))
        return 3
    reasons.append(("warn", "needs an interpreter"))
    return 0


def ranked(matches: list[Match]) -> list[Match]:
    """Return the matches, those who may first, then the best fit, then by name."""
    return sorted(matches, key=lambda m: (not m.may, -m.score, m.name))
