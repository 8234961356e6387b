"""Filters of the list of requests."""

import re
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import NullIf
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ValidationError

from main_api.requests.models import HistoryEntry, Request
from main_api.requests.words import RequestStatus
from main_api.strict_fields import utc_moment

ORDERINGS: dict[str, str | NullIf] = {
    "id": "id",
    "status": "status",
    "designation": "designation",
    "creator": "creator__username",
    "moderator": "moderator__username",
    "created_at": "created_at",
    "formed_at": "formed_at",
    "completed_at": "completed_at",
    "updated_at": "updated_at",
    "observation_count": "observation_count",
    "result_count": "result_count",
    "verdict": NullIf("verdict", Value("")),
}

PARAMETERS = (
    OpenApiParameter("status", str, many=True, enum=RequestStatus.values, description="May repeat."),
    OpenApiParameter("formed_after", date, description="UTC day, included."),
    OpenApiParameter("formed_before", date, description="UTC day, included."),
    OpenApiParameter("search", str, description="Part of designation, comment or creator, in any case."),
    OpenApiParameter("ordering", str, description=f"Comma list of {', '.join(ORDERINGS)}; `-` before one reverses it."),
    OpenApiParameter("updated_after", str, description="Changed at this time or later; a day is its start in UTC."),
    OpenApiParameter("calculation_id", str, description="Comma list: those whose present calculation is one of these."),
    OpenApiParameter("had_calculation_id", UUID, description="The one whose calculation this is or once was."),
)

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class _MomentField(forms.CharField):
    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        try:
            return utc_moment(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text) if text else None
        except ValidationError as error:
            message = "Expected a time such as 2026-01-31T20:15:00Z, or a day such as 2026-01-31."
            raise forms.ValidationError(message, "INVALID_FORMAT") from error


class _MomentFilter(filters.Filter):
    field_class = _MomentField


class _IdentifiersFilter(filters.BaseInFilter, filters.UUIDFilter):
    """A comma list of UUIDs."""


class _Ordering(filters.OrderingFilter):
    """Empty values come last whatever the direction, on every database; the newest row first among equals."""

    def filter(self, queryset: QuerySet[Request], value: list[str] | None) -> QuerySet[Request]:
        terms = []
        for name in value or []:
            ordering = ORDERINGS[name.removeprefix("-")]
            column = F(ordering) if isinstance(ordering, str) else ordering
            terms.append(column.desc(nulls_last=True) if name.startswith("-") else column.asc(nulls_last=True))
        return queryset.order_by(*terms, "-id")


class RequestFilter(filters.FilterSet):
    """What of the visible requests is wanted."""

    status = filters.MultipleChoiceFilter(choices=RequestStatus.choices)
    formed_after = filters.DateFilter(method="filter_formed_after", input_formats=["%Y-%m-%d"])
    formed_before = filters.DateFilter(method="filter_formed_before", input_formats=["%Y-%m-%d"])
    search = filters.CharFilter(method="filter_search")
    updated_after = _MomentFilter(field_name="updated_at", lookup_expr="gte")
    calculation_id = _IdentifiersFilter(field_name="calculation_id", lookup_expr="in")
    had_calculation_id = filters.UUIDFilter(method="filter_had_calculation_id")
    ordering = _Ordering(fields=[(name, name) for name in ORDERINGS])

    def filter_formed_after(self, queryset: QuerySet[Request], name: str, day: date) -> QuerySet[Request]:
        return queryset.filter(formed_at__gte=datetime.combine(day, time.min, UTC))

    def filter_formed_before(self, queryset: QuerySet[Request], name: str, day: date) -> QuerySet[Request]:
        return queryset.filter(formed_at__lte=datetime.combine(day, time.max, UTC))

    def filter_had_calculation_id(self, queryset: QuerySet[Request], name: str, one: UUID) -> QuerySet[Request]:
        had = HistoryEntry.objects.filter(calculation_id=one).values("request_id")
        return queryset.filter(Q(calculation_id=one) | Q(pk__in=had))

    def filter_search(self, queryset: QuerySet[Request], name: str, text: str) -> QuerySet[Request]:
        # A regular expression, because LIKE in SQLite knows the case of ASCII letters only.
        pattern = re.escape(text)
        return queryset.filter(
            Q(designation__iregex=pattern) | Q(comment__iregex=pattern) | Q(creator__username__iregex=pattern)
        )
