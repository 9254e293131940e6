"""The plan on one screen: needs with goals and actions, their gaps, and the tray of suggestions with reasons."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from throughline.foundation.access.permissions import Permission
from throughline.foundation.access.web.page import page
from throughline.foundation.kernel.viewer import Viewer
from throughline.practice.careplan import queries
from throughline.practice.careplan.actions import GOAL_STATES, LEVELS, OCCASIONS, ROLE_WORDS, STATEMENTS
from throughline.practice.careplan.records import Proposal
from throughline.practice.careplan.rules import library
from throughline.practice.careplan.rules.papers import WORDS, About, plain_page
from throughline.practice.careplan.web.threads import shown
from throughline.record.cases import queries as cases
from throughline.record.chart import queries as chart
from throughline.record.documents.records import LANGUAGES
from throughline.record.documents.rules.wording import reading_of, reading_words
from throughline.record.people import queries as people

NEED_DOMAINS = (
    "physical", "functional", "emotional", "cognitive", "social", "environmental", "financial", "knowledge",
    "caregiver", "safety",
)  # fmt: skip


@require_GET
@page("careplan.plan", needs=Permission.SEE_PATIENT, patient="patient_id")
def plan(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the plan and what is suggested; `?pathway=` adds pathways chosen by hand to the suggestions."""
    return render(request, "careplan/plan.html", plan_context(viewer, patient_id, request.GET.getlist("pathway")))


def plan_context(viewer: Viewer, patient_id: UUID, chosen: Sequence[str]) -> dict[str, Any]:
    """Return what the plan page shows."""
    read = queries.known_of(viewer, patient_id)
    identity, case = read.identity, read.case
    known = library.pathways()
    chosen = [key for key in chosen if key in known]
    proposal = queries.proposal_for(viewer, patient_id, chosen=chosen, known=read)
    plan = queries.plan_of(viewer, patient_id, needs=read.needs, also=queries.codes_looked_at())
    standing = queries.keys_of(patient_id)
    return {
        "identity": identity,
        "case": case,
        "patient_id": patient_id,
        "plan": plan,
        "threads": [shown(thread, plan, viewer) for thread in plan.threads],
        "statements": [
            (key, words, [x for x in plan.statements if x.kind == key and x.need_id is None])
            for key, words in STATEMENTS.items()
        ],
        "domains": library.barrier_domains().items(),
        "ratings": [(part, sorted(words.items())) for part, words in library.rating_words().items()],
        "problems": [(code, problem.title) for code, problem in sorted(library.problems().items())],
        "need_domains": NEED_DOMAINS,
        "levels": list(enumerate(LEVELS)),
        "occasions": OCCASIONS,
        "proposal": proposal,
        "tray": tray(proposal, standing),
        "pointed": queries.pointed_needs(viewer, patient_id, known=read, trends=plan.trends, standing=standing),
        "pathways": [(p.id, p.title, p.id in proposal.pathways) for p in known.values()],
        "chosen": chosen,
        "matters": case.matters_most if case else "",
        "matters_language": case.matters_most_language if case else "",
        "measures": chart.choices(),
        "roles": ROLE_WORDS.items(),
        "states": GOAL_STATES,
        "may_plan": viewer.may(Permission.PLAN_CARE, identity.site_id),
        "may_teach": viewer.may(Permission.WORK_CASE, identity.site_id),
        "tab": "plan",
    }


def tray(proposal: Proposal, standing: frozenset[str]) -> list[dict[str, Any]]:
    """Return the suggestions grouped by need, without what is in the plan or was declined."""
    groups = []
    for need in proposal.needs:
        goals = [g for g in proposal.goals if g.need == need.key and g.key not in standing]
        actions = [a for a in proposal.actions if a.need == need.key and a.key not in standing]
        if goals or actions:
            held = [e for e in need.evidence if e]
            groups.append({"need": need, "goals": goals, "actions": actions, "evidence": held})
    lessons = [x for x in proposal.education if x.topic not in standing]
    if lessons:
        groups.append({"need": None, "goals": [], "actions": [], "lessons": lessons})
    return groups


@require_GET
@page("careplan.plain", needs=Permission.SEE_PATIENT, patient="patient_id")
def plain(request: HttpRequest, viewer: Viewer, patient_id: UUID) -> HttpResponse:
    """Show the plan in plain words for the patient, how hard it reads and how sure its wording is for the nurse.

    In `?language=`, else in the patient's own language where there is wording of ours in it, else in English.
    """
    identity, case = people.identity(viewer, patient_id), cases.open_case_of(viewer, patient_id)
    spoken = request.GET.get("language") or identity.language.partition("-")[0]
    language = spoken if spoken in WORDS else "en"
    about = About(
        name=identity.preferred_name or identity.name,
        matters=case.matters_most if case else "",
        matters_language=case.matters_most_language if case else "",
    )
    parts, standing = plain_page(queries.plan_of(viewer, patient_id), about, language)
    reading, words = reading_of(parts, language), WORDS[language]
    context = {
        "identity": identity,
        "patient_id": patient_id,
        "words": words,
        "language": language,
        "others": [(code, name) for code, name in LANGUAGES.items() if code != language],
        "parts": parts,
        "nurse": words["my_nurse"].format(nurse=case.owner_name) if case and case.owner_name else "",
        "standing": standing,
        "reading": reading,
        "grade": reading_words(reading),
        "tab": "plan",
    }
    return render(request, "careplan/plain.html", context)
