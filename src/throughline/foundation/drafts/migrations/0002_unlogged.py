"""Who is writing where outlives no crash, so it is written to no log."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("drafts", "0001_initial")]
    operations = [
        migrations.RunSQL("alter table drafts_presence set unlogged", "alter table drafts_presence set logged")
    ]
