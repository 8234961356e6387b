"""Filters of the catalogue."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter

from main_api.asteroids.models import Asteroid
from main_api.asteroids.names import designation_key, name_key, read_asteroid_name
from main_api.asteroids.selectors import named

ORDERINGS = {
    "spkid": "spkid",
    "number": "number",
    "name": "name_key",
    "h_magnitude": "h_magnitude",
    "diameter_km": "diameter_km",
    "moid_au": "moid_au",
    "a_au": "a_au",
    "e": "e",
    "i_deg": "i_deg",
}
TRUTHS = [("true", "true"), ("false", "false")]
NUMBER_DIGITS_MAX = 7
# Fewer digits begin millions of designations, and nobody looks for them so.
DESIGNATION_DIGITS_MIN = 4
LAST_LETTER = "\U0010ffff"

PARAMETERS = (
    OpenApiParameter("search", str, description="Number, name or designation, or how one begins, in any case."),
    OpenApiParameter("neo", bool, description="Near-Earth objects only, or only those that are none."),
    OpenApiParameter("pha", bool, description="Potentially hazardous ones only, or only those that are none."),
    OpenApiParameter("orbit_class", str, many=True, description="SBDB's code, for example MBA; may repeat."),
    OpenApiParameter("h_min", float, description="Absolute magnitude, included."),
    OpenApiParameter("h_max", float, description="Absolute magnitude, included."),
    OpenApiParameter("ordering", str, description=f"Comma list of {', '.join(ORDERINGS)}; `-` before one reverses it."),
)


class _Ordering(filters.OrderingFilter):
    """What is not known comes last whatever the direction; among equals, the order of the source."""

    def filter(self, queryset: QuerySet[Asteroid], value: list[str] | None) -> QuerySet[Asteroid]:
        terms: list[Any] = []
        for name in value or []:
            column = F(ORDERINGS[name.removeprefix("-")])
            terms.append(column.desc(nulls_last=True) if name.startswith("-") else column.asc(nulls_last=True))
        return queryset.order_by(*terms, "spkid")


class AsteroidFilter(filters.FilterSet):
    """What of the catalogue is wanted."""

    search = filters.CharFilter(method="filter_search")
    neo = filters.TypedChoiceFilter(choices=TRUTHS, coerce=lambda word: word == "true")
    pha = filters.TypedChoiceFilter(choices=TRUTHS, coerce=lambda word: word == "true")
    orbit_class = filters.CharFilter(method="filter_orbit_class")
    h_min = filters.NumberFilter(field_name="h_magnitude", lookup_expr="gte")
    h_max = filters.NumberFilter(field_name="h_magnitude", lookup_expr="lte")
    ordering = _Ordering(fields=[(name, name) for name in ORDERINGS])

    def filter_search(self, queryset: QuerySet[Asteroid], name: str, text: str) -> QuerySet[Asteroid]:
        return queryset.filter(_search(text))

    def filter_orbit_class(self, queryset: QuerySet[Asteroid], name: str, text: str) -> QuerySet[Asteroid]:
        return queryset.filter(orbit_class__in=self.data.getlist("orbit_class"))


def _search(text: str) -> Q:
    """Whatever begins like this; a text that names one asteroid in full, such as "433 Eros", finds that one."""
    text = " ".join(text.split())
    if text.isascii() and text.isdigit():
        begun = _number_begins(text) if len(text) <= NUMBER_DIGITS_MAX else Q(pk__in=[])
        return begun | _begins("designation_key", text) if len(text) >= DESIGNATION_DIGITS_MIN else begun
    begun = _begins("name_key", name_key(text)) | _begins("designation_key", designation_key(text))
    meant = read_asteroid_name(text)
    if meant is None or (meant.number is None and not meant.designation):
        return begun
    return begun | named(meant)


def _begins(column: str, prefix: str) -> Q:
    # A range of keys, which every database finds in its index; LIKE without regard to case none does.
    return Q(**{f"{column}__gte": prefix, f"{column}__lt": prefix + LAST_LETTER}) if prefix else Q()


def _number_begins(digits: str) -> Q:
    number = int(digits)
    if not number:
        return Q(pk__in=[])  # no number begins with a nought
    begun = Q(number=number)
    for power in range(1, NUMBER_DIGITS_MAX - len(str(number)) + 1):
        begun |= Q(number__gte=number * 10**power, number__lt=(number + 1) * 10**power)
    return begun
