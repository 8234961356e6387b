"""POST /api/requests/{id}/import, and POST /api/observations/parse: the same before there is a request."""

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.conditional import PRECONDITIONS
from main_api.exception_handler import CONTENT_TYPE, problem
from main_api.idempotency.answering import PARAMETER as IDEMPOTENCY_KEY
from main_api.idempotency.answering import once_prepared
from main_api.requests.astrometry import Import
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
from main_api.requests.preconditions import while_unchanged
from main_api.requests.services.importing import append_import, preview_file, preview_import, read_import

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
        parameters=[DRY_RUN, DESIGNATION, IDEMPOTENCY_KEY, *PRECONDITIONS],
        request=BODIES,
        responses={200: ImportOutput, (400, CONTENT_TYPE): ImportRefusedOutput},
        examples=[EXAMPLE_FILE],
    )
    def post(self, request: Request, request_id: int) -> HttpResponseBase:
        """Appends the observations of a file to a draft: MPC 80-column or ADES (PSV, XML), at most 2 MB.

        All or nothing: one problem that is an error, and nothing is stored. What the draft holds already, the same
        in every value, is skipped with a warning.
        """
        dry_run, designation = read_dry_run(request), read_designation(request)

        def read() -> Import:
            content = content_of(request)
            return read_import(user=request.user, request_id=request_id, content=content, designation=designation)

        def append(file: Import) -> HttpResponseBase:
            with while_unchanged(request, request_id):
                outcome = append_import(user=request.user, request_id=request_id, file=file, designation=designation)
            body = import_body(outcome)
            if outcome.is_refused:
                return problem(400, "INVALID_INPUT", refusal_message(outcome), members=body)
            return Response(body)

        if dry_run:
            return Response(import_body(preview_import(request_id=request_id, file=read(), designation=designation)))
        return once_prepared(request, read, append)


class ParseView(APIView):
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
