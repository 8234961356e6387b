"""GET /api/requests/{id}/export/{csv,json,psv}: a request as a file to keep."""

import json
from collections.abc import Sequence

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from main_api.requests.ades_file import ades_file
from main_api.requests.csv_file import csv_file
from main_api.requests.output import RequestDetailOutput
from main_api.requests.selectors import request_detail

TAGS = ["requests"]


class AnyAccept(BaseContentNegotiation):
    """The address says what the file is; renderers are for the refusals, which are JSON whatever was asked for."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ExportView(APIView):
    content_negotiation_class = AnyAccept


def attachment(content: str, *, content_type: str, name: str) -> HttpResponse:
    """A file that the browser saves under this name."""
    response = HttpResponse(content.encode(), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-cache"
    return response


class CsvExportView(ExportView):
    @extend_schema(
        operation_id="exportCsv",
        tags=TAGS,
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="One row for each observation.")},
    )
    def get(self, request: Request, request_id: int) -> HttpResponse:
        """Observations and results as CSV: the field names of the API, plain numbers, UTC."""
        detail = request_detail(user=request.user, request_id=request_id)
        return attachment(csv_file(detail), content_type="text/csv", name=f"request-{request_id}.csv")


class JsonExportView(ExportView):
    @extend_schema(operation_id="exportJson", tags=TAGS, responses=RequestDetailOutput)
    def get(self, request: Request, request_id: int) -> HttpResponse:
        """The request with all that belongs to it, as `GET /api/requests/{id}` answers it, to be saved as a file."""
        detail = RequestDetailOutput(request_detail(user=request.user, request_id=request_id)).data
        content = json.dumps(detail, cls=JSONEncoder, ensure_ascii=False, indent=2, allow_nan=False)
        return attachment(f"{content}\n", content_type="application/json", name=f"request-{request_id}.json")


class AdesExportView(ExportView):
    @extend_schema(
        operation_id="exportAdes",
        tags=TAGS,
        responses={(200, "text/plain"): OpenApiResponse(OpenApiTypes.STR, description="ADES 2022, PSV.")},
    )
    def get(self, request: Request, request_id: int) -> HttpResponse:
        """Observations as ADES PSV, with `resRA`, `resDec` and `selAst` once there is a result.

        An import reads it back. The portal knows neither telescope nor measurers, so the MPC would not accept it.
        """
        detail = request_detail(user=request.user, request_id=request_id)
        return attachment(ades_file(detail), content_type="text/plain", name=f"request-{request_id}.psv")
