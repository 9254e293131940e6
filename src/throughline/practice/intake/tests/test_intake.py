"""Intake: once, explained, decided with a reason; what is refused leaves nothing behind."""

from datetime import UTC, datetime, timedelta

import pytest

from throughline.foundation.access.models import Grant
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_site, make_user
from throughline.foundation.kernel.actions import NotPermitted
from throughline.practice.intake import actions, listing, queries, rules
from throughline.practice.intake.models import Referral
from throughline.record.cases.actions import ConsentIn
from throughline.record.cases.models import Case
from throughline.record.cases.tests.factories import NOW, make_case, make_patient
from throughline.record.people.models import Patient

pytestmark = pytest.mark.django_db


class Desk:
    """A site with a case manager and an intake clerk."""

    def __init__(self):
        self.site = make_site()
        self.nurse = make_user("case_manager", self.site)
        self.by = actor_for(self.nurse, at=NOW)
        self.clerk = actor_for(make_user("intake_clerk", self.site), at=NOW)

    def refer(self, patient=None, by=None, **fields):
        patient = patient or make_patient(self.site)
        values = {
            "patient_id": patient.id,
            "source": "physician",
            "reason": "Falls at home",
            "programme": "complex",
            "identified_on": NOW.date(),
            "received_at": NOW,
        } | fields
        return actions.receive_referral(
            site_id=self.site.id, referral=actions.ReferralIn(**values), by=by or self.clerk, at=NOW
        )

    def state(self, referral_id):
        return Referral.objects.get(pk=referral_id).state


@pytest.fixture
def desk():
    return Desk()


def test_a_clerk_takes_it_in_and_a_nurse_screens_and_enrols(desk):
    referral_id = desk.refer()
    with pytest.raises(NotPermitted):
        actions.screen_referral(referral_id=referral_id, said={}, by=desk.clerk, at=NOW)
    said = {"active_conditions": 4, "medicines": 12}
    assert actions.screen_referral(referral_id=referral_id, said=said, by=desk.by, at=NOW) == "met"
    consent = ConsentIn("case-management", "given", "verbal", "the patient")
    case_id = actions.enrol_referral(referral_id=referral_id, consent=consent, take=True, by=desk.by, at=NOW)
    case = Case.objects.get(pk=case_id)
    assert (case.state, case.owner_id, case.identified_on) == ("active", desk.nurse.id, NOW.date())
    assert desk.state(referral_id) == "enrolled"
    record = queries.referral(viewer_for(desk.nurse, at=NOW), referral_id)
    assert [met for _, met, _, required in record.findings if required] == [True]


def test_what_is_not_known_is_not_met_and_needs_a_written_reason(desk):
    referral_id = desk.refer(make_patient(desk.site, birth_date=None))
    assert actions.screen_referral(referral_id=referral_id, said={}, by=desk.by, at=NOW) == "unknown"
    with pytest.raises(rules.UnableToMoveReferral, match="anyway"):
        actions.enrol_referral(referral_id=referral_id, by=desk.by, at=NOW)
    assert not Case.objects.exists()
    actions.enrol_referral(referral_id=referral_id, override_reason="Physician asks", by=desk.by, at=NOW)
    assert Case.objects.get().enrolments.get().screening["override"] == "Physician asks"


def test_nobody_is_enrolled_unscreened(desk):
    with pytest.raises(rules.UnableToMoveReferral, match="not screened"):
        actions.enrol_referral(referral_id=desk.refer(), by=desk.by, at=NOW)


def test_the_same_referral_sent_twice_is_one(desk):
    patient = make_patient(desk.site)
    assert desk.refer(patient, external_id="SR-1") == desk.refer(patient, external_id="SR-1")
    assert Referral.objects.count() == 1


