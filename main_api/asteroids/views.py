"""The catalogue over HTTP."""

from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.accounts.permissions import IsModerator
from main_api.asteroids import calc, selectors
from main_api.asteroids.filters import PARAMETERS, AsteroidFilter
from main_api.asteroids.models import Asteroid
from main_api.asteroids.serializers import AsteroidOutput, SyncInput, SyncOutput
from main_api.pagination import StrictPagination
from main_api.query import without_blanks

TAGS = ["asteroids"]


class AsteroidListView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="listAsteroids",
        tags=TAGS,
        parameters=[*PARAMETERS, *StrictPagination.PARAMETERS],
        responses=StrictPagination.page_of(AsteroidOutput),
    )
    def get(self, request: Request) -> Response:
        """Known asteroids."""
        filtered = AsteroidFilter(without_blanks(request.query_params), queryset=Asteroid.objects.all())
        if not filtered.is_valid():
            raise translate_validation(filtered.errors)
        pagination = StrictPagination()
        page = pagination.paginate_queryset(filtered.qs, request, view=self)
        return pagination.get_paginated_response(AsteroidOutput(page, many=True).data)


class AsteroidView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(operation_id="getAsteroid", tags=TAGS, responses=AsteroidOutput)
    def get(self, request: Request, spkid: int) -> Response:
        """One known asteroid."""
        return Response(AsteroidOutput(selectors.get_asteroid(spkid)).data)


class SyncView(APIView):
    permission_classes = [IsModerator]

    @extend_schema(operation_id="startCatalogueSync", tags=TAGS, request=SyncInput, responses={202: SyncOutput})
    def post(self, request: Request) -> Response:
        """Starts a synchronisation of the catalogue, or joins the one that runs."""
        body = SyncInput(data=request.data)
        body.is_valid(raise_exception=True)
        calculation_id, joined = calc.start_sync(creator=request.user.username, **body.validated_data)
        return Response(SyncOutput({"calculation_id": calculation_id, "joined": joined}).data, status=202)
