"""How the stories' words become the product's: sources, outcomes, methods, kinds of task."""

from throughline.edge.site.seeding.stories import Story

SUPERVISORS = {"riverbend": "gwen", "complex-care": "gwen", "wrightfield": "bernard"}
SOURCES = {
    "hospital": "hospital", "clinic": "physician", "health plan": "health-plan", "facility": "hospital",
    "home health": "community", "admission notice": "hospital", "claims": "list", "self": "self",
}  # fmt: skip
CHANNELS = {
    "phone": "phone", "visit": "visit", "in person": "visit", "rounds": "visit", "video": "video",
    "text": "message", "message": "message",
}  # fmt: skip
OUTCOMES = {
    "spoke": "spoke-patient", "representative": "spoke-representative", "voicemail": "voicemail",
    "no answer": "no-answer", "declined": "declined", "interpreter needed": "interpreter-needed",
}  # fmt: skip
CONSENT_METHODS = {
    "phone": "verbal", "phone with interpreter": "verbal", "in person": "written", "electronic": "electronic",
    "representative by phone": "verbal", "representative in person": "written",
}  # fmt: skip
SOCIAL_NEEDS = frozenset(
    {"lives-alone", "food-insecurity", "no-transport", "homelessness", "social-isolation", "caregiver-strain"}
)
TIERS = {"safety": 0, "appeal": 1, "notice": 1, "gap": 4}
LEGAL_KINDS = frozenset({"appeal", "notice"})
HOLD_REASON = "pharmacy"
VERBS = {
    "call": "Call", "visit": "Visit", "assessment": "Assess", "appeal": "Appeal", "notice": "Give notice",
    "referral": "Refer", "letter": "Send", "appointment": "Book", "authorization": "Renew", "records": "Send",
    "safety": "Safety", "gap": "Add goal",
}  # fmt: skip
_FIRST_WORDS = frozenset(
    {
        "Agree", "Apply", "Arrange", "Ask", "Assess", "Begin", "Book", "Call", "Chase", "Check", "Confirm", "File",
        "Find", "Finish", "Follow", "Get", "Give", "Keep", "Message", "Offer", "Reconcile", "Refer", "Renew", "Review",
        "See", "Send", "Set", "Teach", "Visit", "Weigh",
    }
)  # fmt: skip


def task_words(what: str, kind: str) -> tuple[str, str]:
    """Return a task's verb and the rest: ("Find", "a Spanish-speaking …"); without a verb of its own, the kind's."""
    first, _, rest = what.partition(" ")
    return (first, rest) if first in _FIRST_WORDS else (VERBS.get(kind, "Do"), what)


def decided_by(story: Story, method: str) -> str:
    """Return who decides or speaks: the patient, or for "representative …" her proxy, else her first contact."""
    name = story["name"]
    if "representative" not in method:
        return " ".join(part for part in (name.get("given", ""), name.get("family", "")) if part)
    people = story["contacts"]
    person = next((person for person in people if person.get("proxy")), people[0])
    return ", ".join(part for part in (person["name"], person["is"], person.get("proxy")) if part)
