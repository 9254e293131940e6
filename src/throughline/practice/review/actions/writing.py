"""Writes what a batch of looks found: each table once, and a row only where it differs from what stands.

Values travel as one text of JSON a table, which PostgreSQL turns into rows itself: far cheaper than a value at a time,
and it passes row-level security, which COPY does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from throughline.foundation.kernel.identity import new_id
from throughline.practice.review.records import Continuity, Finding
from throughline.practice.review.rules.storing import stored_reason, stored_remedy


@dataclass(slots=True)
class Standing:
    """A gap as it stands while its case is looked at; what changes in it is written with the batch."""

    id: UUID
    case_id: UUID
    key: str
    title: str
    says: str
    since: datetime
    state: str
    version: int
    review_on: date | None
    dismissed_reason: str
    on_today: bool
    reasons: list[dict[str, Any]]
    remedy: dict[str, Any]
    mended_at: datetime | None = None

    def says_now(self, finding: Finding) -> bool:
        """Take over a finding's words and evidence; whether anything of it was different."""
        now = (
            finding.says, finding.title, finding.since, [stored_reason(reason) for reason in finding.reasons],
            stored_remedy(finding.remedy), finding.on_today,
        )  # fmt: skip
        before = (self.says, self.title, self.since, self.reasons, self.remedy, self.on_today)
        self.says, self.title, self.since, self.reasons, self.remedy, self.on_today = now
        return now != before


@dataclass(slots=True)
class Marked:
    """The mark of a case whose row is locked for a look: what was kept of the last one, and what will be of this."""

    case_id: UUID
    site_id: UUID
    patient_id: UUID
    case_state: str
    checked: str
    untold: str


@dataclass(slots=True)
class Ledger:
    """What a batch writes."""

    at: datetime
    by_name: str
    content: str
    opened: list[dict[str, Any]] = field(default_factory=list)
    moved: list[Standing] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    looked: list[dict[str, Any]] = field(default_factory=list)
    weeks: list[dict[str, Any]] = field(default_factory=list)
    mended: int = 0

    def open(self, mark: Marked, finding: Finding) -> None:
        """Note a gap that was not there."""
        gap_id = new_id()
        self.opened.append(
            {
                "id": gap_id, "site_id": mark.site_id, "patient_id": mark.patient_id, "case_id": mark.case_id,
                "key": finding.key, "title": finding.title, "says": finding.says, "since": finding.since,
                "role": finding.owner, "remedy": stored_remedy(finding.remedy), "on_today": finding.on_today,
                "reasons": [stored_reason(reason) for reason in finding.reasons],
            }
        )  # fmt: skip
        self.step(gap_id, "open")

    def step(self, gap_id: UUID, act: str, reason: str = "") -> None:
        """Note a step of a gap."""
        self.steps.append({"id": new_id(), "gap_id": gap_id, "act": act, "reason": reason})

    def look(self, mark: Marked, checked: Sequence[Any], untold: Sequence[Any], next_at: datetime | None) -> None:
        """Note how a case was found: what is in order and cannot be told travels only where it changed."""
        same = orjson.loads(mark.checked) == checked and orjson.loads(mark.untold) == untold
        self.looked.append(
            {
                "case_id": mark.case_id, "next_look_at": next_at,
                "checked": None if same else checked, "untold": None if same else untold,
            }
        )  # fmt: skip

    def week(self, mark: Marked, monday: date, found: Continuity, open_gaps: int) -> None:
        """Note the continuity of a case in a week."""
        self.weeks.append(
            {
                "id": new_id(), "site_id": mark.site_id, "patient_id": mark.patient_id, "case_id": mark.case_id,
                "week": monday, "visits": found.visits, "providers": found.providers, "coc": found.coc,
                "upc": found.upc, "usual": found.usual[:250], "whole": found.whole, "broken": found.broken,
                "unowned_days": found.unowned_days, "open_gaps": open_gaps,
            }
        )  # fmt: skip

    def write(self) -> None:
        """Write the batch: gaps, marks and weeks in one statement, the steps of the gaps in a second."""
        values: dict[str, Any] = {"at": self.at, "content": self.content, "by": self.by_name} | {
            name: orjson.dumps(rows).decode()
            for name, rows in (
                ("opened", self.opened), ("moved", self.moved), ("looked", self.looked), ("weeks", self.weeks),
                ("steps", self.steps),
            )
        }  # fmt: skip
        parts = [_OPENED] * bool(self.opened) + [_MOVED] * bool(self.moved) + [_WEEKS] * bool(self.weeks)
        with connection.cursor() as cursor:
            cursor.execute(("with " + ", ".join(parts) if parts else "") + _LOOKED, values)
            if self.steps:
                cursor.execute(_STEPS, values)


_OPENED = """
opened as (insert into review_gap (id, site_id, patient_id, case_id, key, title, says, since, role, remedy, reasons,
    on_today, state, opened_at, dismissed_reason, dismissed_by_name, version)
  select id, site_id, patient_id, case_id, key, title, says, since, role, remedy, reasons, on_today, 'open', %(at)s,
    '', '', 1
  from json_to_recordset(%(opened)s::json) as n (id uuid, site_id uuid, patient_id uuid, case_id uuid, key text,
    title text, says text, since timestamptz, role text, remedy jsonb, reasons jsonb, on_today boolean))"""
_MOVED = """
moved as (update review_gap g set state = n.state, mended_at = n.mended_at, version = n.version, says = n.says,
    title = n.title, since = n.since, reasons = n.reasons, remedy = n.remedy, on_today = n.on_today,
    review_on = n.review_on, dismissed_reason = n.dismissed_reason
  from json_to_recordset(%(moved)s::json) as n (id uuid, state text, mended_at timestamptz, version int, says text,
    title text, since timestamptz, reasons jsonb, remedy jsonb, on_today boolean, review_on date,
    dismissed_reason text) where g.id = n.id)"""
_KEPT = ("visits", "providers", "coc", "upc", "usual", "whole", "broken", "unowned_days", "open_gaps")
_WEEK = ", ".join(("id", "site_id", "patient_id", "case_id", "week", *_KEPT))
_WEEKS = f"""
weeks as (insert into review_continuityweek as w ({_WEEK})
  select {_WEEK} from json_to_recordset(%(weeks)s::json) as n (id uuid, site_id uuid, patient_id uuid, case_id uuid,
    week date, visits int, providers int, coc float8, upc float8, usual text, whole int, broken int, unowned_days int,
    open_gaps int)
  on conflict (case_id, week) do update set {", ".join(f"{name} = excluded.{name}" for name in _KEPT)}
  where ({", ".join(f"w.{name}" for name in _KEPT)})
    is distinct from ({", ".join(f"excluded.{name}" for name in _KEPT)}))"""
_LOOKED = """
update review_examined as e set dirty_since = null, looked_at = %(at)s, trouble = '', next_look_at = n.next_look_at,
  content = %(content)s, checked = coalesce(n.checked, e.checked), untold = coalesce(n.untold, e.untold)
from json_to_recordset(%(looked)s::json) as n (case_id uuid, next_look_at timestamptz, checked jsonb, untold jsonb)
where e.case_id = n.case_id"""
_STEPS = """
insert into review_gaptransition (id, gap_id, act, reason, at, by_name)
select id, gap_id, act, reason, %(at)s, %(by)s
from json_to_recordset(%(steps)s::json) as n (id uuid, gap_id uuid, act text, reason text)"""
