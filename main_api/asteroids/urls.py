"""Routes under /api/asteroids."""

from django.urls import path

from main_api.asteroids import sync_views, views

urlpatterns = [
    path("asteroids", views.AsteroidListView.as_view()),
    path("asteroids/<int:spkid>", views.AsteroidView.as_view()),
    path("asteroids/sync", views.SyncView.as_view()),
    path("asteroids/sync/<uuid:calculation_id>/pages", sync_views.HeldPagesView.as_view()),
    path("asteroids/sync/<uuid:calculation_id>/pages/<int:page_number>", sync_views.PageView.as_view()),
    path("asteroids/sync/<uuid:calculation_id>/finish", sync_views.FinishView.as_view()),
]
