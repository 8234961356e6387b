"""POST /api/requests/{id}/import."""

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.exception_handler import CONTENT_TYPE, problem
from main_api.requests.file_parser import FileParser
from main_api.requests.import_body import (
    EXAMPLE_FILE,
    PARAMETERS,
    ImportOutput,
    ImportRefusedOutput,
    import_body,
    read_parameters,
    refusal_message,
)
from main_api.requests.services.importing import import_observations


class ImportView(APIView):
    parser_classes = [FileParser]

    @extend_schema(
        operation_id="importObservations",
        tags=["requests"],
        parameters=list(PARAMETERS),
        request={
            "text/plain": OpenApiTypes.STR,
            "application/xml": OpenApiTypes.STR,
            "application/octet-stream": OpenApiTypes.BINARY,
        },
        responses={200: ImportOutput, (400, CONTENT_TYPE): ImportRefusedOutput},
        examples=[EXAMPLE_FILE],
    )
    def post(self, request: Request, request_id: int) -> HttpResponseBase:
        """Appends the observations of a file to a draft: MPC 80-column or ADES (PSV, XML), at most 2 MB.

        All or nothing: one problem that is an error, and nothing is stored. What the draft holds already, the same
        in every value, is skipped with a warning.
        """
        parameters = read_parameters(request)
        # Without a body, the framework asks no parser.
        content = request.data if isinstance(request.data, bytes) else b""
        outcome = import_observations(user=request.user, request_id=request_id, content=content, **parameters)
        body = import_body(outcome)
        if outcome.is_refused and not parameters["dry_run"]:
            return problem(400, "INVALID_INPUT", refusal_message(outcome), members=body)
        return Response(body)
