"""The result method over HTTP: check who reports and what, store it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from main_api.accounts.permissions import ByTable
from main_api.errors import Forbidden
from main_api.exception_handler import handle
from main_api.json_parser import RawJsonParser, parse_object
from main_api.quick_reading import read_body
from main_api.requests.serializers import ResultInput, report_of
from main_api.requests.services import results
from main_api.signature import HEADERS, refuse_other_id, refuse_unsigned

JSON = "application/json"
SIGNATURE = "As Standard Webhooks has it; needed where MAIN_REQUIRE_SIGNATURE is set."


class ResultView(APIView):
    authentication_classes = []
    parser_classes = [RawJsonParser]

    def dispatch(self, request: HttpRequest, *args: Any, **path: Any) -> HttpResponseBase:
        """Answers usual reports without the framework's preparations, which take as long as storing one does."""
        if request.method != "PUT" or not _is_usual(request):
            return super().dispatch(request, *args, **path)
        try:
            if not ByTable().has_permission(request, self):
                raise Forbidden()
            return _stored(request, RawJsonParser().parse(request), **path)
        except Exception as error:
            answer = handle(error, {})
            if answer is None:
                raise
            return answer

    @extend_schema(
        operation_id="putResult",
        tags=["requests"],
        request=ResultInput,
        responses={204: None},
        parameters=[
            OpenApiParameter(header, str, OpenApiParameter.HEADER, description=SIGNATURE) for header in HEADERS
        ],
    )
    def put(self, request: Request, request_id: int) -> HttpResponse:
        """The end of a calculation, from the calculation service or by hand with the key."""
        # Without a body, the framework asks no parser.
        return _stored(request, request.data if isinstance(request.data, bytes) else b"", request_id)


def _is_usual(request: HttpRequest) -> bool:
    """It sends JSON and takes any answer, as calc_grpc does: there is nothing to choose."""
    return request.META.get("CONTENT_TYPE") == JSON and request.META.get("HTTP_ACCEPT", "*/*") == "*/*"


def _stored(request: HttpRequest, content: bytes, request_id: int) -> HttpResponse:
    refuse_unsigned(request, content)
    report = report_of(read_body(ResultInput, parse_object(content)))
    refuse_other_id(request, report.report_id)
    results.receive_report(request_id=request_id, report=report)
    return HttpResponse(status=204)
