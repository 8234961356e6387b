"""What surrounds every answer: request id, headers that come only from us, access log, errors as problem+json."""

import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import logs
from gateway.errors import PROBLEM_TYPE, GatewayError, Internal

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Headers by which a reverse proxy tells who calls. From outside they are lies. A name with an underscore is one, too:
# WSGI cannot tell X_Forwarded_For from X-Forwarded-For.
IDENTITY_HEADER = re.compile(
    rb"x-(forwarded|remote|auth|authenticated|user|real|client|original|rewrite|scheme|ssl)(-.*)?"
    rb"|forwarded|remote-user|.*_.*",
    re.IGNORECASE,
)
FIRST_UPSTREAM_ERROR = 502
access_logger = logging.getLogger("gateway.access")
logger = logging.getLogger(__name__)


def request_id_of(scope: Scope) -> str:
    """The id under which every room logs this call."""
    return str(scope.get("state", {}).get("request_id", ""))


def client_address(scope: Scope) -> str:
    """The address of who calls, as told by a trusted proxy where there is one; empty where there is none."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class RequestContext:
    """Gives a call its id, drops headers that only a proxy of ours may set, and writes the access log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        offered = Headers(scope=scope).get("x-request-id", "")
        request_id = offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        logs.request_id.set(request_id)
        scope["headers"] = [
            (name, value)
            for name, value in scope["headers"]
            if name.lower() != b"x-request-id" and not IDENTITY_HEADER.fullmatch(name)
        ]
        status, byte_count, started_at = 0, 0, time.monotonic()

        async def send_with_id(message: Message) -> None:
            nonlocal status, byte_count
            if message["type"] in ("http.response.start", "websocket.http.response.start", "websocket.accept"):
                status = message.get("status", 101)
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                headers["x-request-id"] = request_id
                if calculation_id := headers.get("x-calculation-id"):
                    scope["state"]["calculation_id"] = calculation_id
                message = {**message, "headers": headers.raw}
            byte_count += len(message.get("body", b"") or message.get("text", ""))
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            fields = {"status": status, "byte_count": byte_count, "duration_s": round(time.monotonic() - started_at, 4)}
            _log_access(scope, request_id, fields)
            scope["app"].state.metrics.count(scope, status, fields["duration_s"])


class Problems:
    """Turns errors into problem+json, as long as the answer has not started; afterwards the connection is cut."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except GatewayError as error:
            problem = error
        except Exception:
            logger.exception("unhandled error", extra={"action": "http", "request_id": request_id_of(scope)})
            problem = Internal()
        else:
            return
        if problem.status >= FIRST_UPSTREAM_ERROR:
            scope["state"]["upstream_error"] = problem.reason
        if problem.status == 500 and not isinstance(problem, Internal):
            fields = {"action": "http", "request_id": request_id_of(scope), "error": repr(problem.__cause__)}
            logger.error("a room behind the gateway failed", extra=fields)
        if not started:
            await send_problem(scope, send, problem)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1011})
        else:
            fields = {"action": "http", "request_id": request_id_of(scope), "reason": problem.reason}
            logger.warning("an answer broke off", extra=fields)


async def send_problem(scope: Scope, send: Send, problem: GatewayError) -> None:
    """Answer with a problem; a WebSocket that is not accepted yet is denied with it."""
    body = problem.body(request_id_of(scope))
    headers = [
        (b"content-type", PROBLEM_TYPE),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
    ]
    prefix = "websocket." if scope["type"] == "websocket" else ""
    await send({"type": f"{prefix}http.response.start", "status": problem.status, "headers": headers})
    await send({"type": f"{prefix}http.response.body", "body": body})


async def send_json(send: Send, body: bytes, *, status: int = 200) -> None:
    """Answer with JSON text that nobody may keep."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _log_access(scope: Scope, request_id: str, fields: dict[str, Any]) -> None:
    client = scope.get("client")
    extra = {
        "action": "access",
        "method": scope.get("method", "WEBSOCKET"),
        "path": scope["path"],
        **fields,
        "client": client[0] if client else "-",
        "user": scope["state"].get("username", "-"),
        "request_id": request_id,
    }
    if calculation_id := scope["state"].get("calculation_id"):
        extra["calculation_id"] = calculation_id
    access_logger.info("request", extra=extra)
