"""The runner by hand and by key: one question on, interrupted, signed; works with and without htmx."""

import re

import pytest
from django.urls import reverse

from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.practice.assessment.models import AnswerRow, Assessment, Need
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.chart.models import Allergy

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def nurse(site):
    return make_user("case_manager", site)


@pytest.fixture
def patient(site, nurse):
    found = make_patient(site, gender="female")
    make_case(site, nurse, patient=found)
    return found


@pytest.fixture
def signed_in(client, nurse):
    client.force_login(nurse)
    return client


def start(client, patient, instrument, **extra):
    address = reverse("assessment:start", args=[patient.id])
    response = client.post(address, {"instrument": instrument, "mode": "interview", **extra})
    assert response.status_code == 302, response.content
    return Assessment.objects.order_by("-started_at", "-id").first()


def post(client, assessment, fields, **extra):
    asked = sorted({name.split(":", 1)[1] for name in fields if ":" in name})
    return client.post(reverse("assessment:answer", args=[assessment.id]), {"asked": asked, **fields}, **extra)


def now(html):
    """The question that has the focus."""
    return re.search(r'is-now" data-keys id="q-([^"]+)"', html).group(1)


def test_a_digit_answers_and_moves_on(signed_in, patient):
    found = start(signed_in, patient, "phq9")
    page = signed_in.get(reverse("assessment:run", args=[found.id])).content.decode()
    assert now(page) == "1"
    assert 'data-key="0"' in page
    assert "checked" not in page
    assert "No permission required to reproduce" in page
    fragment = post(signed_in, found, {"q:1": "LA6570-1"}, **HTMX)
    html = fragment.content.decode()
    assert "<html" not in html
    assert now(html) == "2"
    assert "data-focus" in html
    assert AnswerRow.objects.get(assessment=found).value == [{"option": "LA6570-1"}]


def test_item_nine_shows_its_steps_in_the_answer_to_the_very_click(signed_in, patient):
    found = start(signed_in, patient, "phq9")
    html = post(signed_in, found, {"q:9": "LA6569-3"}, **HTMX).content.decode()
    assert 'role="alert"' in html
    assert "988" in html


def test_without_htmx_the_form_brings_the_next_page(signed_in, patient):
    found = start(signed_in, patient, "phq9")
    response = post(signed_in, found, {"q:1": "LA6568-5", "q:2": "LA6568-5", "to": "6"})
    assert response.status_code == 302
    assert response["Location"].endswith("?at=6")
    html = signed_in.get(response["Location"]).content.decode()
    assert now(html) == "6"
    assert 'id="q-10"' in html


def test_from_the_first_key_to_the_needs(signed_in, patient):
    found = start(signed_in, patient, "phq9")
    codes = ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]
    for number, points in enumerate([2, 2, 2, 2, 1, 1, 2, 0, 0], start=1):
        assert post(signed_in, found, {f"q:{number}": codes[points]}, **HTMX).status_code == 200
    review = signed_in.get(reverse("assessment:review", args=[found.id])).content.decode()
    assert "moderate" in review
    signed = signed_in.post(reverse("assessment:review", args=[found.id]), follow=True).content.decode()
    assert "Needs these answers point to" in signed
    assert "PHQ-9: 12, moderate" in signed
    answer = signed_in.post(reverse("assessment:needs", args=[found.id]), {"need": ["low_mood"]}, follow=True)
    assert "1 need stands now." in answer.content.decode()
    assert Need.objects.get().omaha == 11
    assert signed_in.get(reverse("assessment:run", args=[found.id])).status_code == 302
    listed = signed_in.get(reverse("assessment:list", args=[patient.id])).content.decode()
    assert 'class="stack side no-print"' in listed, "paper shows what is known, not the forms to begin another"
    assert "12, moderate" in listed
    assert "Low mood" in listed


def test_refused_is_an_answer_and_a_value_over_it_wins(signed_in, patient):
    found = start(signed_in, patient, "peg")
    post(signed_in, found, {"q:1": "absent:refused"}, **HTMX)
    assert AnswerRow.objects.get(place="1").absent == "refused"
    post(signed_in, found, {"q:1": "4"}, **HTMX)
    row = AnswerRow.objects.get(place="1")
    assert (row.absent, row.value) == ("", [{"whole": 4}])


