"""The audit table itself: partitioned by month, append-only."""

from django.db import migrations

FORWARD = """
create or replace function throughline_ensure_months(parent text, first date, last date) returns void
language plpgsql as $$
declare month date := date_trunc('month', first);
begin
  while month <= last loop
    execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
      parent || to_char(month, '"_"YYYY"_"MM'), parent, month::timestamptz, (month + interval '1 month')::timestamptz);
    month := month + interval '1 month';
  end loop;
end $$;

create or replace function throughline_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create table audit_entry (
  id uuid not null,
  at timestamptz not null,
  kind varchar(20) not null,
  name varchar(120) not null,
  actor_id uuid,
  actor_name varchar(200) not null,
  actor_kind varchar(20) not null,
  site_id uuid,
  patient_id uuid,
  purpose varchar(40) not null,
  detail jsonb not null,
  primary key (at, id)
) partition by range (at);
create index audit_entry_patient on audit_entry (patient_id, at desc);
create index audit_entry_actor on audit_entry (actor_id, at desc);
create table audit_entry_default partition of audit_entry default;
select throughline_ensure_months('audit_entry', (current_date - interval '13 months')::date,
                                 (current_date + interval '13 months')::date);
create trigger audit_entry_append_only before update or delete on audit_entry
  for each row execute function throughline_refuse_change();
"""

BACKWARD = "drop table audit_entry"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
