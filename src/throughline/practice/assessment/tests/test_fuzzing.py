"""Whatever a browser can send: no answer breaks a page, nothing is half kept, totals equal another way of adding.

Sixty forms in the suite; THROUGHLINE_FUZZ=10000 drives as many (docs/benchmarks.md says what that found).
"""

import os
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.models import AnswerRow, Assessment
from throughline.practice.assessment.records import Item, Kind
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.definition import every_item
from throughline.record.cases.tests.factories import make_case, make_patient

pytestmark = pytest.mark.django_db
FORMS = int(os.environ.get("THROUGHLINE_FUZZ", "60"))
WILD = st.one_of(
    st.text(max_size=30), st.integers().map(str), st.floats().map(str), st.sampled_from(["absent:refused", "absent:x"])
)


def _picks(item: Item) -> st.SearchStrategy[str]:
    known = [option.key for option in item.options] or ["yes", "no", "0", "3", "10", "2026-02-30", "2025-01-31"]
    return st.one_of(st.sampled_from(known), st.sampled_from(known), st.sampled_from(["absent:refused"]), WILD)


@st.composite
def forms(draw: st.DrawFn) -> tuple[str, dict[str, list[str]], bool]:
    """An instrument and a form somebody might send for it, as a whole page or as a fragment."""
    key = draw(st.sampled_from(sorted(library.instruments())))
    items = [item for item in every_item(library.instruments()[key].items) if item.kind is not Kind.GROUP]
    chosen = draw(st.lists(st.sampled_from(items), min_size=1, max_size=12, unique_by=lambda item: item.id))
    form: dict[str, list[str]] = {"asked": [item.id for item in chosen]}
    for item in chosen:
        prefix = draw(st.sampled_from(["q", "q", "q", "q", "t", "a", "w"]))
        form[f"{prefix}:{item.id}"] = draw(st.lists(_picks(item), min_size=1, max_size=2))
    if draw(st.booleans()):
        form["asked"].append(draw(st.text(max_size=12)))
    return key, form, draw(st.booleans())


@pytest.fixture(scope="module")
def browser(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """A nurse with one patient, for all the forms; everything is taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        site = make_site()
        nurse = make_user("case_manager", site)
        patient = make_patient(site)
        make_case(site, nurse, patient=patient)
        client = Client(raise_request_exception=False)
        client.force_login(nurse)
        yield client, patient
        transaction.set_rollback(True)


@settings(
    max_examples=FORMS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=forms())
def test_no_form_breaks_the_runner_or_is_half_kept(browser: Any, sent: tuple[str, dict[str, list[str]], bool]) -> None:
    client, patient = browser
    key, form, fragment = sent
    with transaction.atomic():
        client.post(reverse("assessment:start", args=[patient.id]), {"instrument": key})
        found = Assessment.objects.get(patient=patient, instrument=key, signed_at__isnull=True)
        headers = {"HX-Request": "true"} if fragment else {}
        before = set(AnswerRow.objects.filter(assessment=found).values_list("place", flat=True))
        reply = client.post(reverse("assessment:answer", args=[found.id]), form, headers=headers)
        assert reply.status_code in (200, 204, 302, 422), reply.content[-400:]
        kept = set(AnswerRow.objects.filter(assessment=found).values_list("place", flat=True))
        if reply.status_code == 422:
            assert kept == before, "a refused form keeps nothing"
        page = client.get(reverse("assessment:run", args=[found.id]))
        assert page.status_code == 200
        review = client.post(reverse("assessment:review", args=[found.id]))
        assert review.status_code in (302, 422)
        if review.status_code == 302:
            found.refresh_from_db()
            assert found.outcome is not None
            if key in ("phq9", "gad7", "phq2") and found.score:
                points = {option.key: option.score for option in library.instruments()[key].items[0].options}
                items = library.instruments()[key].totals[0].items
                rows = AnswerRow.objects.filter(assessment=found, place__in=items)
                assert sum(points[row.value[0]["option"]] for row in rows) == int(found.score)
        transaction.set_rollback(True)
