"""Requests over HTTP: check the input, call one function, convert the answer."""

from typing import Any

from django.http import HttpResponseBase
from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.accounts.permissions import IsModerator, IsObserver
from main_api.callback_key import HEADER, refuse_without_key
from main_api.json_parser import RawJsonParser, parse_object
from main_api.pagination import StrictPagination
from main_api.query import without_blanks
from main_api.quick_reading import read_body
from main_api.requests import selectors
from main_api.requests.conditional import entity_tag, not_modified, tagged
from main_api.requests.filters import PARAMETERS, RequestFilter
from main_api.requests.output import ObservationOutput, RequestDetailOutput, RequestRowOutput
from main_api.requests.serializers import (
    ObservationInput,
    RecalculateInput,
    RejectInput,
    RequestEditInput,
    RequestInput,
    ResultInput,
    report_of,
)
from main_api.requests.services import completing, drafts, results, transitions
from main_api.signature import HEADERS, refuse_other_id, refuse_unsigned
from main_api.strict_fields import StrictSerializer

TAGS = ["requests"]
SIGNATURE = "As Standard Webhooks has it; needed where MAIN_REQUIRE_SIGNATURE is set."


def checked(serializer: type[StrictSerializer], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The body's values, or a refusal naming its fields."""
    if not partial:
        return read_body(serializer, request.data)
    body = serializer(data=request.data, partial=True)
    body.is_valid(raise_exception=True)
    return body.validated_data


def row_response(request_id: int) -> Response:
    """The request as a row of the list: what transitions answer."""
    return Response(RequestRowOutput(selectors.request_row(request_id)).data)


def detail_response(request: Request, request_id: int, status: int = 200) -> Response:
    """The request with all that belongs to it."""
    detail = selectors.request_detail(user=request.user, request_id=request_id)
    return Response(RequestDetailOutput(detail).data, status=status)


class RequestListView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        return [IsObserver() if self.request.method == "POST" else IsAuthenticated()]

    @extend_schema(
        operation_id="listRequests",
        tags=TAGS,
        parameters=[*PARAMETERS, *StrictPagination.PARAMETERS],
        responses={200: StrictPagination.page_of(RequestRowOutput), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Requests: an observer's own, for moderators all but drafts of others. With ETag."""
        rows = selectors.request_rows(request.user)
        filtered = RequestFilter(without_blanks(request.query_params), queryset=rows, request=request)
        if not filtered.is_valid():
            raise translate_validation(filtered.errors)
        pagination = StrictPagination()
        page = pagination.paginate_queryset(filtered.qs, request, view=self)
        tag = entity_tag(page, pagination.page.paginator.count, request.build_absolute_uri())
        unchanged = not_modified(request, tag)
        if unchanged is not None:
            return unchanged
        return tagged(pagination.get_paginated_response(RequestRowOutput(page, many=True).data), tag)

    @extend_schema(operation_id="createRequest", tags=TAGS, request=RequestInput, responses={201: RequestDetailOutput})
    def post(self, request: Request) -> Response:
        """Creates a draft."""
        request_id = drafts.create_request(creator=request.user, **checked(RequestInput, request))
        response = detail_response(request, request_id, status=201)
        response["Location"] = f"/api/requests/{request_id}"
        return response


class RequestView(APIView):
    @extend_schema(operation_id="getRequest", tags=TAGS, responses={200: RequestDetailOutput, 304: None})
    def get(self, request: Request, request_id: int) -> HttpResponseBase:
        """One request with observations, result and history. With ETag."""
        detail = selectors.request_detail(user=request.user, request_id=request_id)
        tag = entity_tag(detail)
        return not_modified(request, tag) or tagged(Response(RequestDetailOutput(detail).data), tag)

    @extend_schema(operation_id="editRequest", tags=TAGS, request=RequestEditInput, responses=RequestDetailOutput)
    def patch(self, request: Request, request_id: int) -> Response:
        """Changes a draft."""
        changes = checked(RequestEditInput, request, partial=True)
        drafts.edit_request(user=request.user, request_id=request_id, changes=changes)
        return detail_response(request, request_id)

    @extend_schema(operation_id="deleteRequest", tags=TAGS, responses={200: RequestRowOutput})
    def delete(self, request: Request, request_id: int) -> Response:
        """Deletes a draft: its row stays for the record, and nobody sees it any more."""
        transitions.delete_request(user=request.user, request_id=request_id)
        return row_response(request_id)


class ObservationListView(APIView):
    @extend_schema(
        operation_id="addObservation", tags=TAGS, request=ObservationInput, responses={201: ObservationOutput}
    )
    def post(self, request: Request, request_id: int) -> Response:
        """Adds an observation to a draft."""
        values = checked(ObservationInput, request)
        observation_id = drafts.add_observation(user=request.user, request_id=request_id, values=values)
        row = selectors.observation_rows(request_id).get(pk=observation_id)
        return Response(ObservationOutput(row).data, status=201)


class ObservationView(APIView):
    @extend_schema(operation_id="editObservation", tags=TAGS, request=ObservationInput, responses=ObservationOutput)
    def patch(self, request: Request, request_id: int, observation_id: int) -> Response:
        """Changes an observation of a draft; what is not named stays."""
        changes = checked(ObservationInput, request, partial=True)
        drafts.edit_observation(
            user=request.user, request_id=request_id, observation_id=observation_id, changes=changes
        )
        row = selectors.observation_rows(request_id).get(pk=observation_id)
        return Response(ObservationOutput(row).data)

    @extend_schema(operation_id="deleteObservation", tags=TAGS, responses={204: None})
    def delete(self, request: Request, request_id: int, observation_id: int) -> Response:
        """Removes an observation from a draft."""
        drafts.delete_observation(user=request.user, request_id=request_id, observation_id=observation_id)
        return Response(status=204)


class FormView(APIView):
    @extend_schema(operation_id="formRequest", tags=TAGS, request=None, responses=RequestRowOutput)
    def put(self, request: Request, request_id: int) -> Response:
        """DRAFT -> FORMED; needs three observations or more."""
        transitions.form_request(user=request.user, request_id=request_id)
        return row_response(request_id)


class CompleteView(APIView):
    permission_classes = [IsModerator]

    @extend_schema(operation_id="completeRequest", tags=TAGS, request=None, responses=RequestRowOutput)
    def put(self, request: Request, request_id: int) -> Response:
        """FORMED -> COMPLETED: the calculation is created at once and reports later."""
        completing.complete_request(user=request.user, request_id=request_id)
        return row_response(request_id)


class RejectView(APIView):
    permission_classes = [IsModerator]

    @extend_schema(operation_id="rejectRequest", tags=TAGS, request=RejectInput, responses=RequestRowOutput)
    def put(self, request: Request, request_id: int) -> Response:
        """FORMED -> REJECTED, with the reason for the creator."""
        transitions.reject_request(user=request.user, request_id=request_id, **checked(RejectInput, request))
        return row_response(request_id)


class RecalculateView(APIView):
    permission_classes = [IsModerator]

    @extend_schema(operation_id="recalculateRequest", tags=TAGS, request=RecalculateInput, responses=RequestRowOutput)
    def post(self, request: Request, request_id: int) -> Response:
        """Calculates a COMPLETED request again; the present results stay until the new ones come."""
        completing.recalculate_request(user=request.user, request_id=request_id, **checked(RecalculateInput, request))
        return row_response(request_id)


class ResultView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    parser_classes = [RawJsonParser]

    @extend_schema(
        operation_id="putResult",
        tags=TAGS,
        request=ResultInput,
        responses={204: None},
        parameters=[
            OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True),
            *(OpenApiParameter(header, str, OpenApiParameter.HEADER, description=SIGNATURE) for header in HEADERS),
        ],
    )
    def put(self, request: Request, request_id: int) -> Response:
        """The end of a calculation, from the calculation service or by hand with the key."""
        refuse_without_key(request)
        # Without a body, the framework asks no parser.
        content = request.data if isinstance(request.data, bytes) else b""
        refuse_unsigned(request, content)
        report = report_of(read_body(ResultInput, parse_object(content)))
        refuse_other_id(request, report.report_id)
        results.receive_report(request_id=request_id, report=report)
        return Response(status=204)
