"""What the chart's fragments show, as texts made once: templates only lay them out."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from throughline.foundation.access.records import Viewer
from throughline.foundation.ui import formats
from throughline.record.chart.records.shown import Chart, ChartFact, LatestReadings, Reading
from throughline.record.chart.rules.values import number_words, unit_words

Item = dict[str, Any]
_SHOWN = 12


def main_cards(chart: Chart, viewer: Viewer) -> dict[str, Any]:
    """Return the texts of the chart's part of a patient page."""
    writer = _Writer(viewer)
    conditions = writer.once(chart.of("condition"))
    now = [one for one in conditions if one.current]
    past = [one for one in conditions if not one.current]
    return {
        "conditions": [writer.item(one, more=str(one.more.get("severity") or "")) for one in now],
        "past_conditions": [writer.item(one, more=_spaced(one.status)) for one in past],
        "observations": [writer.row(one) for one in chart.observations[:_SHOWN]],
        "more_observations": [writer.row(one) for one in chart.observations[_SHOWN:]],
        "encounters": [writer.visit(one) for one in chart.of("encounter")[:5]],
        "procedures": [writer.item(one, more=_unless(one.status, "completed")) for one in chart.of("procedure")[:5]],
        "reports": [writer.item(one, more=str(one.more.get("conclusion") or "")) for one in chart.of("report")[:5]],
        "notes": [writer.item(one, more=str(one.more.get("title") or "")) for one in chart.of("note")[:5]],
        "plans": [writer.plan(one, chart) for one in chart.of("outsideplan", current=True)],
        "goals": [writer.item(one, more=_target(one)) for one in _loose_goals(chart)],
        "teams": [writer.team(one) for one in chart.of("outsideteam", current=True)],
        "past_plans": len(chart.of("outsideplan")) - len(chart.of("outsideplan", current=True)),
    }


def side_cards(chart: Chart, viewer: Viewer) -> dict[str, Any]:
    """Return the texts of allergies, medicines, immunizations and coverage."""
    writer = _Writer(viewer)
    medicines = writer.once(one for one in chart.of("medication") if one.more.get("kind") in ("request", "statement"))
    now = [one for one in medicines if one.current and not one.more.get("do_not_perform")]
    return {
        "allergies": [writer.allergy(one) for one in chart.of("allergy", current=True)],
        "past_allergies": [
            writer.item(one, more=_unless(str(one.more.get("verification") or ""), "confirmed") or _spaced(one.status))
            for one in writer.once(chart.of("allergy"))
            if not one.current
        ],
        "medicines": [writer.item(one, more=str(one.more.get("dosage") or "")) for one in now],
        "stopped": [writer.item(one, more=_spaced(one.status)) for one in medicines if not one.current][:20],
        "immunizations": [
            writer.item(one, more=_unless(one.status, "completed")) for one in writer.once(chart.of("immunization"))
        ][:10],
        "coverages": [writer.coverage(one) for one in chart.of("coverage", current=True)],
    }


def _unless(status: str, usual: str) -> str:
    return "" if status == usual else _spaced(status)


def _spaced(status: str) -> str:
    """Return a status of FHIR as words: "in progress"."""
    return status.replace("-", " ")


def _target(goal: ChartFact) -> str:
    """Return a goal's targets in words."""
    said = []
    for target in goal.more.get("targets") or ():
        measure = target.get("measure") if target.get("measure") != goal.display else ""
        due = f"by {_day(target['due'])}" if target.get("due") else ""
        said.append(" ".join(filter(None, (measure, _detail(target.get("detail") or ""), due))))
    return "; ".join(filter(None, said))


def _detail(said: str) -> str:
    """Return a target as received with its units as a nurse writes them: "<140 mmHg"."""
    return " ".join(unit_words(part) if "[" in part or "{" in part else part for part in said.split(" "))


def _named(display: str, code: str) -> str:
    """Return what a fact is called; a code that came without a name is said to be one."""
    if display and display != code:
        return display
    return f"Not named, code {code}" if code else "Not named"


def _day(said: str) -> str:
    """Return a FHIR date as people read it; one known to the month or the year only stays as it came."""
    try:
        return formats.day(date.fromisoformat(said))
    except ValueError:
        return said


def _loose_goals(chart: Chart) -> list[ChartFact]:
    """Return the current goals that no current plan shows under itself."""
    held = {link.get("id") for plan in chart.of("outsideplan", current=True) for link in plan.more.get("goals") or ()}
    return [goal for goal in chart.of("outsidegoal", current=True) if str(goal.id) not in held]


