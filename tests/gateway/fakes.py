"""The rooms behind the gateway, as small real servers: a grpc.aio CalculationService and an HTTP main_api."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from aiohttp import web
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, calculation_service_pb2_grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2_grpc

STATE = calculation_pb2.Calculation.State
SERVICE = calculation_service_pb2.DESCRIPTOR.services_by_name["CalculationService"]
USERS = {"observer": "observer", "moderator": "moderator", "second": "observer"}


@dataclass(frozen=True, kw_only=True)
class Received:
    """One rpc as it arrived."""

    rpc: str
    request: Any
    metadata: dict[str, str]
    time_remaining_s: float | None


def calculation(revision: int = 1, state: int = STATE.SCHEDULED, **fields: Any) -> calculation_pb2.Calculation:
    values = {"calculation_id": "c1", "kind": "pi", "creator": "observer", **fields}
    return calculation_pb2.Calculation(state=state, revision=revision, **values)


class FakeCalc(calculation_service_pb2_grpc.CalculationServiceServicer):
    """Notes every call; answers with something plain unless `answers` holds a function for the rpc.

    `answers[rpc](request, context)` is a coroutine function for unary rpcs, an async generator for streams.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: dict[str, Callable[..., Any]] = {}
        self.reset()

    def reset(self) -> None:
        self.received.clear()
        self.answers.clear()
        self.arrived = asyncio.Event()
        self.caller_left = asyncio.Event()

    @property
    def last(self) -> Received:
        return self.received[-1]

    def _note(self, rpc: str, request: Any, context: grpc.aio.ServicerContext) -> None:
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        remaining = context.time_remaining()
        self.received.append(Received(rpc=rpc, request=request, metadata=metadata, time_remaining_s=remaining))
        self.arrived.set()

    async def wait_forever(self) -> None:
        """Block until the caller cancels; `caller_left` tells that it did."""
        try:
            await asyncio.Event().wait()
        finally:
            self.caller_left.set()


def _default_answer(rpc: str, request: Any) -> Any:
    if rpc == "ListCalculations":
        return calculation_service_pb2.ListCalculationsResponse(calculations=[calculation()])
    if rpc == "PredictPositions":
        position = calculation_service_pb2.PredictedPosition(ra_deg=12.5, distance_au=1.25)
        return calculation_service_pb2.PredictPositionsResponse(positions=[position])
    fields = {"creator": request.creator} if rpc == "CreateCalculation" else {}
    return calculation(calculation_id=getattr(request, "calculation_id", "") or "c1", **fields)


async def _default_stream(rpc: str, request: Any) -> AsyncIterator[Any]:
    if rpc == "GetPiDigits":
        for piece in (b"3.", b"1415", b"9265"):
            yield calculation_service_pb2.PiDigitsChunk(digits=piece)
    elif rpc == "WatchCalculation":
        for revision, state in ((1, STATE.SCHEDULED), (2, STATE.RUNNING), (5, STATE.SUCCEEDED)):
            yield calculation(revision, state, calculation_id=request.calculation_id)
    else:
        yield calculation_service_pb2.WatchCalculationsResponse(calculation=calculation(7))
        yield calculation_service_pb2.WatchCalculationsResponse(initial_set_complete=True)


def _unary(rpc: str) -> Callable[..., Any]:
    async def method(self: FakeCalc, request: Any, context: grpc.aio.ServicerContext) -> Any:
        self._note(rpc, request, context)
        answer = self.answers.get(rpc)
        return await answer(request, context) if answer else _default_answer(rpc, request)

    return method


def _stream(rpc: str) -> Callable[..., Any]:
    async def method(self: FakeCalc, request: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:
        self._note(rpc, request, context)
        answer = self.answers.get(rpc)
        async for message in answer(request, context) if answer else _default_stream(rpc, request):
            yield message

    return method


for _method in SERVICE.methods:
    setattr(FakeCalc, _method.name, (_stream if _method.server_streaming else _unary)(_method.name))


async def abort(
    context: grpc.aio.ServicerContext, code: grpc.StatusCode, reason: str, message: str, *details: Any, **values: str
) -> None:
    """Fail the way calc_grpc does: an ErrorInfo with a word, and further details."""
    info = error_details_pb2.ErrorInfo(reason=reason, domain="astrodist", metadata=values)
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in (info, *details):
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    await context.abort(code, message)


def refusing_stream(code: grpc.StatusCode, reason: str) -> Any:
    """A stream that fails before its first message."""

    async def stream(_request: Any, context: Any) -> AsyncIterator[Any]:
        await abort(context, code, reason, "Refused by the test.")
        yield

    return stream


def bad_request(**reasons: str) -> Any:
    violations = [
        error_details_pb2.BadRequest.FieldViolation(field=path.replace("__", "."), reason=reason, description="Why.")
        for path, reason in reasons.items()
    ]
    return error_details_pb2.BadRequest(field_violations=violations)


def retry_after(seconds: int, nanos: int = 0) -> Any:
    return error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=seconds, nanos=nanos))


