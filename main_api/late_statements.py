"""Ends the database's work for a call whose caller has given up (`X-Request-Timeout-S`); nothing of it is stored then.

No statement is begun after the deadline. One that runs is ended by SQLite's progress handler or by PostgreSQL's
`statement_timeout`, which is set with the first statement of a call: one more round trip for it, and one at its end.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from main_api import deadline
from main_api.errors import DeadlineExceeded

# Of SQLite's virtual machine, between two looks at the clock: about a millisecond.
STEP_COUNT = 20_000


class LateStatementMiddleware:
    """Innermost, so that what others store at the end of a call, a session for example, is stored in any case."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if deadline.left_s() is None:
            return self.get_response(request)
        watch = _Watch()
        with connection.execute_wrapper(watch):
            try:
                return self.get_response(request)
            finally:
                watch.end()


class _Watch:
    """Around every statement of a call."""

    def __init__(self) -> None:
        self._is_set = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        left_s = deadline.left_s()
        if left_s is not None:
            if left_s <= 0:
                raise DeadlineExceeded()
            if not self._is_set:
                self._is_set = True
                _limit(left_s)
        return execute(sql, params, many, context)

    def end(self) -> None:
        """The connection is as it was."""
        if self._is_set:
            with suppress(DatabaseError):
                _limit(None)


def _limit(left_s: float | None) -> None:
    """Limits the statements of this connection; None: no more."""
    driver = connection.connection
    if driver is None:
        return
    if connection.vendor == "sqlite":
        driver.set_progress_handler(None if left_s is None else deadline.is_over, STEP_COUNT)
    else:
        with connection.wrap_database_errors:
            driver.execute(f"SET statement_timeout = {0 if left_s is None else max(1, int(left_s * 1000))}")
