"""Plans, goals, care teams and appointments made elsewhere, as FHIR R4 resources."""

from collections.abc import Iterator, Mapping
from typing import Any

from throughline.edge.site.seeding import parts
from throughline.edge.site.seeding.parts import Page, Resource, concept, hl7, reference, resource
from throughline.edge.site.seeding.resources_people import organization_reference, practitioner_reference
from throughline.edge.site.seeding.stories import Story

CATEGORY = parts.coding("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan")


def outside_plans(story: Story, page: Page) -> Iterator[Resource]:
    """Yield a CarePlan and its Goals for each plan another organization keeps for the patient."""
    for entry in story.get("plans", []):
        key = f"{story['key']}/{parts.slug(entry['title'])}"
        goals = list(_goals(story, page, entry, key))
        yield from goals
        yield resource(
            "CarePlan",
            key,
            page.edition,
            status=entry.get("status", "active"),
            intent="plan",
            category=[{"coding": [CATEGORY], "text": entry.get("kind", "Care plan")}],
            title=entry["title"],
            description=entry.get("says"),
            subject=reference("Patient", story["key"]),
            period=parts.period(page, entry["since"], entry.get("until", "")),
            created=page.when(entry["since"]),
            author=organization_reference(page, entry["by"]),
            addresses=[_condition(story, page, word) for word in entry.get("for", [])],
            goal=[{"reference": f"Goal/{goal['id']}"} for goal in goals],
            activity=[_activity(line) for line in entry.get("does", [])],
        )


def care_team(story: Story, page: Page) -> Iterator[Resource]:
    """Yield the CareTeam of the practitioners and organizations a story names."""
    members = [_member(page, line) for line in story.get("team", [])]
    if members:
        yield resource(
            "CareTeam",
            f"{story['key']}/team",
            page.edition,
            status="active",
            name="Care team",
            subject=reference("Patient", story["key"]),
            participant=members,
        )


def appointments(story: Story, page: Page) -> Iterator[Resource]:
    """Yield an Appointment for each visit booked, kept or missed."""
    for entry in story.get("appointments", []):
        actors = [{"actor": reference("Patient", story["key"]), "status": "accepted"}]
        actors.append({"actor": practitioner_reference(page, entry["with"]), "status": "accepted"})
        yield resource(
            "Appointment",
            f"{story['key']}/{entry['at']}/{entry['with']}",
            page.edition,
            status=entry.get("status", "booked"),
            description=entry["what"],
            start=page.at(entry["at"]),
            minutesDuration=entry.get("minutes", 30),
            comment=entry.get("note"),
            participant=actors,
        )


def _goals(story: Story, page: Page, entry: Mapping[str, Any], key: str) -> Iterator[Resource]:
    for number, goal in enumerate(entry.get("goals", []), start=1):
        yield resource(
            "Goal",
            f"{key}/{number}",
            page.edition,
            lifecycleStatus=goal.get("status", "active"),
            achievementStatus=hl7("goal-achievement", goal.get("achieved", "in-progress")),
            description={"text": goal["says"]},
            subject=reference("Patient", story["key"]),
            startDate=page.when(entry["since"]),
            target=_target(page, goal),
        )


def _target(page: Page, goal: Mapping[str, Any]) -> list[Resource] | None:
    if not goal.get("by"):
        return None
    target: Resource = {"dueDate": page.when(goal["by"])}
    if goal.get("measure"):
        target["measure"] = concept(page, "observations", goal["measure"])
        target["detailString"] = goal.get("target", goal["says"])
    return [target]


def _condition(story: Story, page: Page, word: str) -> Resource:
    for line in story.get("conditions", []):
        known, start, _, _ = parts.spread(line)
        if known == word:
            return reference("Condition", f"{story['key']}/{word}/{start}")
    raise KeyError(f"{story['key']}: the plan names {word}, which is not among the conditions")


def _activity(line: str) -> Resource:
    """Return one activity of a plan from "what is done | by whom or how often"."""
    what, _, _, note = parts.spread(line)
    detail: Resource = {"status": "in-progress", "code": {"text": what}}
    return {"detail": detail | {"description": note} if note else detail}


def _member(page: Page, line: str) -> Resource:
    key, _, _, role = parts.spread(line)
    if key in page.hospital["practitioners"]:
        entry = page.hospital["practitioners"][key]
        return {"role": [{"text": role or entry["does"]}], "member": practitioner_reference(page, key)}
    return {"role": [{"text": role or "provider"}], "member": organization_reference(page, key)}
