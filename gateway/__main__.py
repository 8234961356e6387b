"""Start the gateway: python -m gateway [--help]

The one entrance of AstroDist: the web interface, /api (main_api) and /v1 (calc_grpc). Settings come from the
environment; .env.example lists them, those of the gateway begin with GATEWAY_.
"""

import argparse
import asyncio
import atexit
import contextlib
import errno
import functools
import logging
import os
import resource
import signal
import socket
import sys
from typing import Any

import uvicorn

from gateway import limits, logs, tls
from gateway.app import build_app
from gateway.config import Config, ConfigError
from gateway.connections import Connections, HttpProtocol
from gateway.websocket import WebSocketProtocol

GRACE_PERIOD_S = 5
BACKLOG = 1024
# Files beside the connections of clients: those to the rooms behind, the log, files being read.
OTHER_FILES = 512

logger = logging.getLogger("gateway")


class Server(uvicorn.Server):
    """Ends the open streams before it waits for connections to finish; gives a TLS handshake no longer than headers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(1)
        build = functools.partial(
            self.config.http_protocol_class,
            config=self.config,  # type: ignore[call-arg]
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        secure: dict[str, Any] = {}
        if self.config.ssl:
            timeout_s = self.config.app.state.config.header_timeout_s  # type: ignore[union-attr]
            secure = {"ssl": self.config.ssl, "ssl_handshake_timeout": timeout_s, "ssl_shutdown_timeout": timeout_s}
        loop = asyncio.get_running_loop()
        self.servers = [await loop.create_server(build, sock=listener, **secure) for listener in sockets or ()]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.streams.stopping.set()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes; 2 when a setting is wrong or the port is taken."""
    parser = argparse.ArgumentParser(
        prog="python -m gateway", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limits", action="store_true", help="print every limit with its setting, and end")
    if parser.parse_args(arguments).limits:
        sys.stdout.write(f"{limits.table()}\n")
        return 0
    try:
        config = Config.from_env(os.environ)
        listener = _listen(config)
    except ConfigError as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 2
    logs.set_up(config.log_format)
    _allow_files(config)
    if config.traces:
        # Here, since its library is for those only who want traces.
        from gateway import tracing

        tracing.start()
        atexit.register(tracing.stop)
    logger.info("listening", extra={"action": "start", "host": config.host, "port": config.port})
    # uvicorn ends its work on a signal, then raises the signal once more; that must not look like a crash.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        build_server(config).run(sockets=[listener])
    logger.info("stopped", extra={"action": "stop"})
    return 0


def build_server(config: Config) -> Server:
    """The ASGI server around the application; it runs on sockets that the caller has bound."""
    connections = Connections(config)
    http: Any = functools.partial(HttpProtocol, connections=connections)
    websocket: Any = functools.partial(WebSocketProtocol, connections=connections)
    secure = config.tls_cert and config.tls_key and tls.serving(config.tls_cert, config.tls_key)
    return Server(
        uvicorn.Config(
            build_app(config),
            http=http,
            ws=websocket,
            ssl_context_factory=(lambda *_: secure) if secure else None,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(config.trusted_proxies),
            forwarded_allow_ips=list(config.trusted_proxies),
            timeout_keep_alive=config.keep_alive_s,  # type: ignore[arg-type]
            timeout_graceful_shutdown=GRACE_PERIOD_S,
            ws_max_size=config.message_limit_bytes,
            ws_ping_interval=config.ping_interval_s,
            ws_ping_timeout=config.ping_timeout_s,
        )
    )


def _listen(config: Config) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Accepted connections inherit it: one whose other end has vanished, or takes nothing, ends by itself.
            timeout_ms = int(config.send_timeout_s * 1000)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)
        return listener
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"GATEWAY_PORT {config.port} is taken by another program: stop it or choose another port"
        else:
            message = f"GATEWAY_HOST {config.host}, GATEWAY_PORT {config.port} cannot be listened on: {error}"
        raise ConfigError(message) from error


def _allow_files(config: Config) -> None:
    """Have as many files as there may be connections, as far as the system lets us."""
    wanted = config.connection_limit + OTHER_FILES
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    if now != resource.RLIM_INFINITY and now < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    if allowed < wanted:
        logger.warning("fewer files than connections", extra={"action": "start", "files": allowed, "wanted": wanted})


if __name__ == "__main__":
    sys.exit(main())
