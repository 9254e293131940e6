"""The story table itself: partitioned by month, append-only."""

from django.db import migrations

FORWARD = """
create table journal_entry (
  id uuid not null,
  recorded_at timestamptz not null,
  occurred_at timestamptz not null,
  kind varchar(80) not null,
  sentence text not null,
  site_id uuid not null,
  patient_id uuid,
  case_id uuid,
  actor_id uuid,
  actor_name varchar(200) not null,
  payload jsonb not null,
  primary key (recorded_at, id)
) partition by range (recorded_at);
create index journal_entry_patient on journal_entry (patient_id, recorded_at desc, id desc);
create table journal_entry_default partition of journal_entry default;
select throughline_ensure_months('journal_entry', (current_date - interval '13 months')::date,
                                 (current_date + interval '13 months')::date);
create trigger journal_entry_append_only before update or delete on journal_entry
  for each row execute function throughline_refuse_change();
"""

BACKWARD = "drop table journal_entry"


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial"), ("audit", "0002_partitions")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
