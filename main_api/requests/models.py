"""Tables of requests: the request, its observations, their results, its history, the reports applied to it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from main_api.requests.words import Action, CalculationState, RequestStatus, Verdict

DESIGNATION_LENGTH_MAX = 100
COMMENT_LENGTH_MAX = 10_000
NOTE_LENGTH_MAX = 2_000


class Request(models.Model):
    """A request for the distance of one object. The columns from `calculation_id` on hold the last known result."""

    status = models.CharField(max_length=9, choices=RequestStatus, default=RequestStatus.DRAFT)
    designation = models.CharField(max_length=DESIGNATION_LENGTH_MAX)
    comment = models.TextField(blank=True, default="")
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="created_requests")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="moderated_requests"
    )
    created_at = models.DateTimeField()
    formed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()
    observation_count = models.PositiveIntegerField(default=0)
    result_count = models.PositiveIntegerField(default=0)

    calculation_id = models.UUIDField(null=True, blank=True)
    calculation_created_at = models.DateTimeField(null=True, blank=True)
    calculation_state = models.CharField(max_length=9, choices=CalculationState, blank=True, default="")
    error = models.JSONField(null=True, blank=True)
    verdict = models.CharField(max_length=14, choices=Verdict, blank=True, default="")
    verdict_reason = models.TextField(blank=True, default="")
    verdict_grounds = models.JSONField(null=True, blank=True)
    orbit = models.JSONField(null=True, blank=True)
    alternatives = models.JSONField(blank=True, default=list)
    follow_up = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["creator", "status"], name="request_creator_status"),
            models.Index(fields=["status", "formed_at"], name="request_status_formed_at"),
            models.Index(fields=["updated_at"], name="request_updated_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(formed_at__isnull=True, status__in=["DRAFT", "DELETED"])
                | Q(formed_at__isnull=False, status__in=["FORMED", "COMPLETED", "REJECTED"]),
                name="request_formed_at_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(status="COMPLETED", completed_at__isnull=False, calculation_id__isnull=False)
                | (~Q(status="COMPLETED") & Q(completed_at__isnull=True)),
                name="request_completed_has_calculation",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["COMPLETED", "REJECTED"]) | Q(moderator__isnull=False),
                name="request_decided_by_moderator",
            ),
            models.CheckConstraint(
                condition=Q(result_count__lte=F("observation_count")), name="request_results_of_observations"
            ),
            models.CheckConstraint(
                condition=Q(calculation_state__in=["", *CalculationState.values]),
                name="request_calculation_state_known",
            ),
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="request_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.designation}"


class Observation(models.Model):
    """A sky position measured from a station at a moment: what ties a request to the station."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="observations")
    observed_at = models.DateTimeField()
    ra_deg = models.FloatField()
    dec_deg = models.FloatField()
    station = models.CharField(max_length=4)
    sigma_ra_arcsec = models.FloatField(null=True, blank=True)
    sigma_dec_arcsec = models.FloatField(null=True, blank=True)
    correlation = models.FloatField(null=True, blank=True)
    magnitude = models.FloatField(null=True, blank=True)
    band = models.CharField(max_length=8, blank=True, default="")
    mode = models.CharField(max_length=8, blank=True, default="")
    catalogue = models.CharField(max_length=16, blank=True, default="")
    program = models.CharField(max_length=8, blank=True, default="")
    observer_position_km = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["observed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "station", "observed_at"], name="observation_once"),
            models.CheckConstraint(condition=Q(ra_deg__gte=0, ra_deg__lt=360), name="observation_ra_in_circle"),
            models.CheckConstraint(condition=Q(dec_deg__gte=-90, dec_deg__lte=90), name="observation_dec_on_sphere"),
            models.CheckConstraint(
                condition=(Q(sigma_ra_arcsec__isnull=True) | Q(sigma_ra_arcsec__gt=0))
                & (Q(sigma_dec_arcsec__isnull=True) | Q(sigma_dec_arcsec__gt=0)),
                name="observation_sigma_positive",
            ),
            models.CheckConstraint(
                condition=Q(correlation__isnull=True) | Q(correlation__gt=-1, correlation__lt=1),
                name="observation_correlation_inside_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.observed_at:%Y-%m-%d %H:%M:%S}"


class ObservationResult(models.Model):
    """The distance at one observation. A table of its own, because results are replaced as a whole, 5,000 at once."""

    observation = models.OneToOneField(Observation, models.CASCADE, primary_key=True, related_name="result")
    result_state = models.CharField(max_length=14, choices=Verdict)
    distance_au = models.FloatField(null=True, blank=True)
    distance_sigma_au = models.FloatField(null=True, blank=True)
    distance_low_au = models.FloatField(null=True, blank=True)
    distance_high_au = models.FloatField(null=True, blank=True)
    heliocentric_distance_au = models.FloatField(null=True, blank=True)
    residual_ra_arcsec = models.FloatField(null=True, blank=True)
    residual_dec_arcsec = models.FloatField(null=True, blank=True)
    used = models.BooleanField(null=True, blank=True)
    information_share = models.FloatField(null=True, blank=True)
    fit_sigma_ra_arcsec = models.FloatField(null=True, blank=True)
    fit_sigma_dec_arcsec = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result_state__in=Verdict.values), name="result_state_known"),
            models.CheckConstraint(
                condition=Q(distance_au__isnull=True) | Q(distance_au__gte=0), name="result_distance_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.observation_id} {self.result_state}"


class HistoryEntry(models.Model):
    """Something that happened to a request. Rows are only ever added.

    actor: null when the calculation service reported. earlier_result: what a RESULT_REPLACED replaced.
    """

    request = models.ForeignKey(Request, models.CASCADE, related_name="history")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=24, choices=Action)
    calculation_id = models.UUIDField(null=True, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH_MAX, blank=True, default="")
    earlier_result = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "history entries"
        constraints = [
            models.CheckConstraint(condition=Q(action__in=Action.values), name="history_action_known"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


class AppliedReport(models.Model):
    """A report whose effect is in the request already, so that a late retry cannot undo what came after it."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="applied_reports")
    report_id = models.UUIDField()
    applied_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "report_id"], name="report_applied_once")]

    def __str__(self) -> str:
        return str(self.report_id)
