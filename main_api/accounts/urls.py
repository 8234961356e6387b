"""Routes under /api/auth."""

from django.urls import path

from main_api.accounts import views

urlpatterns = [
    path("register", views.RegisterView.as_view()),
    path("login", views.LoginView.as_view()),
    path("logout", views.LogoutView.as_view()),
    path("me", views.MeView.as_view()),
    path("password", views.PasswordView.as_view()),
    path("token", views.TokenView.as_view()),
    path("tokens", views.TokenListView.as_view()),
    path("tokens/<int:token_id>", views.TokenRowView.as_view()),
]