async def start_calc(fake: FakeCalc, address: str = "127.0.0.1:0") -> tuple[grpc.aio.Server, int]:
    server = grpc.aio.server()
    calculation_service_pb2_grpc.add_CalculationServiceServicer_to_server(fake, server)
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    port = server.add_insecure_port(address)
    await server.start()
    return server, port


@dataclass
class FakeMain:
    """main_api: `/api/auth/me` knows the session cookie and the token that equal a user's name; the rest are tests."""

    users: dict[str, str] = field(default_factory=lambda: dict(USERS))
    names: dict[str, str] = field(default_factory=dict)  # of those whose token or cookie is not their name
    me_status: int | None = None
    ready_status: int = 200
    me_calls: list[dict[str, str]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    caller_left: asyncio.Event = field(default_factory=asyncio.Event)
    first_chunk: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    answer_headers: dict[str, str] = field(default_factory=dict)  # of /api/echo

    def reset(self) -> None:
        self.__init__()  # type: ignore[misc]

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/api/auth/me", self.me)
        app.router.add_get("/readyz", self.ready)
        app.router.add_route("*", "/api/echo{tail:.*}", self.echo)
        app.router.add_get("/api/cookies", self.cookies)
        app.router.add_get("/api/redirect", self.redirect)
        app.router.add_get("/api/gzipped", self.gzipped)
        app.router.add_get("/api/large", self.large)
        app.router.add_get("/api/slow", self.slow)
        app.router.add_get("/api/drip", self.drip)
        app.router.add_get("/api/broken", self.broken)
        app.router.add_get("/api/docs", self.page)
        app.router.add_put("/api/upload", self.upload)
        app.router.add_post("/api/requests/{number}/import", self.upload)
        app.router.add_get("/api/refused", self.refused)
        return app

    async def me(self, request: web.Request) -> web.Response:
        self.me_calls.append(dict(request.headers))
        if self.me_status is not None:
            return web.json_response({"reason": "X"}, status=self.me_status)
        token = request.headers.get("Authorization", "").removeprefix("Token ")
        name = token or request.cookies.get("sessionid", "")
        if name not in self.users:
            return web.json_response({"reason": "NOT_SIGNED_IN"}, status=401)
        return web.json_response({"id": 1, "username": self.names.get(name, name), "role": self.users[name]})

    async def ready(self, _request: web.Request) -> web.Response:
        return web.json_response({}, status=self.ready_status)

    async def echo(self, request: web.Request) -> web.Response:
        body = await request.read()
        values = {
            "method": request.method,
            "raw_path": request.raw_path,
            "headers": [[name, value] for name, value in request.headers.items()],
            "byte_count": len(body),
            "text": body[:100].decode("latin-1"),
        }
        status = int(request.query.get("status", "200"))
        return web.json_response(values, status=status, headers=self.answer_headers)

    async def cookies(self, _request: web.Request) -> web.Response:
        response = web.Response(text="ok", headers={"Connection": "X-Hop", "X-Hop": "1", "X-Kept": "2"})
        response.headers.add("Set-Cookie", "sessionid=a; Path=/; HttpOnly")
        response.headers.add("Set-Cookie", "other=b; Path=/")
        return response

    async def redirect(self, _request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/api/echo"})

    async def gzipped(self, _request: web.Request) -> web.Response:
        response = web.Response(text="x" * 5000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async def large(self, request: web.Request) -> web.Response:
        """JSON of the length asked for, with the headers asked for."""
        headers = {name[2:]: value for name, value in request.query.items() if name.startswith("h-")}
        text = '"' + "a" * (int(request.query.get("bytes", "20000")) - 2) + '"'
        status = int(request.query.get("status", "200"))
        return web.Response(text=text, status=status, headers={"Content-Type": "application/json", **headers})

    async def refused(self, _request: web.Request) -> web.Response:
        return web.json_response({"reason": "THROTTLED"}, status=429, content_type="application/problem+json")

    async def page(self, _request: web.Request) -> web.Response:
        return web.Response(text="<p>docs", content_type="text/html")

    async def slow(self, _request: web.Request) -> web.Response:
        self.arrived.set()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.caller_left.set()
            raise
        return web.Response(text="late")

    async def drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await self.release.wait()
        await response.write(b"second")
        return response

    async def broken(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"only this")
        assert request.transport is not None
        request.transport.close()
        return response

    async def upload(self, request: web.Request) -> web.Response:
        byte_count = 0
        async for chunk in request.content.iter_any():
            byte_count += len(chunk)
            self.first_chunk.set()
        return web.json_response({"byte_count": byte_count})
