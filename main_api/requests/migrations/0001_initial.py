"""The first tables of requests."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "DRAFT"),
                            ("FORMED", "FORMED"),
                            ("COMPLETED", "COMPLETED"),
                            ("REJECTED", "REJECTED"),
                            ("DELETED", "DELETED"),
                        ],
                        default="DRAFT",
                        max_length=9,
                    ),
                ),
                ("designation", models.CharField(max_length=100)),
                ("comment", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
                ("formed_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("updated_at", models.DateTimeField()),
                ("observation_count", models.PositiveIntegerField(default=0)),
                ("result_count", models.PositiveIntegerField(default=0)),
                ("calculation_id", models.UUIDField(blank=True, null=True)),
                ("calculation_created_at", models.DateTimeField(blank=True, null=True)),
                (
                    "calculation_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("SCHEDULED", "SCHEDULED"),
                            ("RUNNING", "RUNNING"),
                            ("SUCCEEDED", "SUCCEEDED"),
                            ("FAILED", "FAILED"),
                            ("CANCELLED", "CANCELLED"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("error", models.JSONField(blank=True, null=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("DETERMINED", "DETERMINED"), ("WEAK", "WEAK"), ("NOT_DETERMINED", "NOT_DETERMINED")],
                        default="",
                        max_length=14,
                    ),
                ),
                ("verdict_reason", models.TextField(blank=True, default="")),
                ("orbit", models.JSONField(blank=True, null=True)),
                ("alternatives", models.JSONField(blank=True, default=list)),
                (
                    "creator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="created_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "moderator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moderated_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("observed_at", models.DateTimeField()),
                ("ra_deg", models.FloatField()),
                ("dec_deg", models.FloatField()),
                ("station", models.CharField(max_length=4)),
                ("sigma_ra_arcsec", models.FloatField(blank=True, null=True)),
                ("sigma_dec_arcsec", models.FloatField(blank=True, null=True)),
                ("correlation", models.FloatField(blank=True, null=True)),
                ("magnitude", models.FloatField(blank=True, null=True)),
                ("band", models.CharField(blank=True, default="", max_length=8)),
                ("mode", models.CharField(blank=True, default="", max_length=8)),
                ("catalogue", models.CharField(blank=True, default="", max_length=16)),
                ("program", models.CharField(blank=True, default="", max_length=8)),
                ("observer_position_km", models.JSONField(blank=True, null=True)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="observations", to="requests.request"
                    ),
                ),
            ],
            options={
                "ordering": ["observed_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="HistoryEntry",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("CREATED", "CREATED"),
                            ("FORMED", "FORMED"),
                            ("COMPLETED", "COMPLETED"),
                            ("REJECTED", "REJECTED"),
                            ("DELETED", "DELETED"),
                            ("RECALCULATED", "RECALCULATED"),
                            ("RECALCULATION_UNDONE", "RECALCULATION_UNDONE"),
                            ("RESULT_RECORDED", "RESULT_RECORDED"),
                            ("RESULT_REPLACED", "RESULT_REPLACED"),
                            ("CALCULATION_FAILED", "CALCULATION_FAILED"),
                            ("CALCULATION_CANCELLED", "CALCULATION_CANCELLED"),
                        ],
                        max_length=24,
                    ),
                ),
                ("calculation_id", models.UUIDField(blank=True, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=2000)),
                ("earlier_result", models.JSONField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="history", to="requests.request"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "history entries",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="AppliedReport",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("report_id", models.UUIDField()),
                ("applied_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applied_reports",
                        to="requests.request",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ObservationResult",
            fields=[
                (
                    "observation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="result",
                        serialize=False,
                        to="requests.observation",
                    ),
                ),
                (
                    "result_state",
                    models.CharField(
                        choices=[("DETERMINED", "DETERMINED"), ("WEAK", "WEAK"), ("NOT_DETERMINED", "NOT_DETERMINED")],
                        max_length=14,
                    ),
                ),
                ("distance_au", models.FloatField(blank=True, null=True)),
                ("distance_sigma_au", models.FloatField(blank=True, null=True)),
                ("distance_low_au", models.FloatField(blank=True, null=True)),
                ("distance_high_au", models.FloatField(blank=True, null=True)),
                ("heliocentric_distance_au", models.FloatField(blank=True, null=True)),
                ("residual_ra_arcsec", models.FloatField(blank=True, null=True)),
                ("residual_dec_arcsec", models.FloatField(blank=True, null=True)),
                ("used", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result_state__in", ["DETERMINED", "WEAK", "NOT_DETERMINED"])),
                        name="result_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("distance_au__isnull", True), ("distance_au__gte", 0), _connector="OR"),
                        name="result_distance_not_negative",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["creator", "status"], name="request_creator_status"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["status", "formed_at"], name="request_status_formed_at"),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["updated_at"], name="request_updated_at"),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("formed_at__isnull", True), ("status__in", ["DRAFT", "DELETED"])),
                    models.Q(("formed_at__isnull", False), ("status__in", ["FORMED", "COMPLETED", "REJECTED"])),
                    _connector="OR",
                ),
                name="request_formed_at_fits_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("calculation_id__isnull", False), ("completed_at__isnull", False), ("status", "COMPLETED")
                    ),
                    models.Q(models.Q(("status", "COMPLETED"), _negated=True), ("completed_at__isnull", True)),
                    _connector="OR",
                ),
                name="request_completed_has_calculation",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["COMPLETED", "REJECTED"]), _negated=True),
                    ("moderator__isnull", False),
                    _connector="OR",
                ),
                name="request_decided_by_moderator",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("result_count__lte", models.F("observation_count"))),
                name="request_results_of_observations",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("calculation_state__in", ["", "SCHEDULED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"])
                ),
                name="request_calculation_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["", "DETERMINED", "WEAK", "NOT_DETERMINED"])),
                name="request_verdict_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(fields=("request", "station", "observed_at"), name="observation_once"),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ra_deg__gte", 0), ("ra_deg__lt", 360)), name="observation_ra_in_circle"
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("dec_deg__gte", -90), ("dec_deg__lte", 90)), name="observation_dec_on_sphere"
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sigma_ra_arcsec__isnull", True), ("sigma_ra_arcsec__gt", 0), _connector="OR"),
                    models.Q(("sigma_dec_arcsec__isnull", True), ("sigma_dec_arcsec__gt", 0), _connector="OR"),
                ),
                name="observation_sigma_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("correlation__isnull", True),
                    models.Q(("correlation__gt", -1), ("correlation__lt", 1)),
                    _connector="OR",
                ),
                name="observation_correlation_inside_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="historyentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        [
                            "CREATED",
                            "FORMED",
                            "COMPLETED",
                            "REJECTED",
                            "DELETED",
                            "RECALCULATED",
                            "RECALCULATION_UNDONE",
                            "RESULT_RECORDED",
                            "RESULT_REPLACED",
                            "CALCULATION_FAILED",
                            "CALCULATION_CANCELLED",
                        ],
                    )
                ),
                name="history_action_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appliedreport",
            constraint=models.UniqueConstraint(fields=("request", "report_id"), name="report_applied_once"),
        ),
    ]