def test_a_value_out_of_range_is_shown_above_its_question_and_nothing_is_kept(signed_in, patient):
    found = start(signed_in, patient, "adherence_check")
    response = post(signed_in, found, {"q:1": "9"}, **HTMX)
    assert response.status_code == 422
    assert "must be from 0 to 7" in response.content.decode()
    assert not AnswerRow.objects.exists()


def test_branches_appear_below_and_hidden_answers_are_kept_but_said_so(signed_in, patient):
    found = start(signed_in, patient, "adherence_check")
    html = post(signed_in, found, {"q:1": "2"}, **HTMX).content.decode()
    assert 'id="q-2"' in html
    post(signed_in, found, {"q:2": "furosemide"}, **HTMX)
    html = post(signed_in, found, {"q:1": "0", "k:1": "2"}, **HTMX).content.decode()
    assert 'id="q-2"' not in html
    assert "kept but not counted" in html
    assert AnswerRow.objects.filter(place="2").exists()


def test_a_quiet_save_brings_the_whole_page_when_a_flag_rises(signed_in, patient):
    form = start(signed_in, patient, "comprehensive")
    calm = post(signed_in, form, {"q:A5.2": "None before", "quiet": "1"}, **HTMX)
    assert 'id="saved"' in calm.content.decode()
    assert "HX-Retarget" not in calm
    loud = post(signed_in, form, {"q:A5.3": "yes", "quiet": "1"}, **HTMX)
    assert loud["HX-Retarget"] == "#runner"
    assert "assess the risk now" in loud.content.decode()


def test_save_and_close_goes_to_the_list(signed_in, patient):
    found = start(signed_in, patient, "phq2")
    leaving = post(signed_in, found, {"q:1": "LA6568-5", "go": "close"}, **HTMX)
    assert leaving["HX-Redirect"] == reverse("assessment:list", args=[patient.id])
    assert AnswerRow.objects.count() == 1


def test_several_answers_words_and_free_text(signed_in, patient):
    found = start(signed_in, patient, "ahc_hrsn")
    post(signed_in, found, {"q:2": ["LA28580-1", "LA32001-2"], "w:2": "Hay moho en el baño"}, **HTMX)
    row = AnswerRow.objects.get(place="2")
    assert row.value == [{"option": "LA28580-1"}, {"option": "LA32001-2"}]
    assert row.words == "Hay moho en el baño"
    page = signed_in.get(reverse("assessment:run", args=[found.id]) + "?at=2").content.decode()
    assert "physically hurt" not in page
    form = start(signed_in, patient, "comprehensive")
    post(signed_in, form, {"t:A1.conclusion": "Heart failure is getting worse", "q:A1.conclusion": ""}, **HTMX)
    assert AnswerRow.objects.get(place="A1.conclusion").value == [{"text": "Heart failure is getting worse"}]
    post(signed_in, form, {"q:A2.conclusion": "none-identified", "t:A2.conclusion": ""}, **HTMX)
    assert AnswerRow.objects.get(place="A2.conclusion").value == [{"option": "none-identified"}]


def test_a_second_device_does_not_undo_what_the_first_saved(signed_in, patient):
    found = start(signed_in, patient, "phq9")
    post(signed_in, found, {"q:1": "LA6571-9"}, **HTMX)
    # The other device still shows question 1 empty and answers question 2.
    post(signed_in, found, {"q:2": "LA6568-5", "w:1": ""}, **HTMX)
    assert AnswerRow.objects.get(place="1").value == [{"option": "LA6571-9"}]


def test_a_known_fact_is_offered_as_still_true(signed_in, patient):
    first = start(signed_in, patient, "life_planning")
    post(signed_in, first, {"q:1": "yes", "q:3": "yes", "q:2": "In the desk"}, **HTMX)
    assert signed_in.post(reverse("assessment:review", args=[first.id])).status_code == 302
    again = start(signed_in, patient, "life_planning")
    page = signed_in.get(reverse("assessment:run", args=[again.id])).content.decode()
    assert "Still true" in page
    assert "checked" not in page, "never preselected"
    post(signed_in, again, {"q:1": "", "still": "1"}, **HTMX)
    assert AnswerRow.objects.get(assessment=again, place="1").value == [{"option": "yes"}]


