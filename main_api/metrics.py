"""What main_api counts, for Prometheus: GET /metrics.

Several processes answer, and any of them is asked for the page: each counts in files of its own in the folder that
`PROMETHEUS_MULTIPROC_DIR` names, and the page adds them up. Those of a worker that died stay, so counts never shrink.
"""

import hmac
import json
import os
from collections.abc import Iterable
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
RESULT_ROUTE = "api/requests/<int:request_id>/result"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)

_requests = Counter("astrodist_main_requests", "Requests that were answered.", ("method", "route", "status"))
_durations = Histogram(
    "astrodist_main_request_duration_seconds",
    "Time to answer a request.",
    ("method", "route"),
    buckets=BOUNDS_S,
)
_reports = Counter(
    "astrodist_main_reports", "Reports of calculations: STORED, or the reason they were refused with.", ("outcome",)
)
_transitions = Counter("astrodist_main_transitions", "What happened to requests, as their history says.", ("action",))


def count_request(request: HttpRequest, response: HttpResponse, duration_s: float) -> None:
    """A request was answered."""
    method = request.method if request.method in METHODS else "other"
    route = request.resolver_match.route if request.resolver_match else "unmatched"
    _requests.labels(method, f"/{route}", str(response.status_code)).inc()
    _durations.labels(method, f"/{route}").observe(duration_s)
    if route == RESULT_ROUTE and method == "PUT":
        is_stored = response.status_code < HTTPStatus.MULTIPLE_CHOICES
        _reports.labels("STORED" if is_stored else str(json.loads(response.content)["reason"])).inc()


def count_transition(action: str) -> None:
    """Something happened to a request, and is stored."""
    _transitions.labels(action).inc()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page; hidden in production unless there is a key, which must be sent then."""
    key = settings.METRICS_KEY
    if not key and settings.PRODUCTION:
        return HttpResponseNotFound()
    given = request.headers.get("Authorization", "").encode()
    if key and not hmac.compare_digest(given, f"Bearer {key}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    text = generate_latest(_registry())
    by_status = CollectorRegistry()
    by_status.register(_ByStatus())
    return HttpResponse(text + generate_latest(by_status), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Of all processes, or of this one where it is alone."""
    if not os.environ.get(FOLDER_VARIABLE):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class _ByStatus:
    """Requests by status, as the database has them now: one walk over an index."""

    def collect(self) -> Iterable[Metric]:
        # Here, since models can be loaded only after the applications.
        from main_api.requests.models import Request
        from main_api.requests.words import RequestStatus

        up = GaugeMetricFamily("astrodist_main_database_up", "1 where the database could be read just now, else 0.")
        counted = GaugeMetricFamily("astrodist_main_stored_requests", "Requests by status.", labels=["status"])
        try:
            rows = Request.objects.order_by().values_list("status").annotate(n=Count("pk"))
            numbers = dict.fromkeys(RequestStatus.values, 0) | dict(rows)
        except DatabaseError:
            up.add_metric([], 0)
            return [up]
        for status, number in numbers.items():
            counted.add_metric([status], number)
        up.add_metric([], 1)
        return [up, counted]
