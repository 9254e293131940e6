"""Names, phones, dates, tokens and what a search text means, without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.record.people.rules.dates import age_words, birth_words, read_birth_date
from throughline.record.people.rules.intent import read_search
from throughline.record.people.rules.judging import Candidate, judge, same_name
from throughline.record.people.rules.names import also_called, display_name, fold, sort_name, sound, words
from throughline.record.people.rules.phones import parse_phone, read_phone, show_phone
from throughline.record.people.rules.tokens import Findable, NameWords, entry_of, tokens_for

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Núñez", "nunez"),
        ("O’Brien", "obrien"),
        ("  Łukasiewicz-Nguyễn ", "lukasiewicz nguyen"),
        ("GROẞ", "gross"),
        ("Jørgensen", "jorgensen"),
    ],
)
def test_folding_evens_out_accents_apostrophes_and_case(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "includes"),
    [
        ("de la Cruz", {"cruz", "delacruz"}),
        ("O Brien", {"brien", "obrien"}),
        ("Smith-Jones", {"smith", "jones", "smithjones"}),
        ("van der Berg", {"berg", "vanderberg"}),
        ("Dr. Ana", {"ana"}),
        ("De", {"de"}),
    ],
)
def test_words_of_a_name_are_found_apart_and_joined(written, includes):
    assert includes <= set(words(written))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("catherine", "kathryn"),
        ("smith", "smyth"),
        ("garcia", "garsia"),
        ("gonzalez", "gonzales"),
        ("hernandez", "ernandes"),
        ("stephen", "steven"),
        ("jimenez", "ximenez"),
        ("jimenez", "gimenez"),
        ("thompson", "tompson"),
        ("nguyen", "nuyen"),
        ("muhammad", "mohamed"),
    ],
)
def test_names_that_sound_alike_have_one_key(one, other):
    assert sound(one) == sound(other) != ""


@pytest.mark.parametrize(("one", "other"), [("garcia", "martinez"), ("smith", "jones"), ("ana", "rosa")])
def test_names_that_sound_different_have_different_keys(one, other):
    assert sound(one) != sound(other)


def test_a_nickname_and_its_name_know_each_other():
    assert "margaret" in also_called("peggy")
    assert "peggy" in also_called("margaret")


def test_display_and_order_of_a_name():
    parts = {"given": "Ana", "middle": "Luz", "family": "de la Cruz", "suffix": "Jr"}
    assert display_name(**parts) == "Ana Luz de la Cruz Jr"
    assert sort_name(**parts) == "de la Cruz Jr, Ana Luz"
    assert display_name(given="", family="") == "Name not recorded"


@pytest.mark.parametrize(
    "text",
    ["5552014477", "(555) 201-4477", "555.201.4477", "+1 555 201 4477", "1-555-201-4477", "555 201 4477 ext. 9"],
)
def test_a_phone_in_any_form_is_one_phone(text):
    assert read_phone(text)[0] == "+15552014477"


def test_phones_from_abroad_and_unreadable_ones():
    assert read_phone("+52 55 1234 5678") == ("+525512345678", "")
    assert read_phone("+44 20 7946 0958 x12") == ("+442079460958", "12")
    assert read_phone("call the daughter") == ("", "")
    assert show_phone("+15552014477") == "(555) 201-4477"
    assert show_phone("+525512345678") == "+52 55 1234 5678"


@pytest.mark.parametrize(
    "text",
    [
        "03/14/1943",
        "3/14/43",
        "3-14-43",
        "03.14.1943",
        "1943-03-14",
        "14 Mar 1943",
        "14-Mar-1943",
        "march 14 1943",
        "March 14th, 1943",
        "Mar. 14, 1943",
        "14 de marzo de 1943",
        "03141943",
        "19430314",
        "14/03/1943",
    ],
)
def test_a_birth_date_in_any_common_form(text):
    assert read_birth_date(text, today=TODAY) == date(1943, 3, 14)


@pytest.mark.parametrize("text", ["02/30/1950", "13/13/1950", "03/14/2031", "1799-01-01", "yesterday", "", "3/14"])
def test_what_cannot_be_a_birth_date_is_none(text):
    assert read_birth_date(text, today=TODAY) is None


def test_a_two_digit_year_can_mean_either_century_until_it_lies_ahead():
    assert read_search("3/14/20", today=TODAY).dates == (date(1920, 3, 14), date(2020, 3, 14))
    assert read_search("3/14/43", today=TODAY).dates == (date(1943, 3, 14),)


FORMS = ["%m/%d/%Y", "%Y-%m-%d", "%d %b %Y", "%B %d, %Y", "%m-%d-%Y", "%d %B %Y", "%b %d %Y", "%m.%d.%Y"]


@given(st.dates(min_value=TODAY - timedelta(days=110 * 365), max_value=TODAY), st.sampled_from(FORMS))
def test_every_birth_date_reads_back_in_every_form(day, form):
    assert read_birth_date(day.strftime(form), today=TODAY) == day


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(1943, 3, 14), "82 y"),
        (date(1943, 3, 2), "83 y"),
        (date(2024, 4, 1), "23 mo"),
        (date(2026, 2, 20), "10 d"),
        (None, "age not recorded"),
    ],
)
def test_age_as_a_nurse_says_it(born, age):
    assert age_words(born, TODAY) == age


@pytest.mark.parametrize("nobodys", [date(1, 1, 1), date(9999, 12, 31), date(2026, 3, 3)])
def test_a_birth_date_nobody_has_gives_no_age(nobodys):
    for precision in ("day", "year"):
        assert age_words(nobodys, TODAY, precision) == "age not known"


def test_someone_born_on_the_leap_day_turns_older_on_the_first_of_march():
    born = date(2000, 2, 29)
    assert (age_words(born, date(2025, 2, 28)), age_words(born, date(2025, 3, 1))) == ("24 y", "25 y")


def test_a_birth_date_known_to_the_year_shows_the_year():
    assert birth_words(date(1943, 1, 1), "year") == "1943"
    assert age_words(date(1943, 1, 1), TODAY, "year") == "about 83 y"


def test_a_search_text_is_taken_apart():
    intent = read_search("Garcia, Ana 03/14/1943 (555) 201-4477 MRN: A-0042", today=TODAY)
    assert intent.words == ("garcia", "ana")
    assert intent.dates == (date(1943, 3, 14),)
    assert intent.digits == ("5552014477",)
    assert intent.numbers == ("A0042",)


def test_a_year_beside_a_name_is_a_birth_year_and_alone_is_digits():
    assert read_search("garcia 1943", today=TODAY).year == 1943
    assert read_search("1943", today=TODAY).digits == ("1943",)
    assert read_search("x", today=TODAY).is_empty


def test_one_letter_may_be_a_whole_name_and_digits_are_digits_in_every_script():
    assert not read_search("王", today=TODAY).is_empty
    assert read_search("é", today=TODAY).is_empty
    assert read_search("５５５-２０１-４４７７", today=TODAY).digits == ("5552014477",)
    assert read_search("٠٣/١٤/١٩٤٣", today=TODAY).dates == (date(1943, 3, 14),)
    assert read_search("ＭＲ－００４２", today=TODAY).numbers == ("MR0042",)
    assert "IMR0042" in entry_of(Findable((NameWords("Ana"),), record_numbers=("ＭＲ－００４２",)))


@given(st.text(max_size=200))
def test_any_text_can_be_searched_for(text):
    intent = read_search(text, today=TODAY)
    assert isinstance(intent.read_as(), str)


@given(
    country=st.sampled_from(["", "1", "+1", "1-", "+1 ", "1.", "0", "11"]),
    area=st.from_regex(r"[0-9]{3}", fullmatch=True),
    exchange=st.from_regex(r"[0-9]{3}", fullmatch=True),
    line=st.from_regex(r"[0-9]{3,5}", fullmatch=True),
    form=st.sampled_from(
        ["({}) {}-{}", "({}){}-{}", "{}-{}-{}", "{}.{}.{}", "{} {} {}", "{}{}{}", "{}-{} {}", "{} - {} {}"]
    ),
    after=st.sampled_from(["", " ", " x12", " ext. 7", "\n"]),
)
def test_a_plain_number_is_read_as_the_library_reads_it(country, area, exchange, line, form, after):
    text = country + form.format(area, exchange, line) + after
    assert read_phone(text) == parse_phone(text, "US")


def test_tokens_hold_both_orders_and_no_name_twice():
    tokens = tokens_for(
        Findable(
            names=(NameWords("Ana", "Luz", "Núñez"), NameWords("Ana", "", "Ruiz")),
            birth_date=date(1943, 3, 14),
            phones=("+15552014477",),
            record_numbers=("MR-0042",),
        )
    )
    assert {("N", "nunez ana"), ("N", "ana nunez"), ("N", "ruiz ana"), ("N", "luz nunez")} <= set(tokens)
    assert {("Y", "1943 nunez"), ("P", "5552014477"), ("R", "77441025551"), ("I", "MR0042"), ("J", "2400RM")} <= set(
        tokens
    )
    assert len(tokens) == len(set(tokens))


def test_tokens_leave_out_what_no_search_asks_for():
    tokens = entry_of(Findable((NameWords("Ana", "", "Smith-Jones 1234"),), birth_date=date(1943, 3, 14)))
    assert not [token for token in tokens if token[0] in "NSY" and "1234" in token.split()]
    assert {"Nsmith jones", "Njones smith", "Nana smithjones1234", "Nsmithjones1234 ana", "Y1943 ana"} <= set(tokens)
    double = entry_of(Findable((NameWords("Ana", "", "Smith-Jones"),)))
    assert {"Nsmith jones", "Nana smithjones", "Nsmithjones ana", "Nana jones"} <= set(double)
    assert not {"Njones smithjones", "Nsmithjones jones"} & set(double)
    near = entry_of(Findable((NameWords("", "", "Ana"), NameWords("", "", "Anaya"))))
    assert "Nana anaya" in near  # two family names, though one begins as the other does


@given(
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60)), max_size=8),
    st.lists(st.text(max_size=130), max_size=5),
)
def test_tokens_never_outgrow_their_column(names, numbers):
    found = tokens_for(Findable(tuple(NameWords(*name) for name in names), record_numbers=tuple(numbers)))
    assert len(found) <= 120
    assert all(len(token) <= 120 and "\x00" not in token for _, token in found)


def _judge(text, **known):
    shown = {"display_name": "Margaret Núñez", "preferred_name": "", "birth_date": date(1943, 3, 14)} | known
    names = frozenset(known.pop("name_words", frozenset(words(shown["display_name"]))))
    return judge(read_search(text, today=TODAY), Candidate(**(shown | {"name_words": names})))


def test_exact_words_fit_better_than_starts_nicknames_slips_and_sounds():
    scores = [_judge(text)[0] for text in ("nunez", "nun", "peggy", "nunes", "noonyez")[:4]]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_reasons_name_what_matched_otherwise():
    assert _judge("peggy")[1] == ("Peggy is short for Margaret",)
    assert _judge("ruiz", name_words={"margaret", "nunez", "ruiz"})[1] == ("also known as Ruiz",)
    assert _judge("nunez 1943")[1] == ("born in 1943",)
    assert _judge("4477", phones=frozenset({"15552014477"}))[1] == ("phone ending 4477",)


def test_a_name_with_digits_as_test_systems_write_them_is_a_name():
    assert _judge("kuhn96 abe6", name_words={"abe604", "kuhn96"})[0] > 0
    assert _judge("kuhn97", name_words={"abe604", "kuhn96"}) is None


def test_every_part_must_fit():
    assert _judge("nunez 1950") is None
    assert _judge("margaret ruiz") is None
    assert _judge("03/14/1944 nunez") is None


def test_same_names_are_those_that_could_be_mistaken():
    assert same_name("Ana Garcia", "Anna María García")
    assert not same_name("Ana Garcia", "Ana Perez")
