"""What is drawn once for many pages: it holds nothing of the page it was drawn for."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation


def bar(path="/", who="Rosa Diaz, RN", token="first", **more):
    request = RequestFactory().get(path)
    request.user, request.session = who, {}
    return Template("{% load ui %}{% topbar %}").render(Context({"request": request, "csrf_token": token, **more}))


def test_the_top_bar_keeps_no_token_path_or_patient_of_another_page():
    first = bar(path="/intake/", token="first", patient_id="one")
    second = bar(path="/search/", token="second", patient_id="two")
    assert 'value="first"' in first
    assert 'name="about" value="one"' in first
    assert 'value="/intake/"' in first
    assert 'value="second"' in second
    assert 'name="about" value="two"' in second
    assert 'value="/search/"' in second
    assert "first" not in second
    assert "intake/" not in second.replace('href="/intake/', "")
    assert 'name="about"' not in bar()


def test_the_top_bar_is_of_who_looks_and_escapes_what_it_is_given():
    assert "Rosa Diaz, RN" in bar()
    assert "Sam Lee, RN" in bar(who="Sam Lee, RN")
    assert "<b>x</b>" not in bar(path='/"><b>x</b>', who="<b>x</b>")
    assert 'value="dark" aria-pressed="true"' in bar(appearance={"theme": "dark"})
    assert 'value="dark" aria-pressed="true"' not in bar(appearance={})


def test_a_part_drawn_once_is_drawn_in_each_language():
    part = Template("{% load ui i18n %}{% once %}{% translate 'Save' %}{% endonce %}")
    english = part.render(Context())
    with translation.override("es"):
        spanish = part.render(Context())
    assert english == part.render(Context()) == "Save"
    assert spanish != english


def test_a_part_drawn_once_may_name_nothing_of_the_page():
    with pytest.raises(AttributeError):
        Template("{% load ui %}{% once %}{{ name }}{% endonce %}").render(Context({"name": "Rosa"}))