def test_sex_of_the_chart_sets_the_cut_point(signed_in, patient):
    found = start(signed_in, patient, "auditc")
    assert found.context == {"sex": "female"}


def test_the_blank_form_and_its_absence(signed_in):
    page = signed_in.get(reverse("assessment:blank", args=["phq9"])).content.decode()
    assert "Trouble falling or staying asleep" in page
    assert "No permission required" in page
    assert signed_in.get(reverse("assessment:blank", args=["braden"])).status_code == 404


def test_private_answers_do_not_print(signed_in, patient):
    form = start(signed_in, patient, "comprehensive")
    post(signed_in, form, {"q:A17.3": "no"}, **HTMX)
    page = signed_in.get(reverse("assessment:review", args=[form.id])).content.decode()
    assert re.search(r'class="no-print"><td><span>Feels safe', page)


def test_another_nurse_gets_not_found_and_a_clerk_is_told_who_can_grant(client, site, patient, signed_in):
    found = start(signed_in, patient, "phq2")
    client.force_login(make_user("case_manager", site))
    assert client.get(reverse("assessment:run", args=[found.id])).status_code == 404
    client.force_login(make_user("auditor", site))
    answer = client.get(reverse("assessment:run", args=[found.id]))
    assert answer.status_code == 403
    assert "case manager" in answer.content.decode()


def test_saving_an_answer_costs_a_fixed_number_of_statements(signed_in, patient, django_assert_max_num_queries):
    form = start(signed_in, patient, "comprehensive")
    post(signed_in, form, {"q:A4.1": "without-help"}, **HTMX)
    with django_assert_max_num_queries(14):
        post(signed_in, form, {"q:A4.2": "without-help"}, **HTMX)


def test_the_last_answer_leads_to_the_review_and_not_before(signed_in, patient):
    found = start(signed_in, patient, "phq2")
    assert "HX-Redirect" not in post(signed_in, found, {"q:1": "LA6568-5"}, **HTMX)
    last = post(signed_in, found, {"q:2": "LA6568-5"}, **HTMX)
    assert last["HX-Redirect"] == reverse("assessment:review", args=[found.id])
    again = post(signed_in, found, {"q:1": "LA6569-3", "k:1": "LA6568-5"}, **HTMX)
    assert "HX-Redirect" not in again, "a correction does not carry the nurse off"


def test_a_safety_flag_is_seen_before_the_review(signed_in, patient):
    found = start(signed_in, patient, "phq9")
    for number in (*range(1, 9), 10):
        key = "0" if number == 10 else "LA6568-5"
        assert "HX-Redirect" not in post(signed_in, found, {f"q:{number}": key}, **HTMX)
    last = post(signed_in, found, {"q:9": "LA6569-3"}, **HTMX)
    assert "HX-Redirect" not in last
    assert 'role="alert"' in last.content.decode()


def test_what_was_asked_before_is_asked_again_by_one_press(signed_in, patient):
    found = start(signed_in, patient, "phq2")
    post(signed_in, found, {"q:1": "LA6569-3", "q:2": "LA6569-3"}, **HTMX)
    signed_in.post(reverse("assessment:review", args=[found.id]))
    page = signed_in.get(reverse("assessment:list", args=[patient.id])).content.decode()
    assert re.search(r'value="phq2" data-go="1"><kbd>g 1</kbd> PHQ-2 <span[^>]*>2, ', page)
    start(signed_in, patient, "phq2")
    assert 'h-again"' not in signed_in.get(reverse("assessment:list", args=[patient.id])).content.decode()


def test_a_spanish_speaker_is_asked_in_spanish_where_there_is_wording(signed_in, site, nurse):
    luz = make_patient(site, language="es")
    make_case(site, nurse, patient=luz)
    found = start(signed_in, luz, "phq9")
    page = signed_in.get(reverse("assessment:run", args=[found.id])).content.decode()
    assert found.language == "es"
    assert '<span lang="es">Poco interés o placer en hacer cosas</span>' in page
    assert "unreviewed (V2)" in page
    assert start(signed_in, luz, "auditc").language == "en"


