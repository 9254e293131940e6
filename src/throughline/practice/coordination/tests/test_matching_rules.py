"""Who fits: licence before all, then competence, language, acquaintance and load; each with its reason."""

from datetime import date

from throughline.practice.coordination.records.delegation import Colleague, Work
from throughline.practice.coordination.rules.matching import match, ranked

TODAY = date(2026, 3, 9)
OHIO = (("RN", "OH", date(2027, 1, 1), False),)


def fit(text, language="", state="OH", **fields):
    colleague = Colleague("x", fields.pop("name", "Petra"), **fields)
    return match(Work(text, language, state), colleague, on=TODAY)


def words(found, mark):
    return "; ".join(why for kind, why in found.reasons if kind == mark)


def test_a_nursing_act_asks_for_a_licence_in_the_patients_state():
    assert fit("Teach the inhaler", licences=OHIO).may
    assert not fit("Teach the inhaler").may
    elsewhere = fit("Teach the inhaler", licences=(("RN", "KY", None, False),))
    assert not elsewhere.may
    assert words(elsewhere, "no") == "licensed in KY, the patient is in OH; single-state licence"
    assert fit("Order a ride").may


def held(name, state, *, multistate=True, until=None):
    return {"licences": ((name, state, until, multistate),)}


def test_a_multistate_licence_of_a_compact_state_holds_in_another_and_a_single_state_one_does_not():
    assert fit("Teach the inhaler", **held("RN", "KY")).may
    assert "multistate: holds in OH by the Nurse Licensure Compact" in words(fit("Teach", **held("LPN", "KY")), "ok")
    assert "unreviewed" in words(fit("Teach", **held("LPN", "KY")), "ok")
    assert not fit("Teach the inhaler", **held("RN", "KY", multistate=False)).may
    assert not fit("Teach the inhaler", **held("RN", "KY", until=date(2026, 3, 8))).may


def test_outside_the_compact_a_multistate_mark_helps_nobody():
    assert not fit("Teach the inhaler", state="MI", **held("RN", "OH")).may
    assert "does not honor" in words(fit("Teach the inhaler", state="MI", **held("RN", "OH")), "no")
    assert not fit("Teach the inhaler", **held("RN", "CA")).may
    assert not fit("Assess the wound", **held("NP", "KY")).may, "advanced practice is not in the compact"
    assert not fit("Teach the inhaler", state="MA", **held("RN", "OH")).may, "signed, not in force"


def test_the_licence_of_the_patients_own_state_is_named_before_a_multistate_one():
    both = (("RN", "KY", None, True), ("RN", "OH", None, False))
    assert words(fit("Teach the inhaler", licences=both), "ok").startswith("licensed as RN in OH")


def test_an_expired_licence_is_none_and_its_last_day_still_is_one():
    assert not fit("Assess the wound", licences=(("RN", "OH", date(2026, 3, 8), False),)).may
    assert fit("Assess the wound", licences=(("RN", "OH", TODAY, False),)).may


def test_assessment_is_not_delegated_below_a_registered_nurse():
    practical = (("LPN", "OH", None, False),)
    assert fit("Change the dressing", licences=practical).may
    assert not fit("Assess after the fall", licences=practical).may


def test_competence_language_and_acquaintance_raise_load_and_absence_lower():
    plain = fit("Wound care at home", licences=OHIO)
    skilled = fit("Wound care at home", licences=OHIO, competences=("wound care",))
    assert skilled.score > plain.score
    assert "competent in wound care" in words(skilled, "ok")
    somali = fit("Call her", "so", languages=("so",))
    other = fit("Call her", "so")
    assert somali.score > other.score
    assert words(other, "warn") == "needs an interpreter"
    assert fit("Call her", on_team=True).score > fit("Call her", on_team=True, points=30).score
    away = fit("Call her", away="away until Mar 12, Dana covers")
    assert away.score < fit("Call her").score
    assert "Dana covers" in words(away, "warn")


def test_those_who_may_not_stand_last_whatever_their_score():
    free = fit("Teach insulin", name="Aida", competences=("insulin teaching",), on_team=True)
    busy = fit("Teach insulin", name="Bo", licences=OHIO, points=60)
    assert [m.name for m in ranked([free, busy])] == ["Bo", "Aida"]
