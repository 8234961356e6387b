"""Stations over HTTP."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.pagination import StrictPagination
from main_api.stations.catalogue import search_stations
from main_api.stations.serializers import StationOutput


class StationListView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="listStations",
        tags=["stations"],
        parameters=[
            OpenApiParameter("search", str, description="Part of the code or of the name."),
            *StrictPagination.PARAMETERS,
        ],
        responses=StrictPagination.page_of(StationOutput),
    )
    def get(self, request: Request) -> Response:
        """Observatories of the MPC's list, the one with exactly the code searched for first."""
        pagination = StrictPagination()
        page = pagination.paginate_queryset(search_stations(request.query_params.get("search", "")), request, view=self)
        return pagination.get_paginated_response(StationOutput(page, many=True).data)
