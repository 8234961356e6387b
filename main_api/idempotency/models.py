"""The table of answers that are kept for calls with an `Idempotency-Key`."""

from django.conf import settings
from django.db import models
from django.db.models import Q

KEY_LENGTH_MAX = 255
CALL_LENGTH_MAX = 255


class KeptAnswer(models.Model):
    """The first answer to a call with a key; `status` is null while it is being made.

    call: method and path. fingerprint: of the body, its type and the parameters. claim: drawn by whoever makes the
    answer; who finds another one in its place was too slow, and somebody else makes it now.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    call = models.CharField(max_length=CALL_LENGTH_MAX)
    key = models.CharField(max_length=KEY_LENGTH_MAX)
    fingerprint = models.CharField(max_length=64)
    claim = models.UUIDField()
    claimed_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(blank=True, default=dict)
    body = models.BinaryField(blank=True, default=b"")

    class Meta:
        indexes = [models.Index(fields=["claimed_at"], name="kept_answer_claimed_at")]
        constraints = [
            models.UniqueConstraint(fields=["user", "call", "key"], name="kept_answer_once"),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__gte=200, status__lt=500), name="kept_answer_no_fault"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.key}"
