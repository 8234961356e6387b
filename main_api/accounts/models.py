"""Users with their role, the tokens of clients, and how often somebody tried to get in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now


class Role(models.TextChoices):
    """Observers submit requests, moderators decide about them."""

    OBSERVER = "observer", "observer"
    MODERATOR = "moderator", "moderator"


class User(AbstractUser):
    """Somebody who signs in."""

    role = models.CharField(max_length=9, choices=Role, default=Role.OBSERVER)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            # `Observer` beside `observer` would be somebody pretending.
            models.UniqueConstraint(Lower("username"), name="user_name_unique_in_any_case"),
        ]

    @property
    def is_moderator(self) -> bool:
        return self.role == Role.MODERATOR


class ApiToken(models.Model):
    """A client's token. Only its digest is stored: a copy of the database opens no doors."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    # To the hour, so that a call does not write.
    last_used_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"


class Attempts(models.Model):
    """How many attempts count against an address, or a name from an address, until a moment."""

    class Kind(models.TextChoices):
        """What is counted."""

        NAME = "name", "failed sign-ins of a name from an address"
        ADDRESS = "address", "failed sign-ins from an address"
        REGISTRATION = "registration", "registrations from an address"

    kind = models.CharField(max_length=12, choices=Kind)
    address = models.CharField(max_length=49)
    name_digest = models.CharField(max_length=64, blank=True, default="")
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "address", "name_digest"], name="attempts_once")]
        indexes = [models.Index(fields=["name_digest"], name="attempts_of_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.address} {self.count}"