def test_a_language_without_wording_is_said_and_asked_in_english(signed_in, patient):
    found = start(signed_in, patient, "auditc", language="es")
    page = signed_in.get(reverse("assessment:run", args=[found.id])).content.decode()
    assert found.language == "en"
    assert "AUDIT-C has no Spanish wording that may be used" in page
    assert start(signed_in, patient, "peg", language="xx").language == "en"


def test_the_blank_form_in_spanish(signed_in):
    address = reverse("assessment:blank", args=["gad7"])
    page = signed_in.get(address, {"language": "es"}).content.decode()
    assert "Dificultad para relajarse" in page
    assert 'lang="es"' in page
    assert "Trouble relaxing" in signed_in.get(address, {"language": "qq"}).content.decode()


def test_an_answer_costs_the_same_few_statements_whatever_came_before(
    signed_in, patient, django_assert_max_num_queries
):
    found = start(signed_in, patient, "phq9")
    for number in (2, 9 - 1):
        with django_assert_max_num_queries(14):
            post(signed_in, found, {f"q:{number}": "LA6568-5"}, **HTMX)


def test_allergies_and_the_owner_stand_on_every_page_of_hers(signed_in, patient):
    Allergy.objects.create(
        site_id=patient.site_id, patient_id=patient.id, display="Penicillin", status="active", received_at=NOW
    )
    page = signed_in.get(reverse("assessment:list", args=[patient.id])).content.decode()
    assert "Allergy: Penicillin" in page
    assert re.search(r"<dt>Owner</dt><dd>Case Manager", page)
    assert re.search(r'data-go="s" aria-current="page">Assessments', page)


def test_a_result_is_said_in_words(signed_in, patient):
    found = start(signed_in, patient, "hvs")
    post(signed_in, found, {"q:1": "LA28397-0", "q:2": "LA28398-8"}, **HTMX)
    signed_in.post(reverse("assessment:review", args=[found.id]))
    page = signed_in.get(reverse("assessment:list", args=[patient.id])).content.decode()
    assert "at risk" in page
    assert "at_risk" not in page


def test_each_conclusion_stands_with_its_findings_its_author_and_its_date(signed_in, patient, nurse):
    form = start(signed_in, patient, "comprehensive")
    post(signed_in, form, {"q:A4.1": "without-help", "q:A4.conclusion": "none-identified"}, **HTMX)
    page = signed_in.get(reverse("assessment:review", args=[form.id])).content.decode()
    card = page[page.index('id="h-concluded"') : page.index("Not written", page.index("None identified"))]
    assert re.search(rf"None identified <span[^>]*>{nurse}, \w+ \d+, \d+", card), "by whom and when, domain by domain"
    assert "One finding" in card
    assert '<details class="small no-print">' in card, "what is private never prints by way of a finding"
    paper = signed_in.get(reverse("assessment:print", args=[form.id])).content.decode()
    row = paper[paper.index("<caption>Conclusions") :]
    assert row.index("None identified") < row.index(str(nurse)) < row.index("</table>")
    short = start(signed_in, patient, "phq9")
    assert "h-concluded" not in signed_in.get(reverse("assessment:review", args=[short.id])).content.decode()


def test_what_was_begun_by_mistake_is_given_up_with_a_reason_and_leaves_the_list(signed_in, patient):
    found = start(signed_in, patient, "phq9")
    post(signed_in, found, {"q:9": "LA6569-3"}, **HTMX)
    where = reverse("assessment:give-up", args=[found.id])
    assert where in signed_in.get(reverse("assessment:list", args=[patient.id])).content.decode()
    assert signed_in.post(where, {"reason": " "}).status_code == 422
    assert signed_in.post(where, {"reason": "Wrong patient's visit"}).status_code == 302
    assert where not in signed_in.get(reverse("assessment:list", args=[patient.id])).content.decode()
    found.refresh_from_db()
    assert (found.abandoned_reason, found.answers.count(), found.flags.count()) == ("Wrong patient's visit", 1, 1)
    assert post(signed_in, found, {"q:1": "LA6569-3"}, **HTMX).status_code == 422
    assert start(signed_in, patient, "phq9").id != found.id
