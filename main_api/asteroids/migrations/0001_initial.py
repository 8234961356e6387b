"""The catalogue, the synchronisations that fill it, and the pages held of them."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import main_api.asteroids.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Asteroid",
            fields=[
                ("spkid", models.IntegerField(primary_key=True, serialize=False)),
                ("full_name", models.CharField(max_length=100)),
                ("designation", models.CharField(max_length=32)),
                ("name", models.CharField(blank=True, default="", max_length=64)),
                ("number", models.IntegerField(null=True)),
                ("orbit_class", models.CharField(blank=True, default="", max_length=8)),
                ("neo", models.BooleanField(null=True)),
                ("pha", models.BooleanField(null=True)),
                ("h_magnitude", models.FloatField(null=True)),
                ("epoch_mjd_tdb", models.FloatField(null=True)),
                ("a_au", models.FloatField(null=True)),
                ("e", models.FloatField(null=True)),
                ("i_deg", models.FloatField(null=True)),
                ("node_deg", models.FloatField(null=True)),
                ("peri_deg", models.FloatField(null=True)),
                ("mean_anomaly_deg", models.FloatField(null=True)),
                ("q_au", models.FloatField(null=True)),
                ("tp_mjd_tdb", models.FloatField(null=True)),
                ("period_years", models.FloatField(null=True)),
                ("g_slope", models.FloatField(null=True)),
                ("diameter_km", models.FloatField(null=True)),
                ("albedo", models.FloatField(null=True)),
                ("moid_au", models.FloatField(null=True)),
                ("condition_code", models.CharField(blank=True, default="", max_length=4)),
                ("data_arc_days", models.IntegerField(null=True)),
                ("first_obs", models.CharField(blank=True, default="", max_length=16)),
                ("last_obs", models.CharField(blank=True, default="", max_length=16)),
                ("observation_count", models.IntegerField(null=True)),
                ("rms_arcsec", models.FloatField(null=True)),
                ("orbit_id", models.CharField(blank=True, default="", max_length=32)),
                ("name_key", main_api.asteroids.models.KeyField(max_length=64, null=True)),
                ("designation_key", main_api.asteroids.models.KeyField(blank=True, default="", max_length=32)),
                ("content_hash", models.BigIntegerField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["spkid"],
                "indexes": [
                    models.Index(fields=["number"], name="asteroid_number"),
                    models.Index(fields=["name_key"], name="asteroid_name"),
                    models.Index(fields=["designation_key"], name="asteroid_designation"),
                    models.Index(fields=["orbit_class"], name="asteroid_orbit_class"),
                    models.Index(fields=["h_magnitude"], name="asteroid_h_magnitude"),
                    models.Index(condition=models.Q(("neo", True)), fields=["spkid"], name="asteroid_neo"),
                    models.Index(condition=models.Q(("neo", True)), fields=["h_magnitude"], name="asteroid_neo_h"),
                    models.Index(condition=models.Q(("pha", True)), fields=["spkid"], name="asteroid_pha"),
                    models.Index(condition=models.Q(("pha", True)), fields=["h_magnitude"], name="asteroid_pha_h"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("spkid__gt", 0)), name="asteroid_spkid_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("number__isnull", True), ("number__gt", 0), _connector="OR"),
                        name="asteroid_number_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CatalogueSync",
            fields=[
                ("calculation_id", models.UUIDField(primary_key=True, serialize=False)),
                ("calculation_created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("pass_number", models.PositiveIntegerField()),
                ("held_count", models.PositiveIntegerField()),
                ("deleted_count", models.PositiveIntegerField(default=0)),
                ("warning", models.TextField(blank=True, default="")),
            ],
            options={
                "ordering": ["-calculation_created_at", "-calculation_id"],
                "indexes": [models.Index(fields=["calculation_created_at"], name="catalogue_sync_created")],
            },
        ),
        migrations.CreateModel(
            name="CataloguePage",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.PositiveIntegerField()),
                ("object_count", models.PositiveIntegerField()),
                ("page_count", models.PositiveIntegerField()),
                ("row_count", models.PositiveIntegerField()),
                ("added_count", models.PositiveIntegerField()),
                ("updated_count", models.PositiveIntegerField()),
                ("unchanged_count", models.PositiveIntegerField()),
                ("digest", models.BinaryField(max_length=16)),
                ("spkids", models.BinaryField()),
                (
                    "sync",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pages", to="asteroids.cataloguesync"
                    ),
                ),
            ],
            options={
                "ordering": ["page"],
                "constraints": [
                    models.UniqueConstraint(fields=("sync", "page"), name="catalogue_page_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "row_count",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("added_count"), "+", models.F("updated_count")
                                    ),
                                    "+",
                                    models.F("unchanged_count"),
                                ),
                            )
                        ),
                        name="catalogue_page_counts_add_up",
                    ),
                ],
            },
        ),
    ]
