"""Start the gateway: python -m gateway [--help]

The one entrance of AstroDist: the web interface, /api (main_api) and /v1 (calc_grpc). Settings come from the
environment; .env.example lists them, those of the gateway begin with GATEWAY_.
"""

import argparse
import contextlib
import errno
import logging
import os
import signal
import socket
import sys

import uvicorn

from gateway import logs
from gateway.app import build_app
from gateway.config import Config, ConfigError

GRACE_PERIOD_S = 5
KEEP_ALIVE_S = 30
BACKLOG = 1024
MESSAGE_LIMIT_BYTES = 64 * 1024

logger = logging.getLogger("gateway")


class Server(uvicorn.Server):
    """Ends the open streams before it waits for connections to finish."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.streams.stopping.set()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes; 2 when a setting is wrong or the port is taken."""
    argparse.ArgumentParser(
        prog="python -m gateway", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(arguments)
    try:
        config = Config.from_env(os.environ)
        listener = _listen(config)
    except ConfigError as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 2
    logs.set_up()
    logger.info("listening", extra={"action": "start", "host": config.host, "port": config.port})
    # uvicorn ends its work on a signal, then raises the signal once more; that must not look like a crash.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        build_server(config).run(sockets=[listener])
    logger.info("stopped", extra={"action": "stop"})
    return 0


def build_server(config: Config) -> Server:
    """The ASGI server around the application; it runs on sockets that the caller has bound."""
    return Server(
        uvicorn.Config(
            build_app(config),
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(config.trusted_proxies),
            forwarded_allow_ips=list(config.trusted_proxies),
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_PERIOD_S,
            ws_max_size=MESSAGE_LIMIT_BYTES,
        )
    )


def _listen(config: Config) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"GATEWAY_PORT {config.port} is taken by another program: stop it or choose another port"
        else:
            message = f"GATEWAY_HOST {config.host}, GATEWAY_PORT {config.port} cannot be listened on: {error}"
        raise ConfigError(message) from error


if __name__ == "__main__":
    sys.exit(main())
