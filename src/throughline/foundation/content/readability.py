"""How hard a text reads: Flesch-Kincaid grade for English, Fernández Huerta and INFLESZ for Spanish.

Own counting with fixed rules, so that a pinned text keeps its grade for ever and nothing is fetched from anywhere.
Sources: Kincaid et al. 1975 (grade); Fernández Huerta 1959; Szigriszt-Pazos 1993 with the INFLESZ scale of
Barrio-Cantalejo 2008 (Spanish).
"""

import re
from dataclasses import dataclass

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
ENDS = re.compile(r"[.!?…]+(?=\s|$|[\"'”’)\]])|\n+")
NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*%?")
SHORT = re.compile(r"\b(?:Dr|Dra|Mr|Mrs|Ms|Sr|Sra|St|vs|etc|e\.g|i\.e|a\.m|p\.m|p\.ej)\.", re.IGNORECASE)
SILENT_E = re.compile(r"(?:[^laeiouy]|[aeiouy]l)e$")
SILENT_ED = re.compile(r"[^td]ed$")
SILENT_ES = re.compile(r"(?<![cgsxz])(?<!sh)(?<!ch)es$")
VOWELS_EN = re.compile(r"[aeiouy]+")
BROKEN_EN = re.compile(
    r"(?<![cstx])ia|(?<=ci)a(?=t)|(?<=ti)a(?=t)|(?<!t)(?<!s)(?<!c)(?<!g)io|iu|(?<![cst])ie(?=t|nc|nt)|(?<![qg])ua"
    r"|(?<=sc)ie(?=n)|uou|[aeiouy]ing$|cre(?=at)|(?<!p)eo(?!u|n$)"
)
KNOWN_EN = {"area": 3, "areas": 3, "diabetes": 4, "idea": 3, "ideas": 3, "ideal": 3, "people": 2, "real": 1}
STRONG, WEAK, ACCENTED_WEAK = "aáeéoó", "iuü", "íú"


@dataclass(frozen=True, slots=True)
class Reading:
    """The measure of one text: grade for English, ease and its word for Spanish, and what it was counted from."""

    language: str
    words: int
    sentences: int
    syllables: int
    grade: float
    ease: float
    word: str

    @property
    def plain_enough(self) -> bool:
        """English of the sixth grade or below, Spanish at least "fairly easy" (INFLESZ 65)."""
        return self.ease >= 65 if self.language == "es" else self.grade <= 6


def measure(text: str, language: str = "en") -> Reading:
    """How hard the text reads. An empty text has grade 0.

    `grade` of a Spanish text is 0: the American grade says nothing about Spanish. Raises ValueError for a
    language there is no formula for.
    """
    if language.split("-")[0] not in ("en", "es"):
        raise ValueError(f"there is no reading measure for the language '{language}'")
    language = language.split("-")[0]
    words = words_of(text)
    if not words:
        return Reading(language, 0, 0, 0, 0.0, 100.0, "no text")
    sentences = count_sentences(text)
    count = syllables_es if language == "es" else syllables_en
    syllables = sum(count(word) for word in words)
    per_sentence, per_word = len(words) / sentences, syllables / len(words)
    if language == "es":
        ease = 206.835 - 62.3 * per_word - per_sentence
        return Reading("es", len(words), sentences, syllables, 0.0, round(ease, 1), inflesz_word(ease))
    grade = 0.39 * per_sentence + 11.8 * per_word - 15.59
    ease = 206.835 - 1.015 * per_sentence - 84.6 * per_word
    return Reading("en", len(words), sentences, syllables, round(max(grade, 0.0), 1), round(ease, 1), "")


def fernandez_huerta(text: str) -> float:
    """Fernández Huerta's ease of a Spanish text, higher is easier: 206.84 - 60 x syllables per word - 1.02 x words
    per sentence."""
    words = words_of(text)
    if not words:
        return 100.0
    syllables = sum(syllables_es(word) for word in words)
    return round(206.84 - 60 * syllables / len(words) - 1.02 * len(words) / count_sentences(text), 1)


def inflesz_word(ease: float) -> str:
    """The word of the INFLESZ scale for an ease."""
    scale = ((80, "very easy"), (65, "fairly easy"), (55, "normal"), (40, "somewhat hard"))
    return next((word for least, word in scale if ease >= least), "very hard")


def words_of(text: str) -> list[str]:
    """The words of a text; numbers are not words to read by syllables, so they are left out."""
    return WORD.findall(text)


def count_sentences(text: str) -> int:
    """Sentences, list lines included; decimals, times and common abbreviations end none. At least 1."""
    plain = SHORT.sub(lambda m: m.group().replace(".", ""), NUMBER.sub("0", text))
    return max(1, sum(1 for part in ENDS.split(plain) if part.strip(" \t-•*\"'”’)")))


def syllables_en(word: str) -> int:
    """Syllables of an English word by rule: vowel groups, less silent endings, plus vowels that stay apart."""
    plain = re.sub(r"['’]s?$|['’]", "", word.lower())
    if plain in KNOWN_EN:
        return KNOWN_EN[plain]
    if len(plain) <= 2:
        return 1
    count = len(VOWELS_EN.findall(plain)) + len(BROKEN_EN.findall(plain))
    if SILENT_E.search(plain) or SILENT_ED.search(plain) or SILENT_ES.search(plain):
        count -= 1
    return max(1, count)


def syllables_es(word: str) -> int:
    """Syllables of a Spanish word: nuclei, where two strong vowels or an accented weak one stay apart."""
    plain = re.sub(r"(?<=q)u(?=[eiéí])|(?<=g)u(?=[eiéí])", "", word.lower())
    plain = re.sub(r"y(?![aeiouáéíóú])", "i", plain).replace("y", "ll").replace("h", "")
    count, previous = 0, ""
    for letter in plain:
        if letter in STRONG + WEAK + ACCENTED_WEAK and not _together(previous, letter):
            count += 1
        previous = letter
    return max(1, count)


def _together(before: str, letter: str) -> bool:
    """Whether a vowel joins the one before it in one syllable."""
    if not before or before not in STRONG + WEAK + ACCENTED_WEAK:
        return False
    if letter in ACCENTED_WEAK or before in ACCENTED_WEAK:
        return False
    return not (before in STRONG and letter in STRONG)
