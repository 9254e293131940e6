"""The letters the content library holds."""

from uuid import UUID

from throughline.foundation.access.models import Site
from throughline.foundation.content.library import load
from throughline.foundation.kernel.actions import Refusal
from throughline.record.documents.records import Letter, LetterChoice
from throughline.record.documents.rules.wording import read_letter
from throughline.record.people.models import Organization
from throughline.record.people.rules.phones import show_phone


class NoSuchLetter(Refusal):
    """A letter, or its wording in a language, that the library does not hold."""


def letters() -> list[LetterChoice]:
    """Return every letter to choose from, by title."""
    found = []
    for key, wordings in load("letters", read_letter).items():
        english = wordings["en"]
        found.append(LetterChoice(key, english.title, english.purpose, english.kind, tuple(wordings)))
    return sorted(found, key=lambda choice: choice.title)


def letter(key: str, language: str) -> Letter:
    """Return a letter in a language. Raises NoSuchLetter: what is not written in a language is not made up."""
    wordings = load("letters", read_letter).get(key)
    if wordings is None:
        raise NoSuchLetter("There is no such letter. Choose one from the list.")
    if language not in wordings:
        raise NoSuchLetter(
            f"This letter is not written in that language ({language}). Use English and an interpreter, or have the "
            "wording added; nothing is machine-translated."
        )
    return wordings[language]


def site_phone(site_id: UUID) -> str:
    """Return the phone the directory gives for the site itself, "" when it gives none or several."""
    name = Site.objects.values_list("name", flat=True).get(pk=site_id)
    named = Organization.objects.filter(site_id=site_id, name=name).exclude(phone="")
    phones = set(named.values_list("phone", flat=True)[:2])
    return show_phone(phones.pop()) if len(phones) == 1 else ""
