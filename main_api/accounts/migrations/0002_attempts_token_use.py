"""Counts of attempts, and when a token was last used: of those there are, now."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("name", "failed sign-ins of a name from an address"),
                            ("address", "failed sign-ins from an address"),
                            ("registration", "registrations from an address"),
                        ],
                        max_length=12,
                    ),
                ),
                ("address", models.CharField(max_length=49)),
                ("name_digest", models.CharField(blank=True, default="", max_length=64)),
                ("count", models.PositiveIntegerField(default=0)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "indexes": [models.Index(fields=["name_digest"], name="attempts_of_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "address", "name_digest"), name="attempts_once")
                ],
            },
        ),
        # The default stays in the database: the version before this one, which knows of no such column, goes on giving
        # tokens while it is being replaced.
        migrations.AddField(model_name="apitoken", name="last_used_at", field=models.DateTimeField(db_default=Now())),
    ]
