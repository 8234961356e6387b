"""Why a verdict is what it is, as a word and numbers, and which observations fix the distance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0002_request_follow_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="verdict_grounds",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="observationresult",
            name="information_share",
            field=models.FloatField(blank=True, null=True),
        ),
    ]
