"""What doctor finds wrong, one fact at a time."""

from dataclasses import replace

import pytest

from throughline.edge.site.diagnosis import Facts, findings

WELL = Facts(
    demo_secret=False,
    secret_length=64,
    debug=False,
    behind_tls_proxy=True,
    hosts=("throughline.example",),
    embedded=False,
    demo_users=0,
    without_second_factor=(),
    pending_migrations=0,
    superuser=False,
    bypasses_row_security=False,
    tables_with_row_security=12,
    tables_not_forced=(),
    encrypted=True,
    remote=True,
    durable=True,
    clock_apart=0.1,
)


def _wrong(facts: Facts) -> dict[str, str]:
    return {one.key: one.sentence for one in findings(facts) if one.wrong}


def test_good_setting_has_nothing_wrong() -> None:
    assert _wrong(WELL) == {}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"demo_secret": True}, "secret"),
        ({"secret_length": 12}, "secret"),
        ({"debug": True}, "debug"),
        ({"demo_users": 4}, "demo-users"),
        ({"without_second_factor": ("gwen",)}, "second-factor"),
        ({"behind_tls_proxy": False}, "tls"),
        ({"hosts": ("a.example", "*")}, "hosts"),
        ({"embedded": True}, "embedded-database"),
        ({"superuser": True}, "superuser"),
        ({"bypasses_row_security": True}, "superuser"),
        ({"tables_with_row_security": 0}, "row-security"),
        ({"tables_not_forced": ("people_patient",)}, "row-security"),
        ({"pending_migrations": 3}, "migrations"),
        ({"encrypted": False}, "database-encryption"),
        ({"durable": False}, "durability"),
        ({"clock_apart": -61.0}, "clock"),
    ],
)
def test_each_fault_is_found_alone(change: dict[str, object], key: str) -> None:
    assert set(_wrong(replace(WELL, **change))) == {key}  # type: ignore[arg-type]


def test_local_server_needs_no_encryption() -> None:
    assert _wrong(replace(WELL, encrypted=False, remote=False)) == {}


def test_sentences_carry_the_figures() -> None:
    said = _wrong(replace(WELL, demo_users=4, pending_migrations=3, tables_not_forced=("people_patient",)))
    assert said["demo-users"].startswith("4 demonstration accounts")
    assert said["migrations"].startswith("3 changes")
    assert "people_patient" in said["row-security"]
