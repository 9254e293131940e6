"""A user's own settings: keys that can be told apart, the wait of the outbox, the times of the digest."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from throughline.foundation.access import rules
from throughline.foundation.access.preference_actions import UnableToKeepSettings, keep_settings
from throughline.foundation.access.queries import outbox_seconds
from throughline.foundation.access.tests.factories import NOON, as_actor, make_site, make_user
from throughline.foundation.kernel.actions import NotFound
from throughline.foundation.kernel.actor import system
from throughline.foundation.ui import shortcuts

USUAL = {act: key for act, (key, _) in shortcuts.SINGLE.items()}


def test_usual_keys_change_nothing():
    assert shortcuts.chosen_keys({}) == {}
    assert shortcuts.keymap({}) == ""
    assert ("c", "Log a call") in shortcuts.effective({})


def test_moved_keys_are_listed_and_the_old_one_falls_silent():
    moved = {"keys": shortcuts.chosen_keys({"call": "L"})}
    assert moved["keys"] == {"call": "l"}
    assert shortcuts.keymap(moved) == "c- lc"
    assert ("l", "Log a call") in shortcuts.effective(moved)


def test_two_keys_may_change_places():
    assert shortcuts.keymap({"keys": shortcuts.chosen_keys({"call": "d", "done": "c"})}) == "cd dc"


def test_switched_off_only_the_others_stay():
    assert shortcuts.keymap({"keys_off": True}) == "off"
    assert all(len(key) > 1 or key == "?" for key, _ in shortcuts.effective({"keys_off": True}))


@pytest.mark.parametrize("wanted", [{"call": "d"}, {"call": "1"}, {"call": "ll"}, {"call": "/"}])
def test_keys_that_cannot_be_told_apart_are_refused(wanted):
    with pytest.raises(shortcuts.UnusableKeys):
        shortcuts.chosen_keys(wanted)


NEW_YORK = ZoneInfo("America/New_York")


def at(hour, minute=0):
    return datetime(2026, 3, 9, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(("now", "due"), [(at(12), at(12)), (at(15, 59), at(12)), (at(16), at(16)), (at(23), at(16))])
def test_the_digest_is_due_at_the_times_picked(now, due):
    assert rules.digest_due(rules.digest_times({}), now) == due


def test_before_the_first_time_yesterday_s_last_is_due_and_without_times_none():
    assert rules.digest_due([time(12), time(16)], at(8)) == datetime(2026, 3, 8, 16, tzinfo=NEW_YORK)
    assert rules.digest_due(rules.digest_times({"digest": []}), at(8)) is None


def keep(user, **changed):
    given = {"keys": {}, "keys_off": False, "outbox_seconds": 15, "digest": [time(12)]} | changed
    keep_settings(**given, by=as_actor(user), at=NOON)


@pytest.mark.django_db
def test_settings_are_kept_beside_what_else_stands_in_the_preferences():
    user = make_user("case_manager", make_site())
    user.preferences = {"other": 1}
    user.save()
    keep(user, keys={"call": "l"}, outbox_seconds=30, digest=[time(16), time(9, 30), time(16)])
    user.refresh_from_db()
    assert user.preferences == {
        "other": 1,
        "keys": {"call": "l"},
        "keys_off": False,
        "outbox_seconds": 30,
        "digest": ["09:30", "16:00"],
    }
    assert outbox_seconds(user.id) == 30


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"keys": {"call": "d"}}, {"outbox_seconds": 61}, {"outbox_seconds": -1}, {"digest": [time(h) for h in range(5)]}],
)
def test_what_cannot_be_kept_is_refused_and_changes_nothing(wrong):
    user = make_user("case_manager", make_site())
    with pytest.raises(UnableToKeepSettings):
        keep(user, **wrong)
    user.refresh_from_db()
    assert user.preferences == {}
    with pytest.raises(NotFound):
        keep_settings(keys={}, keys_off=False, outbox_seconds=15, digest=[], by=system("x"), at=datetime.now(UTC))


@pytest.mark.django_db
def test_the_page_keeps_what_is_entered_and_help_lists_the_keys_as_they_are():
    user = make_user("case_manager", make_site())
    browser = Client()
    browser.force_login(user)
    form = {f"key_{act}": key for act, key in USUAL.items()} | {"outbox_seconds": "5", "digest": "9:30, 16:00"}
    assert browser.get("/account/settings/").status_code == 200
    assert browser.post("/account/settings/", {**form, "key_call": "d"}).status_code == 422
    assert browser.post("/account/settings/", {**form, "digest": "noon"}).status_code == 422
    assert browser.post("/account/settings/", {**form, "digest": "9 am, 4:30 PM"}).status_code == 302
    assert 'value="09:00, 16:30"' in browser.get("/account/settings/").content.decode()
    assert browser.post("/account/settings/", {**form, "key_call": "l"}).status_code == 302
    user.refresh_from_db()
    assert user.preferences["digest"] == ["09:30", "16:00"]
    page = browser.get("/help/").content.decode()
    assert "<kbd>l</kbd></th><td>Log a call" in page
    assert 'data-keymap="c- lc"' in page
