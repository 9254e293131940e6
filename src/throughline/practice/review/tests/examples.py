"""Reads the small language of the examples in content/checks: "heart-failure@400" is such a fact 400 days old."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from throughline.practice.review.records import (
    ActionFact,
    AppointmentFact,
    CaseFacts,
    Fact,
    GoalFact,
    NeedFact,
    PlanFacts,
    ReferralFact,
)

AT = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
NOBODY = UUID(int=1)
FACT = re.compile(r"^(?P<set>[a-z0-9:_-]+)@(?P<days>\d+)(\*(?P<times>\d+))?(=(?P<value>[\d.]+))?( at (?P<place>.+))?$")


def ago(days):
    return AT - timedelta(days=days)


def kind_of(key):
    """The kind of the facts of a set, as its first line in content says."""
    from throughline.practice.review.rules.sets import sets

    return "task" if key.startswith("done:") else sets()[key].lines[0].kind


def fact(key, days, value=None, place="", number=0):
    at = ago(days)
    kind = kind_of(key)
    until = at if kind == "encounter" else None
    words = f"{key} {chr(97 + number) * 6}"
    identity = f"{key}-{days}-{number}"
    return Fact(kind, frozenset({key}), at, words, identity, until, True, value, place=place)


def case_of(given, *, opened=200, age=70, sex="female", acuity=2):
    """The facts of a case told in the words of an example."""
    facts = defaultdict(list)
    numbers = {"female": float(sex == "female"), "acuity": acuity, "other_language": 0.0, "language_known": 1.0}
    plan = {"primary_care": "Dr. Feldgate"}
    for said in given:
        told = FACT.match(said)
        if told and not said.startswith(("referral", "appointment")):
            value = float(told["value"]) if told["value"] else None
            for number in range(int(told["times"] or 1)):
                one = fact(told["set"], int(told["days"]), value, told["place"] or "", number + len(facts[told["set"]]))
                facts[told["set"]].append(one)
        else:
            _rest(said, numbers, plan, facts)
    newest_first = {key: tuple(sorted(found, key=lambda f: f.at, reverse=True)) for key, found in facts.items()}
    born = date(AT.year - age - 1, 9, 9)
    return CaseFacts(
        NOBODY, NOBODY, NOBODY, ago(opened), "UTC", born, newest_first, numbers=numbers, plan=PlanFacts(**plan)
    )


def _rest(said, numbers, plan, facts):
    """What is no dated fact of a set: numbers, the plan, the team."""
    days = int(re.search(r"@(\d+)", said).group(1)) if "@" in said else 0
    for beginning, tell in TOLD.items():
        if said.startswith(beginning):
            tell(said, days, numbers, plan, facts)
            return
    raise ValueError(f"no such words in an example: {said}")


def _speaks(said, days, numbers, plan, facts):
    language = said.split()[1]
    numbers["language_known"] = float(language != "unknown")
    numbers["other_language"] = float(language not in ("unknown", "en"))


def _number(name):
    def tell(said, days, numbers, plan, facts):
        numbers[name] = float(said.split()[-1])

    return tell


def _need(said, days, numbers, plan, facts):
    plan["needs"] = (NeedFact("n", "Low mood", ago(days)),)
    if "with goal" in said:
        plan["goals"] = (GoalFact("g", "n", "Mood lifts", "PHQ-9 below 10", "", ago(days)),)
    if "and action" in said:
        plan["actions"] = (_action("a", "Dana", days),)


def _acted(said, days, numbers, plan, facts):
    owner = "" if "unowned" in said else "Dana Okafor"
    before = plan.get("actions", ())
    plan["actions"] = (*before, _action(f"a{len(before)}", owner, days, due=-days if "late" in said else 30))


def _heard(said, days, numbers, plan, facts):
    plan |= {"last_reached_at": ago(days), "every_days": int(said.split()[-1])}


def _seen(said, days, numbers, plan, facts):
    name = said.removeprefix("seen by ").partition("@")[0]
    facts["visit"].append(Fact("encounter", frozenset({"visit"}), ago(days), "Visit", f"v{days}", ago(days), by=name))


def _kept(name, value):
    def tell(said, days, numbers, plan, facts):
        plan[name] = value(said, days)

    return tell


def _weights(said, days):
    return tuple(
        GoalFact(f"g{n}", "n", "Weight", f"{pounds} lb", "29463-7", ago(20), outside=n > 0)
        for n, pounds in enumerate(re.findall(r"\d+", said))
    )


TOLD = {
    "speaks": _speaks,
    "authorization left": _number("authorization_days_left"),
    "opioid mme": _number("opioid_mme"),
    "need open": _need,
    "action": _acted,
    "heard": _heard,
    "seen by": _seen,
    "team": _kept("team", lambda said, days: (said.removeprefix("team "),)),
    "plan review": _kept("review_on", lambda said, days: ago(days if said.endswith("ago") else -days).date()),
    "appointment": _kept(
        "appointments",
        lambda said, days: (AppointmentFact("p", "Heart clinic", ago(days), "" if "open" in said else "kept"),),
    ),
    "referral": _kept(
        "referrals",
        lambda said, days: (ReferralFact("r", "Rehabilitation", said.split()[1].partition("@")[0], ago(days)),),
    ),
    "goals of weight": _kept("goals", _weights),
    "no primary care": _kept("primary_care", lambda said, days: ""),
    "primary care": _kept("primary_care", lambda said, days: said.removeprefix("primary care ")),
    "plans": _kept("goals", lambda said, days: (GoalFact("g", "n", "Else", "", "", ago(20), key="x"),)),
}


def _action(key, owner, days, due=30):
    return ActionFact(key, "n", "Weigh each morning", "RN", owner, ago(-due).date(), ago(days))
