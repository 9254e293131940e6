"""The plan on paper for the patient: plain English or Spanish, her own words first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from throughline.practice.careplan.records import ActionRecord, GoalRecord, Plan, Thread
from throughline.practice.careplan.rules.patient_words import has_words, reviewed, say, title_of
from throughline.record.documents.records import (
    DocumentIn,
    Part,
    bullets,
    facts,
    heading,
    notice,
    paragraph,
    quote,
)
from throughline.record.documents.rules.wording import long_date

VERSION = "1"
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "My care plan", "matters": "What matters to me", "want": "I want", "i_do": "What I do",
        "nurse": "What my nurse does", "others": "What others do", "by": "by", "medicines": "My medicines",
        "visits": "My visits", "call": "When to call and whom", "call_now": "Call right away if:",
        "learn": "What I learn",
        "phone": "Call {nurse} at {phone}.", "no_phone": "Call {nurse}.", "911": "If this is an emergency, call 911.",
        "emergency": "In an emergency", "backup": "If something goes wrong", "preference": "How I like things",
        "none_visits": "No visits are booked.", "none_medicines": "No medicines are on our list.", "bring": "Bring",
        "my_nurse": "My nurse: {nurse}", "empty": "The plan is still empty.",
        "foreign": "Parts of this plan are not written in this language yet. They stand in English.",
        "asked": "Mark what is wrong or not clear, and tell your nurse.", "who_nurse": "your nurse",
    },
    "es": {
        "title": "Mi plan de cuidado", "matters": "Lo que me importa", "want": "Yo quiero", "i_do": "Lo que yo hago",
        "nurse": "Lo que hace mi enfermera", "others": "Lo que hacen otros", "by": "para el",
        "medicines": "Mis medicinas", "visits": "Mis citas", "call": "Cuándo llamar y a quién",
        "call_now": "Llame enseguida si:", "learn": "Lo que aprendo", "phone": "Llame a {nurse} al {phone}.",
        "no_phone": "Llame a {nurse}.", "911": "Si es una emergencia, llame al 911.", "emergency": "En una emergencia",
        "backup": "Si algo sale mal", "preference": "Cómo me gustan las cosas", "none_visits": "No hay citas.",
        "none_medicines": "No hay medicinas en nuestra lista.", "bring": "Traiga",
        "my_nurse": "Mi enfermera: {nurse}", "empty": "El plan aún está vacío.",
        "foreign": "Algunas partes de este plan aún no están escritas en español. Están en inglés.",
        "asked": "Marque lo que no está bien o no está claro y dígaselo a su enfermera.", "who_nurse": "su enfermera",
    },
}  # fmt: skip
ROLES_ES = {
    "PCP": "mi médico", "SPEC": "el especialista", "PT": "terapia física", "OT": "terapia ocupacional",
    "SLP": "terapia del habla", "RD": "la nutricionista", "SW": "trabajo social", "PharmD": "la farmacia",
    "BH": "salud mental", "HHRN": "la enfermera en casa", "AIDE": "la asistente", "CHW": "la promotora de salud",
}  # fmt: skip
ROLES_EN = {
    "PCP": "my doctor", "SPEC": "the specialist", "PT": "physical therapy", "OT": "occupational therapy",
    "SLP": "speech therapy", "RD": "the dietitian", "SW": "the social worker", "PharmD": "the pharmacist",
    "BH": "the counselor", "HHRN": "the home nurse", "AIDE": "the aide", "CHW": "the community health worker",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a plan on paper says beside the plan itself: from the case, the chart, the calendar and the pathways.

    `medicines` are name and how to take it, `visits` day and time, what, with whom and where, and what to bring;
    `statements` emergency and backup plans and preferences as (kind, text). Texts are as the record holds them.
    """

    name: str
    matters: str = ""
    matters_language: str = ""
    nurse: str = ""
    phone: str = ""
    medicines: Sequence[tuple[str, str]] = ()
    visits: Sequence[tuple[str, str, str, str]] = ()
    red_flags: Sequence[str] = ()
    statements: Sequence[tuple[str, str]] = ()
    conditions: Sequence[str] = ()
    allergies: Sequence[str] = ()
    team: Sequence[tuple[str, str]] = ()


class _Voice:
    """Says sentences in one language and remembers whether any had to stay in English."""

    def __init__(self, language: str) -> None:
        self.language, self.words, self.left = language, WORDS[language], False

    def lang(self, sentence: str) -> tuple[str, str]:
        """Return the sentence as said, and its language where that is not the document's."""
        text, language = say(sentence, self.language)
        self.left = self.left or language != self.language
        return text, "" if language == self.language else language

    def lists(self, sentences: Iterable[tuple[str, str]]) -> list[Part]:
        """Return (sentence, what follows it) as lists, those that stayed in English apart and marked so."""
        groups: dict[str, list[str]] = {}
        for sentence, after in sentences:
            text, language = self.lang(sentence)
            groups.setdefault(language, []).append(f"{text}{after}")
        return [bullets(items, lang=language) for language, items in groups.items()]


def patient_paper(plan: Plan, about: About, language: str) -> DocumentIn:
    """Return the plan for the patient to keep. `language` is en or es."""
    voice = _Voice(language)
    parts = _of_the_plan(plan, about, voice)
    parts += _medicines(about, voice) + _visits(about, voice) + _statements(about, voice) + _calling(about, voice)
    parts.append(paragraph(voice.words["asked"]))
    if voice.left:
        parts.insert(0, notice(voice.words["foreign"]))
    return DocumentIn(
        kind="plan-patient", title=voice.words["title"], parts=tuple(parts), language=language,
        template="care plan for the patient", template_version=VERSION, standing=_standing(voice, about),
        recipient=about.name, for_patient=True,
    )  # fmt: skip


