"""The application of answers that are kept."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "main_api.idempotency"
    label = "idempotency"
