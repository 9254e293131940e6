"""Whatever a browser can send: no answer breaks a page, nothing is half kept, totals equal another way of adding.

Sixty forms in the suite, half of them for Questionnaires made up on the spot; THROUGHLINE_FUZZ=10000 drives as many
(docs/benchmarks.md says what that found). On two cores, each half in a process and a database of its own:

    THROUGHLINE_FUZZ=10000 pytest -n 2 --hypothesis-seed=1 src/throughline/practice/assessment/tests/test_fuzzing.py
"""

import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.models import AnswerRow, Assessment, InstrumentEdition
from throughline.practice.assessment.records import Item, Kind
from throughline.practice.assessment.rules import library
from throughline.practice.assessment.rules.definition import every_item
from throughline.practice.assessment.rules.fhir_questionnaire import CORE, SDC
from throughline.practice.assessment.rules.fhir_response import ORDINAL
from throughline.record.cases.tests.factories import make_case, make_patient

pytestmark = pytest.mark.django_db
FORMS = int(os.environ.get("THROUGHLINE_FUZZ", "60"))
HTMX = {"HX-Request": "true"}
NOW = datetime(2026, 3, 9, 15, tzinfo=UTC)
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


class Browser(Client):
    """Sends forms as browsers send those without a file: messages of many parts cost a tenth of it all."""

    def send(self, address: str, form: dict[str, Any], **headers: Any) -> Any:
        """Return the answer to a form."""
        kind = "application/x-www-form-urlencoded"
        return self.post(address, urlencode(form, doseq=True), content_type=kind, headers=headers)


# Nothing is written between two runs and nothing is read from one: a seed alone says which forms are sent.
DRIVEN = settings(
    max_examples=FORMS // 2,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def browser(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Any]:
    """A nurse with one patient, for all the forms; everything is taken back afterwards."""
    said = logging.getLogger("django.request")  # a line for each of thousands of forms refused, as they should be
    before, said.level = said.level, logging.CRITICAL
    with django_db_blocker.unblock(), transaction.atomic():
        site = make_site()
        nurse = make_user("case_manager", site)
        patient = make_patient(site)
        make_case(site, nurse, patient=patient)
        client = Browser(raise_request_exception=False)
        client.force_login(nurse)
        yield client, patient
        transaction.set_rollback(True)
    said.level = before


@DRIVEN
@given(sent=forms())
def test_no_form_breaks_the_runner_or_is_half_kept(browser: Any, sent: tuple[str, dict[str, list[str]], bool]) -> None:
    client, patient = browser
    key, form, fragment = sent
    with transaction.atomic():
        client.send(reverse("assessment:start", args=[patient.id]), {"instrument": key})
        found = Assessment.objects.get(patient=patient, instrument=key, signed_at__isnull=True)
        headers = HTMX if fragment else {}
        before = set(AnswerRow.objects.filter(assessment=found).values_list("place", flat=True))
        reply = client.send(reverse("assessment:answer", args=[found.id]), form, **headers)
        assert reply.status_code in (200, 204, 302, 422), reply.content[-400:]
        kept = set(AnswerRow.objects.filter(assessment=found).values_list("place", flat=True))
        if reply.status_code == 422:
            assert kept == before, "a refused form keeps nothing"
        page = client.get(reverse("assessment:run", args=[found.id]))
        assert page.status_code == 200
        review = client.send(reverse("assessment:review", args=[found.id]), {})
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


LEAVES = ("boolean", "integer", "decimal", "date", "string", "text", "choice", "open-choice", "quantity", "time")


@st.composite
def leaves(draw: st.DrawFn, link: str, earlier: list[str]) -> dict[str, Any]:
    """One question of a random kind, required, repeating, limited or asked only after another, or none of it."""
    row: dict[str, Any] = {"linkId": link, "type": draw(st.sampled_from(LEAVES)), "text": f"Question {link}"}
    row |= {name: True for name in ("required", "repeats") if draw(st.integers(0, 3)) == 0}
    if row["type"].endswith("choice"):
        row["answerOption"] = [{"valueCoding": {"code": f"c{n}", "display": f"Choice {n}"}} for n in range(3)]
    if row["type"] in ("integer", "decimal") and draw(st.booleans()):
        row["extension"] = [{"url": CORE + "maxValue", "valueInteger": draw(st.integers(0, 20))}]
    if earlier and draw(st.booleans()):
        row["enableWhen"] = [{"question": draw(st.sampled_from(earlier)), "operator": "exists", "answerBoolean": True}]
    return row


@st.composite
def questionnaires(draw: st.DrawFn) -> dict[str, Any]:
    """A Questionnaire: some scored choices with their sum, questions of any kind, and groups that repeat."""
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        weights = draw(st.lists(st.integers(0, 9), min_size=2, max_size=4))
        options = [
            {"valueCoding": {"code": f"w{n}"}, "extension": [{"url": ORDINAL, "valueDecimal": weight}]}
            for n, weight in enumerate(weights)
        ]
        rows.append({"linkId": f"s{number}", "type": "choice", "text": "How much?", "answerOption": options})
    known = [row["linkId"] for row in rows]
    rows += [draw(leaves(f"q{n}", known)) for n in range(draw(st.integers(0, 3)))]
    for number in range(draw(st.integers(0, 2))):
        group = f"g{number}"
        inner = [draw(leaves(f"{group}.{n}", [*known, f"{group}.0"] if n else known)) for n in range(2)]
        rows.append({"linkId": group, "type": "group", "text": "Again", "repeats": draw(st.booleans()), "item": inner})
    total = {"url": SDC + "calculatedExpression", "valueExpression": {"expression": TOTAL}}
    rows.append({"linkId": "total", "type": "integer", "text": "Total", "readOnly": True, "extension": [total]})
    return {"resourceType": "Questionnaire", "title": "Made up", "status": "active", "item": rows}


TOTAL = "%resource.item.where(linkId.startsWith('s')).answer.value.ordinal().sum()"
RAW = ["yes", "no", "0", "3", "7.5", "c0", "c1", "w0", "w1", "2025-01-31", "10:30", "words", "absent:refused", ""]


@st.composite
def filled(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, list[str]]]]:
    """A Questionnaire and two forms sent for it one after the other, repetitions and their removal among them."""
    source = draw(questionnaires())
    places = [row["linkId"] for row in source["item"] if row["type"] != "group"]
    for group in (row for row in source["item"] if row["type"] == "group"):
        at = draw(st.sampled_from(["#0/", "#1/", "#40/", "/", ""]))
        places += [f"{group['linkId']}{at}{row['linkId']}" if at else row["linkId"] for row in group["item"]]
    made = []
    for _turn in range(2):
        asked = draw(st.lists(st.sampled_from(places), min_size=1, max_size=6, unique=True))
        form: dict[str, list[str]] = {"asked": asked}
        for place in asked:
            raw = st.one_of(st.sampled_from(RAW), WILD)
            form[f"q:{place}"] = draw(st.lists(raw, min_size=1, max_size=2))
        if draw(st.integers(0, 4)) == 0:
            form["drop"] = [draw(st.sampled_from(["g0#0", "g0#1", "g1#0", "s0#0", "g0", "#"]))]
        made.append(form)
    return source, made