def plain_page(plan: Plan, about: About, language: str) -> tuple[tuple[Part, ...], str]:
    """Return the plan itself as the patient reads it on a screen, and what the nurse must know of its wording.

    The same sentences as on paper, without what paper adds from the chart and the calendar. `language` is en or es.
    """
    voice = _Voice(language)
    parts = _of_the_plan(plan, about, voice)
    if voice.left:
        parts.insert(0, notice(voice.words["foreign"]))
    return tuple(parts), _standing(voice, about)


def _of_the_plan(plan: Plan, about: About, voice: _Voice) -> list[Part]:
    parts: list[Part] = []
    if about.matters:
        said = own_words(about.matters, about.matters_language, voice.language, about.name)
        parts += [heading(voice.words["matters"]), said]
    for thread in plan.threads:
        parts += _thread(thread, voice)
    if plan.lessons:
        parts += [heading(voice.words["learn"]), *voice.lists((lesson.topic, "") for lesson in plan.lessons)]
    return parts


def _standing(voice: _Voice, about: About) -> str:
    """Return what the nurse must know before she signs: a laboratory limit means nothing to a patient, so it is out."""
    said = [] if reviewed() else ["plain wording of our own, not yet reviewed"]
    left_out = [flag for flag in about.red_flags if not has_words(flag, voice.language)]
    if left_out:
        some = ", ".join(left_out[:2]) + (" …" if len(left_out) > 2 else "")
        said.append(f"{len(left_out)} warning signs have no plain wording and are left out ({some})")
    if voice.left:
        said.append("parts have no wording in Spanish and stand in English" if voice.language == "es" else "")
    return "; ".join(part for part in said if part)


def own_words(text: str, spoken: str, language: str, name: str) -> Part:
    """Return the patient's own words; their language is marked where it is known and another than the document's."""
    spoken = spoken.split("-")[0]
    return quote(text, name, lang="" if spoken in ("", language) else spoken)


def _thread(thread: Thread, voice: _Voice) -> list[Part]:
    goals = [goal for goal in thread.goals if goal.status == "active"]
    actions = [one for one in thread.actions if one.status == "active"]
    if not goals and not actions:
        return []
    title, language = title_of(thread.text, voice.language)
    voice.left = voice.left or language != voice.language
    made = [heading(title, lang="" if language == voice.language else language)]
    if thread.words:
        made.append(quote(thread.words))
    if goals:
        made += [heading(voice.words["want"], 3), *voice.lists(_goal(goal, voice) for goal in goals)]
    for words, roles in (("i_do", {"PAT"}), ("nurse", {"CM"})):
        if mine := [one for one in actions if one.role in roles]:
            made += [heading(voice.words[words], 3), *voice.lists(_points(mine, voice))]
    if others := [one for one in actions if one.role not in ("PAT", "CM")]:
        made += [heading(voice.words["others"], 3), *voice.lists(_points(others, voice, with_role=True))]
    return made


def _goal(goal: GoalRecord, voice: _Voice) -> tuple[str, str]:
    return goal.words or goal.text, f" ({voice.words['by']} {long_date(goal.by_date, voice.language)})"


def _points(actions: Iterable[ActionRecord], voice: _Voice, *, with_role: bool = False) -> Iterable[tuple[str, str]]:
    """Yield each point of each action with how often, where there is plain wording for that, and whose it is."""
    roles = ROLES_ES if voice.language == "es" else ROLES_EN
    for one in actions:
        often = say(one.frequency, voice.language)[0] if has_words(one.frequency, voice.language) else ""
        who = roles.get(one.role, one.role) if with_role else ""
        after = ", ".join(part for part in (often, who) if part)
        whole = has_words(one.text, voice.language)
        for point in [one.text] if whole else one.text.split("; "):
            yield point, f" ({after})" if after else ""


def _medicines(about: About, voice: _Voice) -> list[Part]:
    head = heading(voice.words["medicines"])
    if not about.medicines:
        return [head, paragraph(voice.words["none_medicines"])]
    # Names and directions stand as the chart has them: nobody translates a dose.
    foreign = "en" if voice.language != "en" else ""
    return [head, facts(tuple(about.medicines), lang=foreign)]


def _visits(about: About, voice: _Voice) -> list[Part]:
    head = heading(voice.words["visits"])
    if not about.visits:
        return [head, paragraph(voice.words["none_visits"])]
    bring = voice.words["bring"]
    lines = [
        ", ".join(part for part in (when, what, where, f"{bring}: {things}" if things else "") if part)
        for when, what, where, things in about.visits
    ]
    return [head, bullets(lines)]


def _statements(about: About, voice: _Voice) -> list[Part]:
    made: list[Part] = []
    for kind, text in about.statements:
        if kind in ("emergency", "backup", "preference"):
            made += [heading(voice.words[kind]), paragraph(text)]
    return made


def _calling(about: About, voice: _Voice) -> list[Part]:
    nurse = about.nurse or voice.words["who_nurse"]
    whom = voice.words["phone" if about.phone else "no_phone"].format(nurse=nurse, phone=about.phone)
    made = [heading(voice.words["call"]), paragraph(whom)]
    if known := [flag for flag in about.red_flags if has_words(flag, voice.language)]:
        made += [paragraph(voice.words["call_now"]), *voice.lists((flag, "") for flag in known)]
    return [*made, notice(voice.words["911"])]
