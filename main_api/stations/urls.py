"""Routes under /api/stations."""

from django.urls import path

from main_api.stations.views import StationListView

urlpatterns = [path("stations", StationListView.as_view())]
