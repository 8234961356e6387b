"""The Django app of accounts."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "main_api.accounts"
    label = "accounts"

    def ready(self) -> None:
        # drf-spectacular learns of the schemes by their definition; it cannot be imported before the apps are ready.
        import_module("main_api.accounts.schema")
