"""POST /api/requests/{id}/import, and POST /api/observations/parse: the same before there is a request."""

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.accounts.permissions import IsObserver
from main_api.exception_handler import CONTENT_TYPE, problem
from main_api.requests.file_parser import FileParser
from main_api.requests.import_body import (
    DESIGNATION,
    DRY_RUN,
    EXAMPLE_FILE,
    ImportOutput,
    ImportRefusedOutput,
    import_body,
    read_designation,
    read_dry_run,
    refusal_message,
)
from main_api.requests.services.importing import import_observations, preview_file

BODIES = {
    "text/plain": OpenApiTypes.STR,
    "application/xml": OpenApiTypes.STR,
    "application/octet-stream": OpenApiTypes.BINARY,
}


class ImportView(APIView):
    parser_classes = [FileParser]

    @extend_schema(
        operation_id="importObservations",
        tags=["requests"],
        parameters=[DRY_RUN, DESIGNATION],
        request=BODIES,
        responses={200: ImportOutput, (400, CONTENT_TYPE): ImportRefusedOutput},
        examples=[EXAMPLE_FILE],
    )
    def post(self, request: Request, request_id: int) -> HttpResponseBase:
        """Appends the observations of a file to a draft: MPC 80-column or ADES (PSV, XML), at most 2 MB.

        All or nothing: one problem that is an error, and nothing is stored. What the draft holds already, the same
        in every value, is skipped with a warning.
        """
        dry_run = read_dry_run(request)
        outcome = import_observations(
            user=request.user,
            request_id=request_id,
            content=content_of(request),
            designation=read_designation(request),
            dry_run=dry_run,
        )
        body = import_body(outcome)
        if outcome.is_refused and not dry_run:
            return problem(400, "INVALID_INPUT", refusal_message(outcome), members=body)
        return Response(body)


class ParseView(APIView):
    permission_classes = [IsObserver]
    parser_classes = [FileParser]

    @extend_schema(
        operation_id="parseObservations",
        tags=["requests"],
        parameters=[DESIGNATION],
        request=BODIES,
        responses=ImportOutput,
        examples=[EXAMPLE_FILE],
    )
    def post(self, request: Request) -> Response:
        """Says what a new request of this file would hold, and what is wrong with it; stores nothing.

        The dry run of an import for a request that is not there yet. Its observations, less `id`, `designation` and
        `line`, are what `POST /api/requests` takes.
        """
        return Response(import_body(preview_file(content=content_of(request), designation=read_designation(request))))


def content_of(request: Request) -> bytes:
    """The body; without one, the framework asks no parser."""
    return request.data if isinstance(request.data, bytes) else b""