def test_declining_needs_a_reason_of_the_list_and_can_be_taken_back(desk):
    referral_id = desk.refer()
    with pytest.raises(rules.UnableToMoveReferral, match="list"):
        actions.decline_referral(referral_id=referral_id, code="tired", note="", by=desk.by, at=NOW)
    actions.decline_referral(referral_id=referral_id, code="out-of-area", note="", by=desk.by, at=NOW)
    with pytest.raises(rules.UnableToMoveReferral, match="declined"):
        actions.screen_referral(referral_id=referral_id, said={}, by=desk.by, at=NOW)
    actions.reopen_referral(referral_id=referral_id, reason="moved back", by=desk.by, at=NOW)
    assert desk.state(referral_id) == "received"


def test_a_patient_with_an_open_case_joins_the_programme_there(desk):
    patient = make_patient(desk.site)
    case_id = make_case(desk.site, desk.nurse, patient=patient)
    referral_id = desk.refer(patient)
    actions.screen_referral(referral_id=referral_id, said={"medicines": 12}, by=desk.by, at=NOW)
    assert actions.enrol_referral(referral_id=referral_id, override_reason="x", by=desk.by, at=NOW) == case_id
    assert Case.objects.get(pk=case_id).enrolments.filter(until=None).count() == 2


def test_a_duplicate_points_to_the_other_of_the_same_patient(desk):
    patient = make_patient(desk.site)
    first, second, stranger = desk.refer(patient), desk.refer(patient), desk.refer()
    with pytest.raises(rules.UnableToMoveReferral, match="same patient"):
        actions.mark_duplicate(referral_id=second, duplicate_of=stranger, by=desk.by, at=NOW)
    actions.mark_duplicate(referral_id=second, duplicate_of=first, by=desk.by, at=NOW)
    assert desk.state(second) == "duplicate"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": " "}, "sentence"),
        ({"source": "pigeon"}, "lists"),
        ({"programme": "pigeon"}, "lists"),
        ({"identified_on": NOW.date() + timedelta(days=1)}, "not later"),
    ],
)
def test_a_referral_that_lacks_something_is_refused_whole(desk, fields, sentence):
    from throughline.foundation.kernel.actions import Refusal

    with pytest.raises(Refusal, match=sentence):
        desk.refer(**fields)
    assert not Referral.objects.exists()


LINE = "Okonkwo,Ifeoma,{},,,Stays,complex\n"
HEAD = "family,given,birth_date,phone,mrn,reason,programme\n"
LIST = """family,given,birth_date,phone,mrn,reason,programme,external_id
Okonkwo,Ifeoma,1950-02-11,937-555-0101,A1,Two stays this year,complex,L-1
Rossi,Carlo,31/31/1950,937-555-0102,A2,Stays,complex,L-2
Nguyen,Thu,03/14/1943,,,Diabetes and low mood,chronic,L-3
Pham,Kim,1960-01-01,,,Wishes,ballooning,L-4
"""


def test_a_list_is_taken_line_by_line_and_a_second_time_takes_nothing_new(desk):
    first = listing.take_list(site_id=desk.site.id, text=LIST, today=NOW.date(), by=desk.clerk, at=NOW)
    assert (first.taken, len(first.refused)) == (2, 2)
    assert "Line 3" in first.refused[0]
    assert "1943-03-14" in first.refused[0]
    again = listing.take_list(site_id=desk.site.id, text=LIST, today=NOW.date(), by=desk.clerk, at=NOW)
    assert (again.taken, again.known, Referral.objects.count(), Patient.objects.count()) == (0, 2, 2, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "family,given\n",
        "family,given,birth_date,reason,programme\n",
        HEAD + '"' + "x" * 200_000 + "\n",
        HEAD + LINE.format("1950-02-11") * 1001,
    ],
)
def test_an_unreadable_list_says_what_it_needs(desk, text):
    with pytest.raises(rules.UnreadableList):
        listing.take_list(site_id=desk.site.id, text=text, today=NOW.date(), by=desk.clerk, at=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "family;given;birth_date;reason;programme\nOkonkwo;Ifeoma;11.2.1950;Stays, falls;complex\n",
        "Last Name\tFirst name\tDOB\tReason\tProgram\nOkonkwo\tIfeoma\t11 Feb 1950\tStays\tComplex case management\n",
        "\ufeff" + (HEAD + LINE.format("2/11/50")).replace("\n", "\r"),
        HEAD + LINE.format("1950-02-11 00:00:00"),
    ],
)
def test_a_list_as_spreadsheets_write_it_is_read(desk, text):
    assert listing.take_list(site_id=desk.site.id, text=text, today=NOW.date(), by=desk.clerk, at=NOW).taken == 1
    assert Patient.objects.get().display_name == "Ifeoma Okonkwo"


