"""GET /api/requests/{id}/prediction."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.requests.output import CatalogueEntryOutput
from main_api.requests.prediction import predict_request


class PredictedObservationOutput(serializers.Serializer):
    """Where the catalogue's orbit puts the asteroid at one of the observations."""

    id = serializers.IntegerField()
    distance_au = serializers.FloatField(help_text="From the station to where it was when the light left it.")
    ra_deg = serializers.FloatField()
    dec_deg = serializers.FloatField()
    separation_arcsec = serializers.FloatField(help_text="Of the observed from the predicted place.")
    tolerance_arcsec = serializers.FloatField(
        help_text="30, more where the orbit's uncertainty and age, or the stated uncertainty, say so."
    )
    belongs = serializers.BooleanField(help_text="Whether the separation is within the tolerance.")


class PredictionOutput(serializers.Serializer):
    """Predictions for a request from the catalogue's orbit of the asteroid that its designation names."""

    asteroid = CatalogueEntryOutput()
    elements_epoch_mjd_tdb = serializers.FloatField(source="asteroid.epoch_mjd_tdb")
    observations = PredictedObservationOutput(many=True)


class PredictionView(APIView):
    @extend_schema(operation_id="getPrediction", tags=["requests"], responses=PredictionOutput)
    def get(self, request: Request, request_id: int) -> Response:
        """The truth check: predicted distances and places beside the request's observations, in the order of time."""
        return Response(PredictionOutput(predict_request(user=request.user, request_id=request_id)).data)
