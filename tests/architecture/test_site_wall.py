"""Every table with a site stands behind PostgreSQL's own wall, and the wall holds."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from throughline.foundation.access import row_security, wall
from throughline.foundation.access.bulk import copy_rows
from throughline.foundation.access.models import PatientAccess
from throughline.foundation.access.tests.factories import LONG_AGO, make_site, make_user, open_record
from throughline.foundation.audit.models import AuditEntry

# Models that say they need none, and why a reader may believe it.
WITHOUT = {
    "access.Grant": "read to find out which sites are the viewer's",
    "access.Team": "holds no patient's data, and is read to find out which records are open",
}


def with_site():
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if any(field.column == "site_id" for field in model._meta.local_fields)
    ]


def test_only_the_listed_models_go_without_a_wall():
    without = {model._meta.label for model in with_site() if getattr(model, "site_wall", "") == "none"}
    assert without == set(WITHOUT)


@pytest.mark.django_db
@pytest.mark.parametrize("model", with_site(), ids=lambda model: model._meta.label)
def test_a_table_with_a_site_has_its_wall_and_shows_nothing_when_closed(model):
    if model._meta.label in WITHOUT:
        return
    table = model._meta.db_table
    assert table not in {walled.table for walled in row_security.missing_walls(connection)}
    with wall.closed(), connection.cursor() as cursor:
        cursor.execute(f'explain (verbose) select * from "{table}"')
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "throughline.sites" in plan, f"PostgreSQL does not hold the wall on {table}:\n{plan}"
    assert "::uuid[])" not in plan, f"The sites are made ids of for every row of {table}, not once:\n{plan}"


@pytest.fixture
def two_sites(db):
    here, there = make_site(), make_site()
    nurse = make_user("case_manager", here)
    for site in (here, there):
        open_record(uuid4(), site, user=nurse)
    return here, there, nurse


def seen():
    return set(PatientAccess.objects.values_list("site_id", flat=True))


def test_a_query_without_any_filter_sees_only_the_sites_named(two_sites):
    here, there, _ = two_sites
    assert seen() == {here.id, there.id}
    with wall.narrowed_to([here.id]):
        assert seen() == {here.id}
        with wall.opened():
            assert seen() == {here.id, there.id}
        assert seen() == {here.id}
    with wall.closed():
        assert seen() == set()
    assert seen() == {here.id, there.id}


def test_a_row_of_another_site_can_be_neither_written_nor_changed_nor_deleted(two_sites):
    here, there, nurse = two_sites
    with wall.narrowed_to([here.id]):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            open_record(uuid4(), there, user=nurse)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            PatientAccess.objects.filter(site=here).update(site=there)
        assert PatientAccess.objects.filter(site=there).update(source="x") == 0
        assert PatientAccess.objects.filter(site=there).delete()[0] == 0
    assert PatientAccess.objects.filter(site=there, source="").count() == 1


def test_the_wall_comes_back_when_the_work_fails(two_sites):
    here, there, _ = two_sites
    with pytest.raises(ZeroDivisionError), wall.narrowed_to([here.id]):
        raise ZeroDivisionError
    assert seen() == {here.id, there.id}


def test_the_wall_comes_back_after_a_broken_transaction(two_sites):
    here, there, _ = two_sites
    with pytest.raises(DatabaseError), transaction.atomic(), wall.narrowed_to([here.id]), connection.cursor() as cursor:
        cursor.execute("select 1/0")
    assert seen() == {here.id, there.id}


@pytest.mark.django_db(transaction=True)
def test_a_session_made_anew_in_the_middle_of_the_work_stands_where_the_old_one_stood():
    here, there = make_site(), make_site()
    nurse = make_user("case_manager", here)
    for site in (here, there):
        open_record(uuid4(), site, user=nurse)
    with wall.narrowed_to([here.id]):
        connection.close()
        assert seen() == {here.id}
    connection.close()
    assert seen() == {here.id, there.id}


def test_a_refused_reach_into_another_site_is_on_file_though_it_cannot_be_read_back(two_sites):
    here, there, _ = two_sites
    with wall.narrowed_to([here.id]):
        AuditEntry.objects.create(at=LONG_AGO, kind="refused", name="x", actor_name="x", site_id=there.id)
        assert not AuditEntry.objects.exists()
    assert AuditEntry.objects.count() == 1


def test_copied_rows_are_checked_like_any_others(two_sites):
    here, there, nurse = two_sites
    columns = ["id", "site_id", "patient_id", "user_id", "kind", "source", "since"]
    row = lambda site: (uuid4(), site.id, uuid4(), nurse.id, "cover", "", LONG_AGO)  # noqa: E731
    with wall.narrowed_to([here.id]):
        assert copy_rows("access_patientaccess", columns, [row(here), row(here)]) == 2
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            copy_rows("access_patientaccess", columns, [row(there)])


def test_the_database_s_login_is_bound_by_the_wall(db):
    assert row_security.rls_is_effective(connection)
