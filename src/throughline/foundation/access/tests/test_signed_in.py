"""Who is signed in is read without the mapper, and says what the mapper would."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from throughline.foundation.access.models import User
from throughline.foundation.access.signed_in import Accounts, SessionStore
from throughline.foundation.access.tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    user = make_user("case_manager", make_site())
    User.objects.filter(pk=user.pk).update(preferences={"theme": "dark", "keys": {"c": "call"}}, last_login=None)
    return user


def test_the_user_is_the_one_the_mapper_reads(nurse):
    read, mapped = Accounts().get_user(str(nurse.pk)), User.objects.get(pk=nurse.pk)
    for field in User._meta.concrete_fields:
        assert getattr(read, field.attname) == getattr(mapped, field.attname), field.attname
    assert read.preferences == {"theme": "dark", "keys": {"c": "call"}}
    read.initials = "XY"
    read.save(update_fields=["initials"])  # she is no stranger to the mapper: no second row
    assert User.objects.get(pk=nurse.pk).initials == "XY"


def test_nobody_is_signed_in_without_an_account_that_is_active(nurse):
    assert Accounts().get_user(uuid4()) is None
    assert Accounts().get_user("not-a-key") is None
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert Accounts().get_user(nurse.pk) is None


def test_a_session_that_is_over_holds_nothing_and_gets_another_key(nurse):
    browser = Client()
    browser.force_login(nurse)
    key = browser.session.session_key
    assert SessionStore(key).load()["_auth_user_id"] == str(nurse.pk)
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    over = SessionStore(key)
    assert over.load() == {}
    assert over.session_key is None
    assert SessionStore("never-there").load() == {}
