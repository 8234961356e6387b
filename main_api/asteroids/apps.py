"""The Django app of the asteroid catalogue."""

from django.apps import AppConfig


class AsteroidsConfig(AppConfig):
    name = "main_api.asteroids"
    label = "asteroids"
