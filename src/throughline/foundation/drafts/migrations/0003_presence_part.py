"""Who is writing says at which part of a larger place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drafts", "0002_unlogged")]
    operations = [
        migrations.AddField(
            model_name="presence",
            name="part",
            field=models.CharField(blank=True, default='', help_text='of a larger place: a goal of the plan', max_length=60),
        )
    ]
