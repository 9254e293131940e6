"""Saved views: kept, led to with all they filter, removed, and never replaced by one of another page."""

import pytest
from django.urls import reverse

from throughline.foundation.access.tests.factories import make_site, make_user, signed_in
from throughline.practice.caseload.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return signed_in(make_user("case_manager", make_site()))


def test_a_saved_view_leads_back_to_all_it_filters_and_can_be_removed_on_today(browser):
    kept = browser.post(reverse("desk:save-view"), {"name": "My  rest", "show": "call", "held": "1"})
    assert kept["Location"] == f"{reverse('desk:today')}?show=call&held=1"
    (view,) = SavedView.objects.all()
    assert view.name == "My rest"
    page = browser.get(reverse("desk:today")).content.decode()
    assert f'name="delete" value="{view.id}"' in page
    assert "Remove the view My rest" in page
    browser.post(reverse("desk:save-view"), {"delete": str(view.id)})
    assert not SavedView.objects.exists()


def test_the_same_name_replaces_a_view_of_its_page_and_never_one_of_the_other(browser):
    browser.post(reverse("desk:save-view"), {"name": "Calls", "show": "call"})
    browser.post(reverse("desk:save-view"), {"name": "Calls", "show": "late"})
    assert SavedView.objects.get().filters == {"show": "late"}
    answer = browser.post(reverse("desk:save-patients-view"), {"name": "Calls"})
    assert "You have a view of this name on Today" in answer.content.decode()
    assert SavedView.objects.get().filters == {"show": "late"}
