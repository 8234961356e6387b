"""/v1: JSON to gRPC and back, by the routes that the proto's HTTP annotations give."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from astrodist.calc.v1 import calculation_service_pb2
from google.protobuf.message import Message
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.auth import Authenticator, require_same_origin
from gateway.bodies import BodyReader, run_until_client_leaves
from gateway.calc_client import CalcClient
from gateway.config import Config
from gateway.deadline import Deadline, deadline_of
from gateway.errors import FieldError, InvalidInput, MethodNotAllowed, NotSignedIn, Unavailable, UnsupportedMediaType
from gateway.http_rules import HttpRoute, RouteTable
from gateway.idempotency import draw_calculation_id
from gateway.json_message import fill_from_json, fill_from_text, read_json_object
from gateway.live import OpenStreams, render, send_events, send_messages, snapshots
from gateway.middleware import client_address, request_id_of, send_json
from gateway.permissions import Identity, rule_for
from gateway.text import send_text
from gateway.timing import stopwatch_of, waiting

SERVICE = calculation_service_pb2.DESCRIPTOR.services_by_name["CalculationService"]
SHOWN_ID_LENGTH = 36  # of a UUID; whatever else was sent need not fill the log
LARGE_BODY_BYTES = 32 * 1024


class Transcoder:
    """ASGI application in front of calc_grpc."""

    def __init__(self, config: Config, *, calc: CalcClient, auth: Authenticator, streams: OpenStreams) -> None:
        self._config = config
        self._calc = calc
        self._auth = auth
        self._streams = streams
        self._table = RouteTable(SERVICE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route, bound = self._find(scope)
        body = BodyReader(scope, receive, self._config.body_limit_bytes, self._config.body_timeout_s)
        await body.refuse_announced()
        await run_until_client_leaves(body, self._answer(scope, send, route, bound, body))

    def _find(self, scope: Scope) -> tuple[HttpRoute, dict[str, str]]:
        method = scope.get("method", "GET")
        route, bound = self._table.find("GET" if method == "HEAD" else method, scope["raw_path"].decode("latin-1"))
        if method == "HEAD" and route.streams and not route.answers_text:
            raise MethodNotAllowed("This address is a stream; it takes GET.", headers={"Allow": "GET"})
        if scope["type"] == "websocket" and (not route.streams or route.answers_text):
            raise MethodNotAllowed("There is no WebSocket at this address.", headers={"Allow": route.http_method})
        return route, bound

    async def _answer(
        self, scope: Scope, send: Send, route: HttpRoute, bound: dict[str, str], body: BodyReader
    ) -> None:
        scope["state"] |= {"route": route.template, "is_stream": route.streams}
        deadline = deadline_of(scope)
        identity = await self._auth.identify(scope)
        scope["state"]["username"] = identity.username
        require_same_origin(scope)
        rule = rule_for(route.rpc, identity)
        request = await _read_request(scope, route, bound, body)
        draw_calculation_id(scope, identity.username, route.rpc, request)
        if calculation_id := getattr(request, "calculation_id", ""):
            scope["state"]["calculation_id"] = calculation_id[:SHOWN_ID_LENGTH]
        rule.apply(identity, request, waiting_max=self._config.waiting_max)
        if route.streams:
            await self._stream(scope, send, route, request, identity, deadline)
            return
        with waiting(scope):
            answer = await self._calc.call(route, request, request_id_of(scope), deadline)
        if calculation_id := getattr(answer, "calculation_id", ""):
            scope["state"]["calculation_id"] = calculation_id
        await send_json(send, await render(answer))

    async def _stream(
        self, scope: Scope, send: Send, route: HttpRoute, request: Message, identity: Identity, deadline: Deadline
    ) -> None:
        with self._streams.slot(identity.username, client_address(scope)):
            call = self._calc.open(route, request, request_id_of(scope), deadline)
            stopwatch_of(scope).begin_wait()  # until the first message, which the answer starts with
            stream = snapshots(
                call,
                stopping=self._streams.stopping,
                recheck=self._recheck(scope, identity),
                heartbeat_s=self._config.heartbeat_s,
                recheck_s=self._config.recheck_s,
            )
            try:
                if route.answers_text:
                    await send_text(scope, send, call, stream)
                elif scope["type"] == "websocket":
                    await send_messages(scope, send, stream)
                else:
                    await send_events(scope, send, stream)
            finally:
                await stream.aclose()

    def _recheck(self, scope: Scope, identity: Identity) -> Callable[[], Awaitable[None]]:
        async def recheck() -> None:
            try:
                present = await self._auth.identify(scope, fresh=True)
            except Unavailable:
                return  # main_api is being restarted: no reason to throw everybody out
            if present != identity:
                raise NotSignedIn("Your account or role has changed; open the stream again.")

        return recheck


async def _read_request(scope: Scope, route: HttpRoute, bound: dict[str, str], body: BodyReader) -> Message:
    """The rpc's request: body or query first, then what the path binds."""
    content = await body.read()
    request = route.request_class()
    query = _query_pairs(scope)
    names = frozenset(bound)
    if route.takes_body:
        _require_json(scope, content)
        fill_from_text(request, query, bound=frozenset(request.DESCRIPTOR.fields_by_name))
        if len(content) > LARGE_BODY_BYTES:
            await asyncio.to_thread(_fill, request, content, names)
        else:
            _fill(request, content, names)
    else:
        fill_from_text(request, query, bound=names)
    fill_from_text(request, list(bound.items()))
    return request


def _fill(request: Message, content: bytes, bound: frozenset[str]) -> None:
    fill_from_json(request, read_json_object(content), bound=bound)


def _require_json(scope: Scope, content: bytes) -> None:
    media_type = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    if content.strip() and media_type != "application/json":
        raise UnsupportedMediaType()


def _query_pairs(scope: Scope) -> list[tuple[str, str]]:
    try:
        return parse_qsl(scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict")
    except (UnicodeError, ValueError):
        error = FieldError(path="", reason="INVALID_FORMAT", message="The query is not valid UTF-8.")
        raise InvalidInput("The query string cannot be read.", errors=[error]) from None
