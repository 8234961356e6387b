"""Routes under /api/requests."""

from django.urls import path

from main_api.requests import views
from main_api.requests.export_view import AdesExportView, CsvExportView, JsonExportView
from main_api.requests.import_view import ImportView, ParseView
from main_api.requests.prediction_view import PredictionView
from main_api.requests.result_view import ResultView

urlpatterns = [
    # First, since it is asked for most: routes are tried one after the other.
    path("requests/<int:request_id>/result", ResultView.as_view()),
    path("observations/parse", ParseView.as_view()),
    path("requests", views.RequestListView.as_view()),
    path("requests/<int:request_id>", views.RequestView.as_view()),
    path("requests/<int:request_id>/observations", views.ObservationListView.as_view()),
    path("requests/<int:request_id>/observations/<int:observation_id>", views.ObservationView.as_view()),
    path("requests/<int:request_id>/import", ImportView.as_view()),
    path("requests/<int:request_id>/export/csv", CsvExportView.as_view()),
    path("requests/<int:request_id>/export/json", JsonExportView.as_view()),
    path("requests/<int:request_id>/export/psv", AdesExportView.as_view()),
    path("requests/<int:request_id>/form", views.FormView.as_view()),
    path("requests/<int:request_id>/complete", views.CompleteView.as_view()),
    path("requests/<int:request_id>/reject", views.RejectView.as_view()),
    path("requests/<int:request_id>/recalculate", views.RecalculateView.as_view()),
    path("requests/<int:request_id>/prediction", PredictionView.as_view()),
]
