"""The methods by which calc_grpc fills the catalogue; whoever has the key may use them."""

import threading
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.asteroids import selectors
from main_api.asteroids.sbdb import read_page
from main_api.asteroids.serializers import (
    FinishInput,
    FinishOutput,
    HeldPagesOutput,
    PageCountsOutput,
    PageInput,
    RunInput,
)
from main_api.asteroids.services.finishing import finish_sync
from main_api.asteroids.services.pages import store_page
from main_api.json_parser import RawJsonParser, parse_object
from main_api.signature import HEADERS, refuse_other_message, refuse_unsigned

TAGS = ["asteroids"]
SIGNATURE = "As Standard Webhooks has it; needed where MAIN_REQUIRE_SIGNATURE is set."
SIGNED = [OpenApiParameter(name, str, OpenApiParameter.HEADER, description=SIGNATURE) for name in HEADERS]

# A page of 20,000 rows is 8 MB of text and 80 MB while it is read. One after another in each process: two at once
# would take turns at the interpreter and at the database, and be no sooner done.
_one_at_a_time = threading.Lock()


class PageParser(RawJsonParser):
    """Room for the 50,000 rows that a page may have."""

    size_max = 33_554_432


class KeyedView(APIView):
    """For whoever has the key."""

    authentication_classes = []
    parser_classes = [PageParser]


class PageView(KeyedView):
    @extend_schema(
        operation_id="putCataloguePage", tags=TAGS, request=PageInput, responses=PageCountsOutput, parameters=SIGNED
    )
    def put(self, request: Request, calculation_id: UUID, page_number: int) -> Response:
        """A page of a run, stored with its counts; repeated, it answers the same."""
        content = _signed_content(request)
        with _one_at_a_time:
            values = _checked(PageInput, content)
            refuse_other_message(request, f"{calculation_id}-{values['pass_number']}-{page_number}")
            page = read_page(values.pop("fields"), values.pop("rows"))
            stored = store_page(calculation_id=calculation_id, page_number=page_number, page=page, **values)
        return Response(PageCountsOutput(stored).data)


class HeldPagesView(KeyedView):
    @extend_schema(operation_id="listCataloguePages", tags=TAGS, responses=HeldPagesOutput)
    def get(self, request: Request, calculation_id: UUID) -> Response:
        """The pages held of a run, so that a sender that was interrupted goes on where it was."""
        return Response(HeldPagesOutput(selectors.held_pages(calculation_id)).data)


class FinishView(KeyedView):
    @extend_schema(
        operation_id="finishCatalogueSync", tags=TAGS, request=FinishInput, responses=FinishOutput, parameters=SIGNED
    )
    def post(self, request: Request, calculation_id: UUID) -> Response:
        """The end of a run, where deletions happen; repeated, it answers the same."""
        content = _signed_content(request)
        with _one_at_a_time:
            values = _checked(FinishInput, content)
            refuse_other_message(request, f"{calculation_id}-{values['pass_number']}-finish")
            sync = finish_sync(calculation_id=calculation_id, **values)
        return Response(FinishOutput(sync).data)


def _signed_content(request: Request) -> bytes:
    """The body as it was sent; raises what a missing or wrong signature does."""
    # Without a body, the framework asks no parser.
    content = request.data if isinstance(request.data, bytes) else b""
    refuse_unsigned(request, content)
    return content


def _checked(serializer: type[RunInput], content: bytes) -> dict[str, Any]:
    body = serializer(data=parse_object(content))
    body.is_valid(raise_exception=True)
    values = dict(body.validated_data)
    pass_number = values.pop("pass")
    return {**values, "pass_number": pass_number}