class _Writer:
    """Writes facts for one viewer: her day, her zone."""

    def __init__(self, viewer: Viewer) -> None:
        self.zone = ZoneInfo(viewer.time_zone)
        self.today = viewer.at.astimezone(self.zone).date()

    def once(self, found: Iterable[ChartFact]) -> list[ChartFact]:
        """Return the newest fact of each thing: a medicine ordered again each year is one medicine."""
        seen: dict[tuple[str, str], ChartFact] = {}
        for fact in found:
            seen.setdefault((fact.code_system, fact.code or fact.display), fact)
        return list(seen.values())

    def day_of(self, at: datetime, precision: str) -> date:
        """Return the day of a time; one known only to the day is that day in every zone."""
        return at.astimezone(self.zone).date() if precision == "second" else at.date()

    def when(self, at: datetime | None, precision: str) -> str:
        """Return "Mar 14, 2025", "Mar 2025" or "2025", as exactly as it is known."""
        if at is None:
            return ""
        day = self.day_of(at, precision)
        return {"year": f"{day:%Y}", "month": f"{day:%b %Y}"}.get(precision, formats.day(day))

    def age(self, fact: ChartFact | Reading) -> str:
        """Return how old a fact is: "9 d old"; of one without a date, when it was received."""
        if isinstance(fact, Reading):
            return formats.ago(self.day_of(fact.at, fact.precision) if fact.at else None, self.today)
        if not fact.effective_at and not fact.recorded_at:
            return f"no date, received {formats.day(self.day_of(fact.received_at, 'second'))}"
        return formats.ago(self.day_of(fact.since, fact.precision or "second"), self.today)

    def item(self, fact: ChartFact, more: str = "") -> Item:
        """Return a fact as a line: what, more, when, how old, from where."""
        return {
            "words": _named(fact.display, fact.code),
            "more": more,
            "when": self.when(fact.effective_at or fact.recorded_at, fact.precision if fact.effective_at else "day"),
            "age": self.age(fact),
            "source": fact.source or "recorded here",
            "author": fact.author,
            "note": fact.note,
        }

    def visit(self, fact: ChartFact) -> Item:
        """Return a visit or a stay with its length in nights, where, and where to afterwards."""
        item = self.item(fact)
        start, end = fact.effective_at, fact.effective_until
        if fact.more.get("is_stay") and start:
            nights = (self.day_of(end, "second") - self.day_of(start, "second")).days if end else None
            item["stay"] = "still in" if nights is None else f"{nights} night{'s' if nights != 1 else ''}"
        disposition = fact.more.get("discharge_disposition")
        more = [fact.more.get("provider"), fact.more.get("reason"), disposition and f"to: {disposition}"]
        item["more"] = ", ".join(str(part) for part in more if part)
        return item

    def plan(self, fact: ChartFact, chart: Chart) -> Item:
        """Return an outside plan with its activities and goals."""
        goals = {str(goal.id): goal for goal in chart.of("outsidegoal")}
        item = self.item(fact, more=str(fact.more.get("description") or ""))
        item["status"] = _spaced(fact.status)
        item["activities"] = [
            activity["text"] + (f" ({_spaced(activity['status'])})" if activity.get("status") else "")
            for activity in fact.more.get("activities") or ()
        ]
        linked = [goals.get(str(link.get("id"))) for link in fact.more.get("goals") or ()]
        item["goals"] = [", ".join(filter(None, (goal.display, _target(goal)))) for goal in linked if goal is not None]
        return item

    def team(self, fact: ChartFact) -> Item:
        """Return an outside care team with its members."""
        item = self.item(fact)
        members = [member for member in fact.more.get("participants") or () if member.get("text")]
        item["members"] = [", ".join(filter(None, (member["text"], member.get("role")))) for member in members]
        return item

    def allergy(self, fact: ChartFact) -> Item:
        """Return an allergy with its reaction; a high criticality is said in words."""
        item = self.item(fact, more=str(fact.more.get("reactions") or ""))
        item["high"] = fact.more.get("criticality") == "high"
        return item

    def coverage(self, fact: ChartFact) -> Item:
        """Return coverage with the payer's name and the end of the member id."""
        member = str(fact.more.get("member_id") or fact.more.get("subscriber_id") or "")
        item = self.item(fact, more=f"member …{member[-4:]}" if member else "")
        item["words"] = ", ".join(filter(None, (str(fact.more.get("payer") or ""), fact.display))) or "Coverage"
        return item

    def row(self, one: LatestReadings) -> Item:
        """Return one line of the observations table: latest, change, earlier values with their days."""
        latest, change = one.latest, one.change
        return {
            "name": _named(one.name, one.code),
            "words": latest.words,
            "outside": latest.outside,
            "range": latest.range,
            "when": self.when(latest.at, latest.precision),
            "age": self.age(latest),
            "change": f"{'+' if change > 0 else '−'}{number_words(abs(change))}" if change else "",
            "rising": bool(change and change > 0),
            "earlier": [
                {"words": reading.words, "when": self.when(reading.at, reading.precision)} for reading in one.earlier
            ],
            "total": one.total,
            "source": latest.source or "recorded here",
            "author": latest.author,
        }
