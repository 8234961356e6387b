"""Users with their role, and the tokens of clients."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


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

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"