def test_a_line_without_a_number_of_its_own_is_not_taken_twice(desk):
    text = HEAD + LINE.format("1950-02-11") * 2
    taken = listing.take_list(site_id=desk.site.id, text=text, today=NOW.date(), by=desk.clerk, at=NOW)
    assert (taken.taken, taken.known, Referral.objects.count(), Patient.objects.count()) == (1, 1, 1, 1)


def test_lines_are_counted_as_rows_and_each_refusal_says_what_to_mend(desk):
    rows = ["", '"Stays\nand falls"', LINE.format("18304"), LINE.format("2/30/1950"), "T" * 121 + LINE.format("2/1/50")]
    text = HEAD + "\n" + f"Rossi,Carlo,1950-02-11,,,{rows[1]},complex\n" + "".join(rows[2:])
    taken = listing.take_list(site_id=desk.site.id, text=text, today=NOW.date(), by=desk.clerk, at=NOW)
    assert taken.taken == 1
    assert [one[:7] for one in taken.refused] == ["Line 4:", "Line 5:", "Line 6:"]
    assert "format of a date" in taken.refused[0]
    assert "not a day that was" in taken.refused[1]
    assert "longer than 120" in taken.refused[2]


def test_who_may_refer_at_several_sites_chooses_one(desk, client):
    from django.urls import reverse

    clerk, other = make_user("intake_clerk", desk.site), make_site("Other house")
    client.force_login(clerk)
    assert 'name="site"' not in client.get(reverse("intake:refer")).content.decode()
    Grant.objects.create(user=clerk, site=other, role="intake_clerk", since=NOW - timedelta(days=9))
    asked = {
        "site": other.id, "family": "Zeta", "given": "Ruth", "birth_date": "1950-03-14", "programme": "complex",
        "source": "physician", "identified_on": (datetime.now(UTC) - timedelta(days=2)).date(), "reason": "Falls",
    }  # fmt: skip
    assert str(other.id) in client.get(reverse("intake:refer")).content.decode()
    answer = client.post(reverse("intake:refer"), asked)
    assert (answer.status_code, Referral.objects.get().site_id) == (302, other.id)
    answer = client.post(reverse("intake:refer"), {**asked, "use": "nobody"})
    assert (answer.status_code, "Choose the patient again" in answer.content.decode()) == (422, True)
    answer = client.post(reverse("intake:decide", args=[Referral.objects.get().id]), {"act": "duplicate"})
    assert answer.status_code in (403, 422)


def test_every_referral_that_waits_is_counted_and_reached(desk, client):
    from django.urls import reverse

    patient = make_patient(desk.site)
    for number in range(53):
        desk.refer(patient, external_id=f"N-{number}", received_at=NOW + timedelta(minutes=number))
    client.force_login(make_user("intake_clerk", desk.site))
    first = client.get(reverse("intake:board")).content.decode()
    assert ("53 referrals wait" in first, first.count('id="row-'), "?page=2" in first) == (True, 50, True)
    for last in ("2", "99", "9" * 99):
        page = client.get(reverse("intake:board") + f"?page={last}").content.decode()
        assert page.count('id="row-') == (3 if len(last) < 9 else 50)
    assert client.get(reverse("intake:board") + "?page=-1").status_code == 200
