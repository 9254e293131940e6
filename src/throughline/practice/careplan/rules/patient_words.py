"""The plan's sentences in plain words, English and Spanish, as content. What has no wording keeps its own, in English,
and says so by its language: nothing is machine-translated."""

from collections.abc import Mapping

from throughline.foundation.content.library import load
from throughline.foundation.content.records import Item

LANGUAGES = ("en", "es")


def read_words(item: Item) -> Mapping[str, Mapping[str, str]]:
    """Return one pathway's wordings by sentence. Raises ValueError for a sentence twice or in an unknown language."""
    found: dict[str, Mapping[str, str]] = {}
    for row in item.data["words"]:
        said = {language: str(row[language]) for language in row if language != "says"}
        if strangers := set(said) - set(LANGUAGES):
            raise ValueError(f"'{row['says']}': no language {', '.join(sorted(strangers))}")
        if key_of(row["says"]) in found:
            raise ValueError(f"'{row['says']}' stands twice")
        found[key_of(row["says"])] = said
    return found


def key_of(sentence: str) -> str:
    """Return a sentence as it is looked up: without regard to case and spaces."""
    return " ".join(str(sentence).split()).casefold()


def say(sentence: str, language: str) -> tuple[str, str]:
    """Return a sentence in plain words of a language, and the language it really came out in."""
    for wordings in load("patient_words", read_words).values():
        if (said := wordings.get(key_of(sentence), {})).get(language):
            return said[language], language
    return sentence, "en"


def title_of(need: str, language: str) -> tuple[str, str]:
    """Return the title of a need in plain words, and the language it came out in.

    Several needs that became one ("Low mood, Anxiety") are said one by one where each has its wording.
    """
    parts = need.split(", ")
    if has_words(need, language) or not all(has_words(part, language) for part in parts):
        return say(need, language)
    first, *others = dict.fromkeys(say(part, language)[0] for part in parts)
    return ", ".join([first, *(other[:1].lower() + other[1:] for other in others)]), language


def has_words(sentence: str, language: str) -> bool:
    """Whether there is plain wording for a sentence in a language."""
    key = key_of(sentence)
    return any(language in wordings.get(key, {}) for wordings in load("patient_words", read_words).values())


def reviewed() -> bool:
    """Whether a reviewer has signed every wording."""
    return all(item.reviewed for item in load("patient_words").values())
