"""The Django app of requests."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "main_api.requests"
    label = "requests"
