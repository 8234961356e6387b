"""Migrations stay compatible one version back: the previous release goes on working on the tables of this one, while
one process after the other is exchanged, and when this release has to be taken back."""

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

from main_api.config.settings import INSTALLED_APPS

OWN = frozenset(name.rpartition(".")[2] for name in INSTALLED_APPS if name.startswith("main_api."))
# What the previous release neither misses nor trips over.
HARMLESS = frozenset({"CreateModel", "AddIndex", "RemoveIndex", "AlterModelOptions", "RemoveConstraint"})


def later_operations() -> list[tuple[str, Operation]]:
    """Every operation of our own migrations but those that make the first tables."""
    migrations = MigrationLoader(None).disk_migrations
    return [
        (f"{app}.{name}.{type(operation).__name__}", operation)
        for (app, name), migration in sorted(migrations.items())
        if app in OWN and not migration.initial and not name.startswith("0001")
        for operation in migration.operations
    ]


@pytest.mark.parametrize(("name", "operation"), later_operations(), ids=lambda value: str(value)[:80])
def test_previous_release_can_write_to_the_tables_of_this_one(name: str, operation: Operation) -> None:
    if type(operation).__name__ == "AddField":
        field = operation.field  # type: ignore[attr-defined]
        assert field.null or field.db_default is not NOT_PROVIDED or field.many_to_many, (
            f"{name} of {operation.name}: a release that does not know the column cannot write a row"  # type: ignore[attr-defined]
        )
    else:
        assert type(operation).__name__ in HARMLESS, f"{name}: say in docs/operations.md how to take this step"
