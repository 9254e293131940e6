"""The crowd is the same on every run, each row fits its table, and its search tokens are those of everybody else."""

from collections import Counter
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from throughline.edge.site.seeding import copying, crowd
from throughline.edge.site.seeding.stories import read_seeds
from throughline.record.people.rules.tokens import Findable, NameWords, tokens_for

SITE = UUID(int=1)
NURSES = tuple((UUID(int=100 + n), f"Volume Nurse {n}") for n in range(3))
DRAWN_FROM = read_seeds().crowd
VOCABULARY = read_seeds().vocabulary
PLAN = crowd.Plan(SITE, date(2026, 3, 9), DRAWN_FROM, VOCABULARY, NURSES, crowd.readings(DRAWN_FROM, VOCABULARY), 20, 8)


@given(number=st.integers(0, 2_500))
def test_a_person_is_the_same_whenever_asked_and_fits_the_tables(number: int) -> None:
    rows = list(crowd.rows_of(number, PLAN))
    assert rows == list(crowd.rows_of(number, PLAN))
    assert all(len(row) == len(crowd.COLUMNS[table]) for table, row in rows)
    counts = Counter(table for table, _ in rows)
    assert counts["people_patient"] == counts["people_patientname"] == 1
    assert counts["chart_observation"] == PLAN.observations
    assert counts["cases_case"] == (number % PLAN.people_per_case == 0)


def test_no_two_rows_of_a_table_have_the_same_id() -> None:
    ids = [
        (table, row[0])
        for number in range(2_000)
        for table, row in crowd.rows_of(number, PLAN)
        if crowd.COLUMNS[table][0] == "id"
    ]
    assert len(ids) == len(set(ids))


def test_ids_are_version_7_and_rise_with_the_number() -> None:
    ids = [crowd.identity("observation", number) for number in (0, 1, 4_095, 4_096, 70_000_000, 500_000_000)]
    assert ids == sorted(ids)
    assert {UUID(found).version for found in ids} == {7}


def test_a_nurse_has_120_cases_before_the_next_begins() -> None:
    owners = Counter(crowd.nurse_of(number, PLAN)[1] for number in range(8 * 240) if number % PLAN.people_per_case == 0)
    assert owners == {"Volume Nurse 0": 120, "Volume Nurse 1": 120}


def test_nothing_is_taken_or_opened_after_the_day_it_is_made_for() -> None:
    for number in range(300):
        for table, row in crowd.rows_of(number, PLAN):
            named = dict(zip(crowd.COLUMNS[table], row, strict=True))
            for column in ("effective_at", "effective_until", "opened_at", "at", "created_at", "last_contact_at"):
                assert named.get(column) is None or named[column] <= PLAN.now, (table, column)


@given(
    given_name=st.sampled_from(DRAWN_FROM["female"] + DRAWN_FROM["male"]),
    family=st.sampled_from(DRAWN_FROM["family"]),
    year=st.integers(1920, 2010),
)
def test_the_tokens_of_a_name_are_the_products_own(given_name: str, family: str, year: int) -> None:
    ours = list(crowd._tokens(given_name, "Q", family, year))
    theirs = tokens_for(Findable((NameWords(given_name, "Q", family),), birth_date=date(year, 5, 5)))
    assert sorted(ours) == theirs


def test_a_line_is_escaped_as_copy_wants_it() -> None:
    row = ("a\tb\\c\nd", None, True, date(2026, 1, 2), ["1 “Oak” Road", 'x"y'], 1.5)
    assert copying.line(row, "\tz") == 'a\\tb\\\\c\\nd\t\\N\tt\t2026-01-02\t{"1 “Oak” Road","x\\\\"y"}\t1.5\tz\n'
