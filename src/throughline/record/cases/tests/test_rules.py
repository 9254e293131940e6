"""The transition table of a case, every state against every act."""

import pytest

from throughline.record.cases import rules
from throughline.record.cases.scopes import words_of

ALLOWED = {
    ("pending", "consent"): "active",
    ("active", "consent"): "active",
    ("paused", "consent"): "active",
    ("pending", "decline"): "closed",
    ("active", "decline"): "closed",
    ("paused", "decline"): "closed",
    ("active", "pause"): "paused",
    ("paused", "resume"): "active",
    ("pending", "close"): "closed",
    ("active", "close"): "closed",
    ("paused", "close"): "closed",
    ("closed", "reopen"): "active",
    ("closed", "reopen-unasked"): "pending",
}


@pytest.mark.parametrize("state", rules.STATE_WORDS)
@pytest.mark.parametrize("act", rules.TRANSITIONS)
def test_each_act_from_each_state(state, act):
    if (state, act) in ALLOWED:
        assert rules.apply(state, act) == ALLOWED[state, act]
    else:
        with pytest.raises(rules.UnableToMoveCase, match=rules.STATE_WORDS[state]):
            rules.apply(state, act)


def test_what_a_consent_is_about_is_said_in_words():
    assert words_of("part-2") == "substance use records (42 CFR Part 2)"
    assert words_of("research-registry") == "research registry"
