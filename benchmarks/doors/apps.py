"""What the gateway is laid beside: a bare ASGI application, Starlette, and an empty view of Django.

`python -m doors.apps NAME PORT SERVER` serves one of them in one process; SERVER is uvicorn or granian.
"""

import sys
from typing import Any

BODY = b'{"status": "ok"}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The least an ASGI application can be."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def starlette() -> Any:
    """One route of Starlette, without middleware of its own."""
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    async def answer(_request: Any) -> Response:
        return Response(BODY, media_type="application/json")

    return Starlette(routes=[Route("/", answer)])


def django() -> Any:
    """One empty view of Django without middleware, as WSGI."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.urls import path

    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="none", LOGGING_CONFIG=None)
    globals()["urlpatterns"] = [path("", lambda _request: HttpResponse(BODY, content_type="application/json"))]
    return get_wsgi_application()


def serve(name: str, port: int, server: str) -> None:
    """Serve one of them until a signal comes."""
    if server == "uvicorn":
        import uvicorn

        app = bare if name == "bare" else starlette()
        uvicorn.run(app, port=port, log_config=None, access_log=False, server_header=False, lifespan="off")
        return
    from granian import Granian
    from granian.constants import Interfaces

    target, interface = {
        "bare": ("doors.apps:bare", Interfaces.ASGINL),
        "starlette": ("doors.apps:starlette", Interfaces.ASGINL),
        "django": ("doors.apps:django", Interfaces.WSGI),
        "list": ("main_api.config.wsgi:application", Interfaces.WSGI),
    }[name]
    threads = 4 if name == "list" else 1
    factory = name in ("starlette", "django")
    Granian(
        target,
        port=port,
        interface=interface,
        blocking_threads=threads if interface == Interfaces.WSGI else None,
        factory=factory,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
