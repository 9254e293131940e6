"""How strongly two records point to one person, and the short cut that saves most of the weighing."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from throughline.record.people.rules.duplicates import LIKELY, Likeness, could_reach, weigh

NAMES = st.lists(st.sampled_from(["ana", "anna", "bob", "robert", "r", "ibarra", "ybarra", "solheim"]), max_size=3).map(
    tuple
)
FEW = st.frozensets(st.sampled_from(["1", "2"]), max_size=1)
LIKENESSES = st.builds(
    Likeness,
    givens=NAMES,
    families=NAMES,
    former_families=NAMES,
    birth_date=st.sampled_from([None, date(1943, 3, 4), date(1943, 4, 3), date(1944, 3, 4), date(1990, 1, 1)]),
    gender=st.sampled_from(["", "male", "female"]),
    phones=FEW,
    record_numbers=FEW,
    numbers=FEW,
    addresses=FEW,
)


@given(LIKENESSES, LIKENESSES, st.floats(min_value=0, max_value=40))
def test_the_short_cut_never_drops_a_pair_that_weighs_enough(one, other, least):
    if weigh(one, other).score >= least:
        assert could_reach(one, other, least)


def test_strangers_of_one_name_are_not_weighed():
    one = Likeness(givens=("ana",), families=("ibarra",), birth_date=date(1943, 3, 4))
    other = Likeness(givens=("ana",), families=("ibarra",), birth_date=date(1990, 1, 1))
    assert not could_reach(one, other, LIKELY)
