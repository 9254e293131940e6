"""The plan in plain words: every pathway whole in English and Spanish, plain enough, marked unreviewed."""

import pytest

from throughline.foundation.content.library import load
from throughline.foundation.content.readability import measure
from throughline.practice.assessment.rules.library import instruments
from throughline.practice.careplan.rules.library import fact_needs, pathways
from throughline.practice.careplan.rules.patient_words import has_words, read_words, reviewed, say, title_of

PATHWAYS = tuple(pathways())


def sentences(key):
    found = pathways()[key]
    own = [*(goal.text for goal in found.goals), *(one.text for one in found.actions)]
    return [found.title, *own, *found.education, *found.red_flags]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("key", PATHWAYS)
def test_every_sentence_a_patient_reads_has_plain_words(key, language):
    assert [sentence for sentence in sentences(key) if not has_words(sentence, language)] == []


@pytest.mark.parametrize("key", pathways())
def test_every_pathway_has_a_title_in_both_languages(key):
    title = pathways()[key].title
    assert has_words(title, "en")
    assert has_words(title, "es")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("key", PATHWAYS)
def test_the_words_are_plain_enough(key, language):
    text = "\n".join(say(sentence, language)[0] + "." for sentence in sentences(key))
    reading = measure(text, language)
    assert reading.plain_enough, reading


def test_what_has_no_wording_stays_english_and_says_so():
    assert say("Something a nurse wrote by hand", "es") == ("Something a nurse wrote by hand", "en")


def test_the_fifteen_pathways_are_whole_in_spanish():
    whole = {key for key in pathways() if all(has_words(sentence, "es") for sentence in sentences(key))}
    assert len(whole) == 15
    assert whole == set(pathways())


def test_every_wording_belongs_to_a_sentence_of_its_pathway():
    """A sentence changed in a pathway would otherwise lose its Spanish without anybody noticing."""
    for key in PATHWAYS:
        known = {" ".join(sentence.split()).casefold() for sentence in sentences(key)}
        assert set(load("patient_words", read_words)[key]) <= known


def test_the_examples_hold():
    for item in load("patient_words").values():
        for example in item.examples:
            assert say(example["says"], example["language"]) == (example["expect"], example["language"])


def test_our_own_words_are_not_reviewed_yet():
    assert not reviewed()


def test_every_need_the_product_raises_has_a_plain_title_in_both_languages():
    raised = {need.text for one in instruments().values() for need in one.needs} | {
        need.text for need in fact_needs().values()
    }
    assert [text for text in sorted(raised) if not (has_words(text, "en") and has_words(text, "es"))] == []
    assert set(load("patient_words", read_words)["needs"]) <= {text.casefold() for text in raised}, (
        "no need, no wording"
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_why_somebody_is_not_safe_does_not_stand_on_a_paper_that_lies_about(language):
    for text in ("Unsafe with someone close", "Thoughts of death or self-harm", "Not safe at home"):
        assert say(text, language)[0] in ("My safety", "Mi seguridad")


def test_needs_that_became_one_are_said_one_by_one():
    assert title_of("Depression (adult), Low mood, Anxiety", "es") == ("Ánimo bajo, preocupación", "es")
    assert title_of("Low mood, to be assessed", "es") == ("Cómo me siento", "es"), "a comma of its own title"
    assert title_of("Low mood, something of her own", "es") == ("Low mood, something of her own", "en")
