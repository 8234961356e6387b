"""Accounts over HTTP."""

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from main_api.accounts import services
from main_api.accounts.authentication import refuse_foreign_origin
from main_api.accounts.models import User
from main_api.accounts.registering import register_once
from main_api.accounts.selectors import live_tokens
from main_api.accounts.serializers import (
    CredentialsInput,
    MeOutput,
    PasswordInput,
    TokenOutput,
    TokenRowOutput,
)
from main_api.client_address import counted_address
from main_api.idempotency.answering import HEADER as IDEMPOTENCY_KEY
from main_api.idempotency.answering import read_key
from main_api.pagination import StrictPagination
from main_api.query import read_parameters

TAGS = ["auth"]
KEY_OF_A_NAME = OpenApiParameter(
    IDEMPOTENCY_KEY,
    str,
    OpenApiParameter.HEADER,
    description="A text in quotation marks, for example a UUID, drawn once for each account. Repeated under it with "
    "the same name and password, the call signs in to the account that it made, and is answered as it was first. "
    "Refusals are not kept.",
)


class CredentialsView(APIView):
    """A call that brings a user name and a password; cookie and token are not looked at."""

    authentication_classes = []

    def credentials(self, request: Request) -> dict[str, str]:
        refuse_foreign_origin(request._request)
        body = CredentialsInput(data=request.data)
        body.is_valid(raise_exception=True)
        return {**body.validated_data, "address": counted_address(request._request)}


class RegisterView(CredentialsView):
    @extend_schema(
        request=CredentialsInput,
        parameters=[KEY_OF_A_NAME],
        responses={201: MeOutput},
        operation_id="register",
        tags=TAGS,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Creates an observer and signs in."""
        key = read_key(request)
        if key is None:
            user = services.register(**self.credentials(request))
            answer: HttpResponse = Response(MeOutput(user).data, status=201)
        else:
            user, answer = register_once(request, key=key, **self.credentials(request))
        _begin_session(request._request, user)
        return answer


class LoginView(CredentialsView):
    @extend_schema(request=CredentialsInput, responses=MeOutput, operation_id="login", tags=TAGS)
    def post(self, request: Request) -> Response:
        """Signs in: sets the session cookie. After too many failures 429, whatever the password."""
        user = services.sign_in(**self.credentials(request))
        _begin_session(request._request, user)
        services.forget_ended_sessions()
        return Response(MeOutput(user).data)


class LogoutView(APIView):
    @extend_schema(request=None, responses={204: None}, operation_id="logout", tags=TAGS, auth=[{}, {"session": []}])
    def post(self, request: Request) -> Response:
        """Ends the session; harmless without one."""
        logout(request._request)
        return Response(status=204)


class MeView(APIView):
    @extend_schema(responses=MeOutput, operation_id="getMe", tags=TAGS)
    def get(self, request: Request) -> Response:
        """Who is signed in."""
        return Response(MeOutput(request.user).data)


class PasswordView(APIView):
    @extend_schema(request=PasswordInput, responses={204: None}, operation_id="changePassword", tags=TAGS)
    def post(self, request: Request) -> Response:
        """Changes the password. All other sessions and all tokens of the account end."""
        body = PasswordInput(data=request.data)
        body.is_valid(raise_exception=True)
        address = counted_address(request._request)
        services.change_password(user=request.user, **body.validated_data, address=address)
        if request.auth is None:
            update_session_auth_hash(request._request, request.user)
        return Response(status=204)


class TokenView(CredentialsView):
    def get_authenticators(self) -> list[BaseAuthentication]:
        # Getting one takes name and password; revoking is for whoever is signed in.
        is_getting = self.request is not None and self.request.method == "POST"
        return [] if is_getting else APIView().get_authenticators()

    @extend_schema(request=CredentialsInput, responses=TokenOutput, operation_id="createToken", tags=TAGS, auth=[{}])
    def post(self, request: Request) -> Response:
        """Gives a token for `Authorization: Token …`. The newest ten of a user are valid, each until it is revoked or
        was not used for long. No `Idempotency-Key` here: a token is stored by nobody, so no answer can be given again.
        """
        user = services.sign_in(**self.credentials(request))
        return Response(TokenOutput({"token": services.create_token(user=user)}).data)

    @extend_schema(responses={204: None}, operation_id="revokeToken", tags=TAGS)
    def delete(self, request: Request) -> Response:
        """Revokes the token that the call presents; with a session, all of the user's tokens."""
        services.revoke_tokens(user=request.user, token=request.auth)
        return Response(status=204)


class TokenListView(APIView):
    @extend_schema(
        operation_id="listTokens",
        tags=TAGS,
        parameters=[*StrictPagination.PARAMETERS],
        responses=StrictPagination.page_of(TokenRowOutput),
    )
    def get(self, request: Request) -> Response:
        """The user's tokens, the newest first. What they are is shown by nobody."""
        read_parameters(request, StrictPagination.PARAMETERS)
        pagination = StrictPagination()
        page = pagination.paginate_queryset(live_tokens().filter(user=request.user), request, view=self)
        return pagination.get_paginated_response(TokenRowOutput(page, many=True).data)


class TokenRowView(APIView):
    @extend_schema(responses={204: None}, operation_id="revokeTokenById", tags=TAGS)
    def delete(self, request: Request, token_id: int) -> Response:
        """Revokes one of the user's tokens."""
        services.revoke_token(user=request.user, token_id=token_id)
        return Response(status=204)


def _begin_session(request: HttpRequest, user: User) -> None:
    """A session with a key of its own: whatever the browser sent before opens nothing any more."""
    request.session.flush()
    login(request, user)
