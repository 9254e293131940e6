"""Orders from elsewhere that ask us to take a patient up become referrals, once; others stay what they are."""

from datetime import UTC, date, datetime

import pytest

from throughline.edge.interop.fhir import files
from throughline.edge.interop.fhir.elements import Refused
from throughline.edge.interop.fhir.requests import asked, wanted_by
from throughline.edge.interop.importing import Import
from throughline.edge.interop.tests import bundles
from throughline.edge.interop.tests.test_shared_material import FHIR
from throughline.foundation.access.models import Site
from throughline.foundation.access.queries import actor_for, viewer_for
from throughline.foundation.access.tests.factories import make_user
from throughline.foundation.content.library import load
from throughline.foundation.kernel.actor import system
from throughline.practice.intake import queries
from throughline.practice.intake.models import Referral
from throughline.record.chart.models import ReceivedResource
from throughline.record.people.models import Patient

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TO_CASE_MANAGER = {"coding": [{"system": "http://snomed.info/sct", "code": "464001000124109"}]}


def order(name="order-1", **more):
    """Return an order for case management by the heart failure's doctor."""
    return {
        "resourceType": "ServiceRequest",
        "id": name,
        "identifier": [{"system": "urn:oid:1.2.3.9", "value": f"PLACER-{name}"}],
        "status": "active",
        "intent": "order",
        "priority": "urgent",
        "code": {"text": "Ambulatory referral to Case Management"},
        "subject": {"reference": "Patient/pat-1"},
        "requester": {"reference": "Practitioner/doc-1"},
        "authoredOn": "2026-02-26T21:30:00-05:00",
        "reasonCode": [{"text": "Third stay in six months"}],
        "reasonReference": [{"reference": "Condition/con-1"}],
        "note": [{"text": "Her daughter works nights."}],
        **more,
    }


# --- the reader, without a database -------------------------------------------------------------------------------


def test_the_content_holds_to_its_own_examples():
    for key, item in load("referrals").items():
        for example in item.examples:
            found = wanted_by(frozenset(), [example["says"]])
            assert (found is not None) == example["asks"], (key, example["says"])
            assert found is None or found.programme == item.data["programme"]


def test_a_code_asks_where_words_do_not():
    found = asked(order(code={**TO_CASE_MANAGER, "text": "REF 4711"}))
    assert found is not None
    assert (found.programme, found.what, found.urgent) == ("complex", "REF 4711", True)
    assert asked(order(code={"coding": [{"system": "http://example.org", "code": "464001000124109"}]})) is None


def test_a_category_asks_when_the_code_says_nothing_of_it():
    found = asked(order(code={"text": "Evaluate and treat"}, category=[{"text": "Discharge planning"}]))
    assert found is not None
    assert (found.programme, found.source) == ("discharge-planning", "hospital")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "revoked"},
        {"status": "completed"},
        {"status": "on-hold"},
        {"intent": "option"},
        {"intent": "filler-order"},
        {"doNotPerform": True},
        {"code": {"text": "Transportation case management (procedure)"}},
        {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "408982008"}], "text": "Renal education"}},
    ],
)
def test_what_does_not_ask_now_is_no_referral(change):
    assert asked(order(**change)) is None


def test_an_order_that_asks_must_be_whole_another_is_not_looked_into():
    with pytest.raises(Refused) as refused:
        asked(order(status="ordered"))
    assert refused.value.path == "ServiceRequest.status"
    assert asked(order(status="ordered", code={"text": "Wheelchair"})) is None


def test_the_day_is_the_senders_and_only_a_whole_one():
    found = asked(order())
    assert found is not None
    assert found.authored_on == date(2026, 2, 26)
    partly = asked(order(authoredOn="2026-02"))
    assert partly is not None
    assert partly.authored_on is None


def test_a_requester_inside_the_order_is_named():
    inside = {"resourceType": "Practitioner", "id": "p", "name": [{"family": "Haldane", "given": ["Ruth"]}]}
    found = asked(order(requester={"reference": "#p"}, contained=[inside]))
    assert found is not None
    assert (found.requester.display, found.requester_type) == ("Ruth Haldane", "Practitioner")


# --- the import ---------------------------------------------------------------------------------------------------


@pytest.fixture
def site(db):
    return Site.objects.create(key="ashford", name="Ashford General Hospital")


def take_in(site, folder, resources, *, source="ashford-ehr", by=None, at=AT):
    path = folder / "record.json"
    path.write_bytes(bundles.bundle(resources))
    summary = Import(site.id, source, by or system("test"), at).run(files.find([path]))
    assert summary.stored + summary.unchanged + len(summary.refused) == summary.resources
    return summary


