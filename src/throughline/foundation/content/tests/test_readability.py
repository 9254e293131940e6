"""Pinned texts and words: the measure of a text never moves on its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.content.readability import (
    count_sentences,
    fernandez_huerta,
    inflesz_word,
    measure,
    syllables_en,
    syllables_es,
    words_of,
)

ENGLISH = {
    "the": 1, "people": 2, "medicine": 3, "table": 2, "baked": 1, "wanted": 2, "breathing": 2, "area": 3, "idea": 3,
    "science": 2, "diabetes": 4, "quiet": 2, "created": 3, "changes": 2, "nurses": 2, "weight": 1, "kidney": 2,
    "usual": 3, "evaluation": 5, "being": 2, "radio": 3, "patient": 2, "social": 2, "appointment": 3, "nurse's": 1,
}  # fmt: skip
SPANISH = {
    "agua": 2, "guerra": 2, "pingüino": 3, "día": 2, "país": 2, "leer": 2, "oído": 3, "rey": 1, "muy": 1, "ahora": 3,
    "ciudad": 2, "cuidado": 3, "enfermera": 4, "aéreo": 4, "quiero": 2, "averiguáis": 4, "reunión": 2, "yo": 1,
}  # fmt: skip
PLAIN_EN = (
    "Weigh yourself each morning. Write the number down. "
    "Call your nurse if you gain 3 pounds in one day or 5 pounds in one week."
)
PLAIN_ES = (
    "Pésese cada mañana. Escriba el número. Llame a su enfermera si sube 3 libras en un día o 5 libras en una semana."
)
HARD_EN = (
    "The multidisciplinary rehabilitation programme necessitates comprehensive evaluation of cardiopulmonary "
    "functioning, pharmacological adherence and psychosocial determinants before initiation."
)


@pytest.mark.parametrize(("word", "count"), ENGLISH.items())
def test_english_syllables(word: str, count: int) -> None:
    assert syllables_en(word) == count


@pytest.mark.parametrize(("word", "count"), SPANISH.items())
def test_spanish_syllables(word: str, count: int) -> None:
    assert syllables_es(word) == count


def test_pinned_texts() -> None:
    plain = measure(PLAIN_EN)
    assert (plain.words, plain.sentences, plain.syllables, plain.grade) == (23, 3, 26, 0.7)
    assert plain.plain_enough
    assert not measure(HARD_EN).plain_enough
    assert measure(HARD_EN).grade > 20
    spanish = measure(PLAIN_ES, "es")
    assert (spanish.words, spanish.sentences, spanish.syllables, spanish.ease) == (21, 3, 41, 78.2)
    assert (spanish.word, spanish.plain_enough) == ("fairly easy", True)
    assert fernandez_huerta(PLAIN_ES) == 82.6


def test_the_formula_by_hand() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 x 6 + 11.8 x 1 - 15.59 is below zero, shown as 0.
    assert measure("The cat sat on the mat.").grade == 0.0
    # 4 words, 1 sentence, 12 syllables: 0.39 x 4 + 11.8 x 3 - 15.59 = 21.37.
    assert measure("Medicine appointment hospital medicine.").grade == 21.4


def test_sentences_end_where_people_end_them() -> None:
    assert count_sentences("Dr. Ruiz sees you at 9:30 a.m. on Friday.\nBring:\n- your pills\n- 2.5 mg tablets") == 4
    assert count_sentences("It costs $3.50 a day. Can you pay?") == 2
    assert count_sentences("no end") == 1


@pytest.mark.parametrize(
    ("ease", "word"), [(80, "very easy"), (79.9, "fairly easy"), (54.9, "somewhat hard"), (0, "very hard")]
)
def test_inflesz_scale(ease: float, word: str) -> None:
    assert inflesz_word(ease) == word


def test_an_empty_text_and_an_unknown_language() -> None:
    assert measure("").grade == 0.0
    with pytest.raises(ValueError, match="no reading measure"):
        measure("Bonjour", "fr")


@given(st.text(max_size=300))
def test_any_text_can_be_measured(text: str) -> None:
    for language in ("en", "es-US"):
        reading = measure(text, language)
        assert reading.words == len(words_of(text))
        assert reading.syllables >= reading.words
        assert reading.sentences >= (1 if reading.words else 0)


@given(st.integers(min_value=1, max_value=30), st.integers(min_value=1, max_value=30))
def test_longer_sentences_are_harder(few: int, more: int) -> None:
    short, long = " ".join(["table"] * few) + ".", " ".join(["table"] * (few + more)) + "."
    assert measure(long).ease < measure(short).ease
