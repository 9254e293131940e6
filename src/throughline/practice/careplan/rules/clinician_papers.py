"""The plan on paper for clinicians: threads with evidence, goals, actions, owners and gaps."""

from datetime import date

from throughline.practice.careplan.records import ActionRecord, Plan, Thread
from throughline.practice.careplan.rules.papers import VERSION, About, own_words
from throughline.record.documents.records import (
    DocumentIn,
    Part,
    bullets,
    facts,
    heading,
    notice,
    paragraph,
    quote,
    table,
)
from throughline.record.documents.rules.wording import long_date

STATEMENTS = {"emergency": "Emergency plan", "backup": "Backup plan", "preference": "Preference"}


def clinician_paper(plan: Plan, about: About, today: date) -> DocumentIn:
    """Return the plan for clinicians, the patient's words on top."""
    parts: list[Part] = []
    if about.matters:
        said = own_words(about.matters, about.matters_language, "en", about.name)
        parts += [heading("What matters to the patient"), said]
    parts.append(_head(about))
    for thread in plan.threads:
        parts += _clinical(thread)
    parts += _chart(about) + _agreed(plan, about)
    return DocumentIn(
        kind="plan", title=f"Care plan, {long_date(today, 'en')}", parts=tuple(parts),
        template="care plan for clinicians", template_version=VERSION,
    )  # fmt: skip


def _head(about: About) -> Part:
    none = "None recorded"
    owner = ", ".join(part for part in (about.nurse, about.phone) if part)
    return facts(
        (
            ("Conditions", "; ".join(about.conditions) or none),
            ("Allergies", "; ".join(about.allergies) or none),
            ("Case owner", owner or "No owner"),
        )
    )


def _chart(about: About) -> list[Part]:
    made: list[Part] = []
    if about.medicines:
        rows = [(name, how or "Not recorded") for name, how in about.medicines]
        made += [heading("Medicines"), table(("Medicine", "How taken"), rows)]
    if about.visits:
        made += [heading("Appointments"), table(("When", "What", "With and where"), [row[:3] for row in about.visits])]
    if about.red_flags:
        made += [heading("Red flags"), bullets(about.red_flags)]
    return made


def _agreed(plan: Plan, about: About) -> list[Part]:
    made: list[Part] = []
    if standing := [(STATEMENTS[kind], text) for kind, text in about.statements if kind in STATEMENTS]:
        made += [heading("Agreed for the worse"), facts(standing)]
    if plan.declined:
        made += [heading("Declined"), bullets(f"{text}: {reason}" for text, reason, _at in plan.declined)]
    if plan.versions:
        last = plan.versions[0]
        how = ", ".join(part for part in (last.agreed_how, last.agreed_by) if part)
        agreed = f"Version {last.number}, agreed {long_date(last.at.date(), 'en')} ({how})."
        made += [heading("Agreement"), paragraph(agreed), paragraph(f"Review on {long_date(last.review_on, 'en')}.")]
    return made


def _clinical(thread: Thread) -> list[Part]:
    made = [heading(f"{thread.text} ({thread.domain}, {thread.priority})")]
    if thread.words:
        made.append(quote(thread.words))
    if thread.evidence:
        made.append(bullets(thread.evidence))
    if thread.goals:
        rows = [(g.text, g.target or "Not recorded", long_date(g.by_date, "en"), g.status) for g in thread.goals]
        made.append(table(("Goal", "Target", "By", "Status"), rows))
    if thread.actions:
        acts = [(a.text, _owner(a), a.frequency or "once", long_date(a.due_on, "en"), a.status) for a in thread.actions]
        made.append(table(("Action", "Owner", "How often", "Due", "Status"), acts))
    if thread.gaps:
        made.append(notice("Gaps: " + "; ".join(thread.gaps)))
    return made


def _owner(action: ActionRecord) -> str:
    return action.owner or f"{action.role_words}, nobody yet"
