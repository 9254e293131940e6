"""An address that only takes forms says so when a browser opens it, and leads back."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.foundation.ui.web.addressing import page_above


def test_what_only_takes_forms_is_no_empty_page(db):
    nurse = make_user("case_manager", make_site())
    answer = signed_in(nurse).get(reverse("coordination:undo", args=[uuid4()]))
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    page = answer.content.decode()
    assert "only takes what a form sends" in page
    assert '<a class="btn btn-primary" href="/">Go back</a>' in page


def test_a_program_that_sends_what_is_not_taken_gets_the_bare_answer(db):
    assert Client().put(reverse("ui:help")).content == b""


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/team/assign/", "/team/"),
        ("/p/01a203c2-008b-76d9-a264-f3e0a0b0fb2e/note/", "/p/01a203c2-008b-76d9-a264-f3e0a0b0fb2e/"),
        ("/task/01a203c2-008b-76d9-a264-f3e0a0b0fb2e/done/", "/"),
        ("/team/", "/"),
        ("/", "/"),
    ],
)
def test_the_way_back_is_the_patient_the_section_or_the_list(path, above):
    assert page_above(path) == above
