"""Whether main_api is alive, and whether it can do its work: GET /healthz and /readyz, on its own port."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from main_api.exception_handler import problem

logger = logging.getLogger(__name__)


class _Tables:
    """Once they are this version's they stay so: what looks takes 20 ms, and readiness is asked for often."""

    are_present = False


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return _ok()


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers, and has the tables of this version; else 503, with what is missing."""
    try:
        if not _Tables.are_present:
            missing = _missing_migrations()
            if missing:
                return _not_ready(f"The database lacks {missing} migrations; run main_api/manage.py migrate.")
            _Tables.are_present = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            cursor.fetchone()
    except DatabaseError as error:
        logger.warning("database does not answer", extra={"action": "ready", "error": repr(error)})
        connection.close()
        return _not_ready("The database does not answer.")
    return _ok()


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _ok() -> HttpResponse:
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def _not_ready(message: str) -> HttpResponse:
    return problem(503, "UNAVAILABLE", message, headers={"Cache-Control": "no-store"})
