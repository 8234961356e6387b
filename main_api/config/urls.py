"""Every route of main_api. There are no trailing slashes but in Django's own admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from main_api import health, metrics
from main_api.accounts.admin_sign_in import change_password_in_admin, sign_in_to_admin

urlpatterns = [
    # On this port alone: the gateway hands on /api and nothing else.
    path("healthz", health.live),
    path("readyz", health.ready),
    path("metrics", metrics.page),
    # Reports come here, so it is tried first.
    path("api/", include("main_api.requests.urls")),
    path("api/auth/", include("main_api.accounts.urls")),
    path("api/", include("main_api.stations.urls")),
    path("api/", include("main_api.asteroids.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="docs.html"), name="docs"),
    path("api/admin", RedirectView.as_view(url="/api/admin/")),
    path("api/admin/login/", sign_in_to_admin),
    path("api/admin/password_change/", admin.site.admin_view(change_password_in_admin)),
    path("api/admin/", admin.site.urls),
]

handler400 = "main_api.exception_handler.bad_request"
handler403 = "main_api.exception_handler.forbidden"
handler404 = "main_api.exception_handler.not_found"
handler500 = "main_api.exception_handler.server_error"
