"""Continuity of care in numbers: who saw the patient, how often by the same hands, and which threads are whole."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from throughline.practice.review.records import Continuity, PlanFacts, Visit

FORMULAS = (
    ("COC", "(Σ nᵢ² − N) ÷ (N × (N − 1))", "Bice TW, Boxerman SB. Med Care 1977;15:347-349"),
    ("UPC", "largest nᵢ ÷ N", "Breslau N, Reeb KG. J Med Educ 1975;50:965-969"),
)


def bice_boxerman(counts: Iterable[int]) -> float | None:
    """The continuity of care index of Bice and Boxerman: (Σ nᵢ² − N) ÷ (N (N − 1)), nᵢ visits to provider i, N in all.

    0 when every visit was to somebody else, 1 when all were to one. None below two visits: it is not defined.
    Source: Bice TW, Boxerman SB. A quantitative measure of continuity of care. Med Care 1977;15:347-349.
    """
    seen = [count for count in counts if count > 0]
    total = sum(seen)
    if total < 2:
        return None
    return (sum(count * count for count in seen) - total) / (total * (total - 1))


def usual_provider(counts: Iterable[int]) -> float | None:
    """The usual provider of care index: the share of visits to the provider seen most. None without a visit.

    Source: Breslau N, Reeb KG. Continuity of care in a university-based practice. J Med Educ 1975;50:965-969.
    """
    seen = [count for count in counts if count > 0]
    return max(seen) / sum(seen) if seen else None


_CREDENTIALS = re.compile(r"(?:,\s*[A-Za-z.-]*[A-Z][A-Za-z.-]*[A-Z][A-Za-z.-]*)+$")  # ", MD", ", PhD, RN-BC"


def counted_once(visits: Iterable[Visit], *, zone: str) -> list[Visit]:
    """Return the visits, those of one day with one provider as one: the record and our calendar may both tell of it.

    Credentials behind a name make no other provider: "Ada Pillai" is "Ada Pillai, MD", and the longer is shown.
    """
    names: dict[str, str] = {}
    once: dict[tuple[object, str], Visit] = {}
    for visit in visits:
        plain = _CREDENTIALS.sub("", visit.provider).casefold()
        names[plain] = max(names.get(plain, ""), visit.provider, key=len)
        once.setdefault((visit.at.astimezone(ZoneInfo(zone)).date(), plain), visit)
    return [Visit(visit.at, names[plain]) for (_, plain), visit in once.items()]


def continuity(visits: Sequence[Visit], plan: PlanFacts, *, at: datetime) -> Continuity:
    """The continuity of a case at an instant: both indices over the visits given, threads, and days without an owner.

    A thread is whole when its need has a goal and an action, and every action an owner. The days are those of the need
    that stands longest without anybody: from when it was raised, or its unowned action was added.
    """
    counts = Counter(visit.provider for visit in visits if visit.provider and visit.at <= at)
    usual = min(counts, key=lambda name: (-counts[name], name)) if counts else ""
    whole, unowned = 0, 0
    for need in plan.needs:
        actions = [a for a in plan.actions if a.need_id == need.id]
        aimed = any(g.need_id == need.id for g in plan.goals)
        without = [a.added_at for a in actions if not a.owner] if actions else [need.raised_at]
        whole += aimed and bool(actions) and not without
        if without and min(without) <= at:
            unowned = max(unowned, (at - min(without)).days)
    return Continuity(
        visits=sum(counts.values()),
        providers=len(counts),
        coc=bice_boxerman(counts.values()),
        upc=usual_provider(counts.values()),
        usual=usual,
        whole=whole,
        broken=len(plan.needs) - whole,
        unowned_days=unowned,
    )
