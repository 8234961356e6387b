"""Every route of main_api. There are no trailing slashes but in Django's own admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("api/auth/", include("main_api.accounts.urls")),
    path("api/", include("main_api.stations.urls")),
    path("api/", include("main_api.asteroids.urls")),
    path("api/", include("main_api.requests.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/admin", RedirectView.as_view(url="/api/admin/")),
    path("api/admin/", admin.site.urls),
]

handler400 = "main_api.exception_handler.bad_request"
handler403 = "main_api.exception_handler.forbidden"
handler404 = "main_api.exception_handler.not_found"
handler500 = "main_api.exception_handler.server_error"
