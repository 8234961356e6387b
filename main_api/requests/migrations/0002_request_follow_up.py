"""What to do next, as the calculation service works it out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="follow_up",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
