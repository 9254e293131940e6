"""What a patient is found by becomes one row of hers; the rows read by range follow from it by triggers."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# The tokens of a patient lie together in the index that is about to go.
FILL = """
select set_config('throughline.wall', 'open', true);
insert into people_searchentry (patient_id, site_id, tokens)
select patient_id, min(site_id::text)::uuid, array_agg(kind || token) from people_searchtoken group by patient_id;
"""

# Sorted, so that neighbours in the index are written together: a third of the work on thousands of patients.
FOLLOW = """
create function people_entry_new() returns trigger language plpgsql as $$ begin
  insert into people_searchtoken (site_id, kind, token, patient_id)
    select site_id, left(t, 1), substr(t, 2), patient_id from fresh, unnest(tokens) as t order by t collate "C";
  return null;
end $$;
create function people_entry_gone() returns trigger language plpgsql as $$ begin
  delete from people_searchtoken s using (select patient_id, site_id, unnest(tokens) as t from stale) g
    where s.site_id = g.site_id and s.kind = left(g.t, 1) and s.token = substr(g.t, 2) and s.patient_id = g.patient_id;
  return null;
end $$;
create function people_entry_changed() returns trigger language plpgsql as $$ begin
  delete from people_searchtoken s using (
    select site_id, patient_id, unnest(tokens) as t from stale
    except select site_id, patient_id, unnest(tokens) from fresh) g
    where s.site_id = g.site_id and s.kind = left(g.t, 1) and s.token = substr(g.t, 2) and s.patient_id = g.patient_id;
  insert into people_searchtoken (site_id, kind, token, patient_id)
    select site_id, left(t, 1), substr(t, 2), patient_id from (
      select site_id, patient_id, unnest(tokens) as t from fresh
      except select site_id, patient_id, unnest(tokens) from stale) g order by t collate "C";
  return null;
end $$;
create trigger people_entry_new after insert on people_searchentry
  referencing new table as fresh for each statement execute function people_entry_new();
create trigger people_entry_gone after delete on people_searchentry
  referencing old table as stale for each statement execute function people_entry_gone();
create trigger people_entry_changed after update on people_searchentry
  referencing old table as stale new table as fresh for each statement execute function people_entry_changed();
"""
UNFOLLOW = """
drop trigger people_entry_new on people_searchentry;
drop trigger people_entry_gone on people_searchentry;
drop trigger people_entry_changed on people_searchentry;
drop function people_entry_new();
drop function people_entry_gone();
drop function people_entry_changed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_rate_limit_cache"),
        ("people", "0006_directory_of_providers"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "patient",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.patient",
                    ),
                ),
                ("tokens", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "site",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="access.site",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
        migrations.RemoveIndex(model_name="searchtoken", name="people_token_patient"),
        migrations.AlterField(
            model_name="searchtoken",
            name="patient",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="people.patient",
            ),
        ),
        migrations.AlterField(
            model_name="searchtoken",
            name="site",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="access.site",
            ),
        ),
    ]