@DRIVEN
@given(sent=filled(), number=st.integers(0, 10**9))
def test_no_questionnaire_breaks_the_runner_and_its_total_is_the_sum(
    browser: Any, sent: tuple[dict[str, Any], list[dict[str, list[str]]]], number: int
) -> None:
    client, patient = browser
    source, turns = sent
    with transaction.atomic():
        content = {"id": "made-up", "version": str(number), "questionnaire": source}
        edition = InstrumentEdition.objects.create(
            key="made-up", version="1", digest=uuid4().hex, content=content, kept_at=NOW
        )
        found = Assessment.objects.create(
            site_id=patient.site_id, patient=patient, edition=edition, instrument="made-up", title="Made up",
            mode="interview", started_at=NOW, started_by_name="Nurse",
        )  # fmt: skip
        for form in turns:
            before = _kept(found)
            reply = client.send(reverse("assessment:answer", args=[found.id]), form, **HTMX)
            assert reply.status_code in (200, 204, 422), reply.content[-400:]
            if reply.status_code == 422 and "drop" not in form:
                assert _kept(found) == before, "a refused form keeps nothing"
        assert client.get(reverse("assessment:run", args=[found.id])).status_code == 200
        reply = client.send(reverse("assessment:review", args=[found.id]), {})
        assert reply.status_code in (302, 422), reply.content[-400:]
        if reply.status_code == 302:
            found.refresh_from_db()
            weights = {
                (row["linkId"], option["valueCoding"]["code"]): option["extension"][0]["valueDecimal"]
                for row in source["item"] if row["linkId"].startswith("s") for option in row["answerOption"]
            }  # fmt: skip
            kept = {place: value for place, value in _kept(found).items() if place[0] == "s" and value}
            given = [weights[place, value[0]["option"]] for place, value in kept.items()]
            assert found.score in ({str(sum(given))} if given else {"", "0"})
        transaction.set_rollback(True)


def _kept(found: Assessment) -> dict[str, Any]:
    return dict(AnswerRow.objects.filter(assessment=found).values_list("place", "value"))
