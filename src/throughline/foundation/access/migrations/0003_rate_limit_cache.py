"""The table in which rate limits count over all workers (Django's database cache)."""

from django.db import migrations

FORWARD = """
create table access_cache (
  cache_key varchar(255) not null primary key,
  value text not null,
  expires timestamptz not null
);
create index access_cache_expires on access_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0002_emergency_finding")]
    operations = [migrations.RunSQL(FORWARD, "drop table access_cache")]
