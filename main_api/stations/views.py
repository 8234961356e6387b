"""Stations over HTTP."""

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from main_api.conditional import IF_NONE_MATCH
from main_api.pagination import StrictPagination
from main_api.query import read_parameters
from main_api.stations.catalogue import search_stations
from main_api.stations.serializers import StationOutput

LIST_PARAMETERS = (
    OpenApiParameter("search", str, description="Part of the code or of the name."),
    *StrictPagination.PARAMETERS,
)


class StationListView(APIView):
    authentication_classes = []

    @extend_schema(
        operation_id="listStations",
        tags=["stations"],
        parameters=[*LIST_PARAMETERS, IF_NONE_MATCH],
        responses={200: StrictPagination.page_of(StationOutput), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Observatories of the MPC's list, the one with exactly the code searched for first."""
        text = read_parameters(request, LIST_PARAMETERS).get("search", "")
        pagination = StrictPagination()
        page = pagination.paginate_queryset(search_stations(text), request, view=self)
        return pagination.tagged_response(request, StationOutput(page, many=True).data)
