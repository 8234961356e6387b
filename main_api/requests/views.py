"""Requests over HTTP: check the input, call one function, convert the answer."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.conditional import IF_NONE_MATCH, PRECONDITIONS, entity_tag, not_modified, tagged
from main_api.idempotency.answering import PARAMETER as IDEMPOTENCY_KEY
from main_api.idempotency.answering import once, once_prepared
from main_api.pagination import StrictPagination
from main_api.query import read_parameters
from main_api.quick_reading import read_body
from main_api.requests import selectors
from main_api.requests.filters import PARAMETERS, RequestFilter
from main_api.requests.output import ObservationOutput, RequestDetailOutput, RequestRowOutput
from main_api.requests.preconditions import refuse_unless_unchanged, request_tag, while_unchanged
from main_api.requests.serializers import (
    ObservationInput,
    RecalculateInput,
    RejectInput,
    RequestEditInput,
    RequestInput,
)
from main_api.requests.services import completing, drafts, transitions
from main_api.strict_fields import StrictSerializer

TAGS = ["requests"]
LIST_PARAMETERS = (*PARAMETERS, *StrictPagination.PARAMETERS)


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


def detail_response(request: Request, request_id: int, status: int = 200) -> HttpResponse:
    """The request with all that belongs to it."""
    detail = selectors.request_detail(user=request.user, request_id=request_id)
    response = Response(RequestDetailOutput(detail).data, status=status)
    return tagged(response, request_tag(detail), changed_at=detail["updated_at"])


class RequestListView(APIView):
    @extend_schema(
        operation_id="listRequests",
        tags=TAGS,
        parameters=[*LIST_PARAMETERS, IF_NONE_MATCH],
        responses={200: StrictPagination.page_of(RequestRowOutput), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Requests: an observer's own, for moderators all but drafts of others. With ETag."""
        rows = selectors.request_rows(request.user)
        parameters = read_parameters(request, LIST_PARAMETERS)
        filtered = RequestFilter(parameters, queryset=rows, request=request)
        if not filtered.is_valid():
            raise translate_validation(filtered.errors)
        pagination = StrictPagination()
        page = pagination.paginate_queryset(filtered.qs, request, view=self)
        tag = entity_tag(page, pagination.page.paginator.count, request.build_absolute_uri())
        unchanged = not_modified(request, tag)
        if unchanged is not None:
            return unchanged
        return tagged(pagination.get_paginated_response(RequestRowOutput(page, many=True).data), tag)

    @extend_schema(
        operation_id="createRequest",
        parameters=[IDEMPOTENCY_KEY],
        tags=TAGS,
        request=RequestInput,
        responses={201: RequestDetailOutput},
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Creates a draft."""

        def create() -> HttpResponse:
            request_id = drafts.create_request(creator=request.user, **checked(RequestInput, request))
            response = detail_response(request, request_id, status=201)
            response["Location"] = f"/api/requests/{request_id}"
            return response

        return once(request, create)


class RequestView(APIView):
    @extend_schema(
        operation_id="getRequest",
        parameters=[IF_NONE_MATCH],
        tags=TAGS,
        responses={200: RequestDetailOutput, 304: None},
    )
    def get(self, request: Request, request_id: int) -> HttpResponseBase:
        """One request with observations, result and history. With ETag."""
        detail = selectors.request_detail(user=request.user, request_id=request_id)
        tag = request_tag(detail)
        unchanged = not_modified(request, tag)
        if unchanged is not None:
            return unchanged
        return tagged(Response(RequestDetailOutput(detail).data), tag, changed_at=detail["updated_at"])

    @extend_schema(
        operation_id="editRequest",
        parameters=PRECONDITIONS,
        tags=TAGS,
        request=RequestEditInput,
        responses=RequestDetailOutput,
    )
    def patch(self, request: Request, request_id: int) -> HttpResponseBase:
        """Changes a draft."""
        changes = checked(RequestEditInput, request, partial=True)
        with while_unchanged(request, request_id):
            drafts.edit_request(user=request.user, request_id=request_id, changes=changes)
        return detail_response(request, request_id)

    @extend_schema(operation_id="deleteRequest", parameters=PRECONDITIONS, tags=TAGS, responses={200: RequestRowOutput})
    def delete(self, request: Request, request_id: int) -> Response:
        """Deletes a draft: its row stays for the record, and nobody sees it any more."""
        with while_unchanged(request, request_id):
            transitions.delete_request(user=request.user, request_id=request_id)
        return row_response(request_id)


class ObservationListView(APIView):
    @extend_schema(
        operation_id="addObservation",
        parameters=[IDEMPOTENCY_KEY, *PRECONDITIONS],
        tags=TAGS,
        request=ObservationInput,
        responses={201: ObservationOutput},
    )
    def post(self, request: Request, request_id: int) -> HttpResponseBase:
        """Adds an observation to a draft."""

        def add() -> Response:
            values = checked(ObservationInput, request)
            with while_unchanged(request, request_id):
                observation_id = drafts.add_observation(user=request.user, request_id=request_id, values=values)
            row = selectors.observation_rows(request_id).get(pk=observation_id)
            return Response(ObservationOutput(row).data, status=201)

        return once(request, add)


class ObservationView(APIView):
    @extend_schema(
        operation_id="editObservation",
        parameters=PRECONDITIONS,
        tags=TAGS,
        request=ObservationInput,
        responses=ObservationOutput,
    )
    def patch(self, request: Request, request_id: int, observation_id: int) -> Response:
        """Changes an observation of a draft; what is not named stays."""
        changes = checked(ObservationInput, request, partial=True)
        with while_unchanged(request, request_id):
            drafts.edit_observation(
                user=request.user, request_id=request_id, observation_id=observation_id, changes=changes
            )
        row = selectors.observation_rows(request_id).get(pk=observation_id)
        return Response(ObservationOutput(row).data)

    @extend_schema(operation_id="deleteObservation", parameters=PRECONDITIONS, tags=TAGS, responses={204: None})
    def delete(self, request: Request, request_id: int, observation_id: int) -> Response:
        """Removes an observation from a draft."""
        with while_unchanged(request, request_id):
            drafts.delete_observation(user=request.user, request_id=request_id, observation_id=observation_id)
        return Response(status=204)


class FormView(APIView):
    @extend_schema(
        operation_id="formRequest", parameters=PRECONDITIONS, tags=TAGS, request=None, responses=RequestRowOutput
    )
    def put(self, request: Request, request_id: int) -> Response:
        """DRAFT -> FORMED; needs three observations or more."""
        with while_unchanged(request, request_id):
            transitions.form_request(user=request.user, request_id=request_id)
        return row_response(request_id)


class CompleteView(APIView):
    @extend_schema(
        operation_id="completeRequest", parameters=PRECONDITIONS, tags=TAGS, request=None, responses=RequestRowOutput
    )
    def put(self, request: Request, request_id: int) -> Response:
        """FORMED -> COMPLETED: the calculation is created at once and reports later."""
        refuse_unless_unchanged(request, request_id)
        completing.complete_request(user=request.user, request_id=request_id)
        return row_response(request_id)


class RejectView(APIView):
    @extend_schema(
        operation_id="rejectRequest",
        parameters=PRECONDITIONS,
        tags=TAGS,
        request=RejectInput,
        responses=RequestRowOutput,
    )
    def put(self, request: Request, request_id: int) -> Response:
        """FORMED -> REJECTED, with the reason for the creator."""
        body = checked(RejectInput, request)
        refuse_unless_unchanged(request, request_id)
        transitions.reject_request(user=request.user, request_id=request_id, **body)
        return row_response(request_id)


class RecalculateView(APIView):
    @extend_schema(
        operation_id="recalculateRequest",
        parameters=[IDEMPOTENCY_KEY, *PRECONDITIONS],
        tags=TAGS,
        request=RecalculateInput,
        responses=RequestRowOutput,
    )
    def post(self, request: Request, request_id: int) -> HttpResponseBase:
        """Calculates a COMPLETED request again; the present results stay until the new ones come."""

        def recalculate(_: None) -> Response:
            body = checked(RecalculateInput, request)
            refuse_unless_unchanged(request, request_id)
            completing.recalculate_request(user=request.user, request_id=request_id, **body)
            return row_response(request_id)

        # What `supersedes` names can be replaced once.
        return once_prepared(request, lambda: None, recalculate, is_transaction=False)
