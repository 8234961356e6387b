"""The catalogue over HTTP."""

from django.http import HttpResponseBase
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.asteroids import calc, selectors
from main_api.asteroids.filters import PARAMETERS, AsteroidFilter
from main_api.asteroids.models import Asteroid
from main_api.asteroids.serializers import AsteroidOutput, SyncInput, SyncOutput
from main_api.conditional import IF_NONE_MATCH, entity_tag, not_modified, tagged
from main_api.idempotency.answering import PARAMETER as IDEMPOTENCY_KEY
from main_api.idempotency.answering import once_prepared
from main_api.pagination import StrictPagination
from main_api.query import read_parameters

TAGS = ["asteroids"]
LIST_PARAMETERS = (*PARAMETERS, *StrictPagination.PARAMETERS)


class AsteroidListView(APIView):
    authentication_classes = []

    @extend_schema(
        operation_id="listAsteroids",
        tags=TAGS,
        parameters=[*LIST_PARAMETERS, IF_NONE_MATCH],
        responses={200: StrictPagination.page_of(AsteroidOutput), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Known asteroids."""
        filtered = AsteroidFilter(read_parameters(request, LIST_PARAMETERS), queryset=Asteroid.objects.all())
        if not filtered.is_valid():
            raise translate_validation(filtered.errors)
        pagination = StrictPagination()
        page = pagination.paginate_queryset(filtered.qs, request, view=self)
        return pagination.tagged_response(request, AsteroidOutput(page, many=True).data)


class AsteroidView(APIView):
    authentication_classes = []

    @extend_schema(
        operation_id="getAsteroid",
        tags=TAGS,
        parameters=[IF_NONE_MATCH],
        responses={200: AsteroidOutput, 304: None},
    )
    def get(self, request: Request, spkid: int) -> HttpResponseBase:
        """One known asteroid."""
        asteroid = selectors.get_asteroid(spkid)
        row = AsteroidOutput(asteroid).data
        tag = entity_tag(row)
        unchanged = not_modified(request, tag, is_public=True)
        return unchanged or tagged(Response(row), tag, changed_at=asteroid.updated_at, is_public=True)


class SyncView(APIView):
    @extend_schema(
        operation_id="startCatalogueSync",
        parameters=[IDEMPOTENCY_KEY],
        tags=TAGS,
        request=SyncInput,
        responses={202: SyncOutput},
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Starts a synchronisation of the catalogue, or joins the one that runs."""

        def start(_: None) -> Response:
            body = SyncInput(data=request.data)
            body.is_valid(raise_exception=True)
            calculation_id, joined = calc.start_sync(creator=request.user.username, **body.validated_data)
            return Response(SyncOutput({"calculation_id": calculation_id, "joined": joined}).data, status=202)

        # One synchronisation runs at a time: whoever starts another joins it.
        return once_prepared(request, lambda: None, start, is_transaction=False)
