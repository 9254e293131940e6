"""Forms say how to mend a field; paper shows what is known and no form to fill in."""

from pathlib import Path

import pytest
from django import forms

CSS = Path(__file__).resolve().parents[1] / "static" / "throughline" / "css" / "components.css"


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        (forms.CharField(), "", "Fill this in."),
        (forms.SlugField(), "a b/c", "Use letters without accents, digits, - and _ only."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.DateField(), "someday", "Enter a date such as 03/14/2026."),
    ],
)
def test_a_field_says_what_to_do(field, typed, says):
    with pytest.raises(forms.ValidationError) as wrong:
        field.clean(typed)
    assert wrong.value.messages == [says]


def test_on_paper_the_patients_head_covers_nothing_and_no_form_is_left_empty():
    paper = CSS.read_text().partition("@media print {")[2]
    assert ".idbar { position: static" in paper
    assert ".quick, form.stack-s { display: none" in paper