def test_an_order_becomes_a_referral_on_the_board_once(site, tmp_path):
    whole = [*bundles.whole(), order()]
    assert not take_in(site, tmp_path, whole).refused
    assert not take_in(site, tmp_path, whole).refused
    viewer = viewer_for(make_user("intake_clerk", site), at=AT)
    (shown,) = queries.board(viewer)
    assert shown.patient_id == Patient.objects.get().id
    assert (shown.source, shown.source_name) == ("physician", "Dr. Imre Szabo")
    assert shown.reason == ("Third stay in six months; Heart failure, chronic systolic. Her daughter works nights.")
    assert (shown.programme, shown.urgent, shown.identified_on) == ("complex", True, date(2026, 2, 26))


def test_an_order_sent_again_changed_or_under_a_new_id_makes_no_second(site, tmp_path):
    take_in(site, tmp_path, [*bundles.whole(), order()])
    take_in(site, tmp_path, [order(priority="stat", meta={"versionId": "2"})])
    take_in(site, tmp_path, [order("order-9", identifier=order()["identifier"])])
    assert ReceivedResource.objects.filter(resource_type="ServiceRequest").count() == 2
    assert Referral.objects.count() == 1
    take_in(site, tmp_path, [order("order-2")])
    assert Referral.objects.count() == 2


def test_other_orders_are_kept_and_refer_nobody(site, tmp_path):
    others = [
        order("cancelled", status="revoked"),
        order("wheelchair", code={"text": "Wheelchair"}),
        order("forgotten", authoredOn="2019-05-01"),
    ]
    summary = take_in(site, tmp_path, [*bundles.whole(), *others])
    assert not summary.refused
    assert ReceivedResource.objects.filter(resource_type="ServiceRequest").count() == 3
    assert not Referral.objects.exists()


def test_an_order_too_old_to_refer_by_is_named_in_the_summary_once(site, tmp_path):
    old = order("forgotten", authoredOn="2019-05-01")
    summary = take_in(site, tmp_path, [*bundles.whole(), old])
    (named,) = summary.as_json["not_referred"]
    assert named["resource"] == "ServiceRequest/forgotten"
    assert "since May 1, 2019, over a year ago, so none was made" in named["why"]
    assert "not_referred" not in take_in(site, tmp_path, [*bundles.whole(), old]).as_json
    later = take_in(site, tmp_path, [order("new"), order("old-later", authoredOn="2019-05-01", identifier=[])])
    assert [one["resource"] for one in later.as_json["not_referred"]] == ["ServiceRequest/old-later"]


def test_who_asks_is_told_from_the_requester_and_the_stay(site, tmp_path):
    plan = {
        "resourceType": "Organization",
        "id": "plan",
        "name": "Meridian Health Plan",
        "type": [{"coding": [{"code": "pay"}]}],
    }
    asking = [
        order("stay", encounter={"reference": "Encounter/enc-1"}),
        order("plan", requester={"reference": "Organization/plan"}),
        order("self", requester={"reference": "Patient/pat-1", "display": "Delphine Okonkwo-Baird"}),
        order("nobody", requester={}, identifier=[]),
    ]
    assert not take_in(site, tmp_path, [*bundles.whole(), plan, *asking]).refused
    assert sorted(Referral.objects.values_list("source", "source_name", "external_id")) == [
        ("health-plan", "Meridian Health Plan", "ashford-ehr|urn:oid:1.2.3.9|PLACER-plan"),
        ("hospital", "Dr. Imre Szabo", "ashford-ehr|urn:oid:1.2.3.9|PLACER-stay"),
        ("physician", "ashford-ehr", "ashford-ehr|ServiceRequest/nobody"),
        ("self", "Delphine Okonkwo-Baird", "ashford-ehr|urn:oid:1.2.3.9|PLACER-self"),
    ]


def test_what_intake_refuses_stands_in_the_summary_and_leaves_the_rest(site, tmp_path):
    summary = take_in(site, tmp_path, [*bundles.whole(), order(authoredOn="2026-04-01")])
    (refused,) = summary.refused
    assert refused["resource"] == "ServiceRequest/order-1"
    assert "intake refused" in refused["why"]
    assert "identified" in refused["why"]
    assert Patient.objects.count() == 1
    assert not Referral.objects.exists()
    assert not take_in(site, tmp_path, [order(authoredOn="2026-04-01")], at=AT.replace(month=4)).refused
    assert Referral.objects.get().identified_on == date(2026, 4, 1)


def test_who_may_import_but_not_refer_is_told_so(site, tmp_path):
    by = actor_for(make_user("administrator", site), at=AT)
    summary = take_in(site, tmp_path, [*bundles.whole(), order()], by=by)
    (refused,) = summary.refused
    assert refused["resource"] == "ServiceRequest/order-1"
    assert (summary.stored, Referral.objects.count()) == (13, 0)


@pytest.mark.shared
@pytest.mark.skipif(FHIR is None, reason="the shared FHIR material is not beside the repository")
def test_the_services_of_an_outside_care_plan_refer_nobody(site):
    assert FHIR is not None
    Import(site.id, "betsy", system("test"), AT).run(files.find([FHIR / "careplan-betsy-ckd"]))
    assert ReceivedResource.objects.filter(resource_type="ServiceRequest").count() == 7
    assert not Referral.objects.exists()
