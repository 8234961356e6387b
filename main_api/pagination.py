"""Pages of lists: {count, next, previous, results}."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from main_api.conditional import entity_tag, not_modified, tagged
from main_api.errors import FieldError, InvalidInput, NotFound


class StrictPagination(PageNumberPagination):
    """Refuses a wrong page number or size instead of guessing another."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 1000

    PARAMETERS = (
        OpenApiParameter("page", int, description="From 1; beyond the last page: 404."),
        OpenApiParameter("page_size", int, description="1 to 1000, 50 without it."),
    )

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        checks = (("page", None), ("page_size", self.max_page_size))
        refused = [error for name, limit in checks if (error := _refusal(request, name, limit))]
        if refused:
            raise InvalidInput(errors=refused)
        try:
            return super().paginate_queryset(queryset, request, view)
        except exceptions.NotFound as error:
            pages = self.django_paginator_class(queryset, self.get_page_size(request)).num_pages
            number = request.query_params[self.page_query_param]
            counted = "1 page" if pages == 1 else f"{pages} pages"
            raise NotFound(f"There is no page {number}: this list has {counted}.") from error

    def tagged_response(self, request: Request, rows: Any) -> HttpResponse:
        """A page that is the same for everybody, with its tag; 304 when the client has it already."""
        response = self.get_paginated_response(rows)
        tag = entity_tag(response.data)
        return not_modified(request, tag, is_public=True) or tagged(response, tag, is_public=True)

    @staticmethod
    def page_of(row: type[serializers.Serializer]) -> serializers.Serializer:
        """The schema of a page of such rows."""
        return inline_serializer(
            f"{row.__name__.removesuffix('Output')}Page",
            {
                "count": serializers.IntegerField(),
                "next": serializers.URLField(allow_null=True),
                "previous": serializers.URLField(allow_null=True),
                "results": row(many=True),
            },
        )


def _refusal(request: Request, name: str, limit: int | None) -> FieldError | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return FieldError(path=name, reason="INVALID_FORMAT", message="Expected a whole number from 1.")
    if int(text) < 1 or (limit and int(text) > limit):
        bounds = f"from 1 to {limit}" if limit else "from 1"
        return FieldError(path=name, reason="OUT_OF_RANGE", message=f"Expected a whole number {bounds}.")
    return None
