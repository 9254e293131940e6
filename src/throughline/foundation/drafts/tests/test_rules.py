"""Keys, versions of fields, the comparison of two texts word by word, and how two edits become one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundation.drafts import rules
from throughline.foundation.drafts.records import Key

WHO = UUID("0190a1b2-0000-7000-8000-000000000001")
TEXT = st.text(alphabet="ab \n.,é", max_size=40)
LABELS = {"words": "Words", "language": "Language"}


def test_a_key_names_a_form_and_what_it_is_about():
    assert rules.read_key("people.register") == Key("people.register")
    key = rules.read_key(f"desk.note/patient_id/{WHO}")
    assert key == Key("desk.note", "patient_id", WHO)
    assert str(key) == f"desk.note/patient_id/{WHO}"


@pytest.mark.parametrize("text", ["", "Note", "desk.note/patient_id/", "desk.note/patient_id/x", "a b", "x!"])
def test_anything_else_marks_no_form(text):
    with pytest.raises(ValueError, match="marks no form"):
        rules.read_key(text)


def test_an_empty_form_is_no_draft():
    assert not rules.is_worth_keeping({"text": ("  ",), "close": ()})
    assert rules.is_worth_keeping({"text": ("",), "note": ("Called",)})


def test_the_same_text_is_the_same_version_however_its_lines_end():
    assert rules.version_of("one\r\ntwo ") == rules.version_of("one\ntwo")
    assert rules.version_of("one") != rules.version_of("two")


def test_differences_are_marked_by_whole_words():
    mine, theirs = rules.compare("She sleeps in her own bed", "She sleeps in a chair")
    assert [(p.text, p.only) for p in mine] == [("She sleeps in ", ""), ("her own bed", "yours")]
    assert [(p.text, p.only) for p in theirs] == [("She sleeps in ", ""), ("a chair", "theirs")]


@given(TEXT, TEXT)
def test_the_pieces_joined_are_the_texts_again(yours, theirs):
    mine, other = rules.compare(yours, theirs)
    assert "".join(p.text for p in mine) == yours
    assert "".join(p.text for p in other) == theirs
    assert (yours == theirs) is not any(p.only for p in (*mine, *other))


@given(TEXT, TEXT)
def test_both_has_every_word_of_both(yours, theirs):
    whole = rules.both(yours, theirs)
    assert set(yours.split()) | set(theirs.split()) <= set(whole.split())


def test_both_says_once_what_both_say():
    yours, theirs = "I cook on Sundays. For my daughter.", "I cook on Sundays. For my sister. At home."
    assert rules.both(yours, theirs) == "I cook on Sundays. For my sister. At home. For my daughter."
    assert rules.both("bed", "") == "bed"
    assert rules.both("Dana\nLee", "Dana\nRosa") == "Dana\nRosa\nLee"


def settle(yours, now, saw, **chosen):
    seen = {field: rules.version_of(value) for field, value in saw.items()}
    return rules.settle(labels=LABELS, seen=seen, yours=yours, now=now, chosen=chosen)


BEFORE = {"words": "bed", "language": "en"}


def test_one_who_edits_alone_gets_what_she_wrote():
    settled = settle({"words": "chair", "language": "en"}, BEFORE, BEFORE)
    assert settled.values == {"words": "chair", "language": "en"}
    assert not settled.conflicts
    assert not settled.theirs


def test_different_fields_merge_and_the_colleague_s_is_named():
    settled = settle({"words": "chair", "language": "en"}, {"words": "bed", "language": "es"}, BEFORE)
    assert settled.values == {"words": "chair", "language": "es"}
    assert settled.theirs == ("language",)
    assert not settled.conflicts


def test_the_same_field_changed_alike_is_no_matter():
    settled = settle({"words": "chair "}, {"words": "chair", "language": "en"}, BEFORE)
    assert settled.values["words"] == "chair"
    assert not settled.conflicts


def test_the_same_field_changed_differently_shows_both_texts():
    settled = settle({"words": "my chair"}, {"words": "the sofa", "language": "en"}, BEFORE)
    (conflict,) = settled.conflicts
    assert (conflict.yours, conflict.theirs, conflict.label) == ("my chair", "the sofa", "Words")
    assert conflict.both == "the sofa\n\nmy chair"


@pytest.mark.parametrize(
    ("choice", "kept"), [("yours", "my chair"), ("theirs", "the sofa"), ("both", "the sofa\n\nmy chair")]
)
def test_a_choice_between_texts_both_seen_is_carried_out(choice, kept):
    now = {"words": "the sofa", "language": "en"}
    settled = settle({"words": "my chair"}, now, now, words=choice)
    assert settled.values["words"] == kept
    assert not settled.conflicts


@pytest.mark.parametrize("choice", ["yours", "theirs", "both"])
def test_a_third_change_before_the_choice_arrives_is_a_conflict_again(choice):
    shown = {"words": "the sofa", "language": "en"}
    settled = settle({"words": "my chair"}, {"words": "the bed", "language": "en"}, shown, words=choice)
    assert [one.theirs for one in settled.conflicts] == ["the bed"]


@given(TEXT, TEXT, TEXT)
def test_no_text_is_lost_whatever_two_people_write(before, yours, theirs):
    settled = settle({"words": yours}, {"words": theirs, "language": ""}, {"words": before})
    kept = settled.values["words"] + " " + " ".join(one.theirs for one in settled.conflicts)
    if yours.strip() != before.strip():
        assert set(yours.split()) <= set(kept.split())
    if theirs.strip() != before.strip() and yours.strip() != before.strip():
        assert set(theirs.split()) <= set(kept.split())


def test_in_a_field_of_one_line_both_follow_each_other_on_one_line():
    assert rules.both("Ring the clinic", "Ask for a ride", one_line=True) == "Ask for a ride; Ring the clinic"
    now = {"words": "the sofa", "language": "en"}
    settled = rules.settle(
        labels={"words": "Words"},
        seen={"words": rules.version_of("my bed")},
        yours={"words": "my chair"},
        now=now,
        chosen={},
        one_line={"words"},
    )
    assert settled.conflicts[0].both == "the sofa; my chair"
