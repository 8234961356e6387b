"""Accounts over HTTP."""

from django.contrib.auth import login, logout
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.accounts import services
from main_api.accounts.authentication import refuse_foreign_origin
from main_api.accounts.serializers import CredentialsInput, MeOutput, TokenOutput


class CredentialsView(APIView):
    """A call that brings a user name and a password; cookie and token are not looked at."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def credentials(self, request: Request) -> dict[str, str]:
        refuse_foreign_origin(request._request)
        body = CredentialsInput(data=request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data


class RegisterView(CredentialsView):
    @extend_schema(request=CredentialsInput, responses={201: MeOutput}, operation_id="register", tags=["auth"])
    def post(self, request: Request) -> Response:
        """Creates an observer and signs in."""
        user = services.register(**self.credentials(request))
        login(request._request, user)
        return Response(MeOutput(user).data, status=201)


class LoginView(CredentialsView):
    @extend_schema(request=CredentialsInput, responses=MeOutput, operation_id="login", tags=["auth"])
    def post(self, request: Request) -> Response:
        """Signs in: sets the session cookie."""
        user = services.sign_in(**self.credentials(request))
        login(request._request, user)
        return Response(MeOutput(user).data)


class TokenView(CredentialsView):
    @extend_schema(request=CredentialsInput, responses=TokenOutput, operation_id="createToken", tags=["auth"])
    def post(self, request: Request) -> Response:
        """Gives a token for `Authorization: Token …`. The newest ten of a user are valid."""
        user = services.sign_in(**self.credentials(request))
        return Response(TokenOutput({"token": services.create_token(user=user)}).data)


class LogoutView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=None, responses={204: None}, operation_id="logout", tags=["auth"])
    def post(self, request: Request) -> Response:
        """Ends the session; harmless without one."""
        logout(request._request)
        return Response(status=204)


class MeView(APIView):
    @extend_schema(responses=MeOutput, operation_id="getMe", tags=["auth"])
    def get(self, request: Request) -> Response:
        """Who is signed in."""
        return Response(MeOutput(request.user).data)
