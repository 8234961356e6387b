"""The gRPC port: what it allows every client, and how it is opened."""

import errno
import socket

import grpc.aio

from calc_grpc import tls
from calc_grpc.config_trust import Door
from calc_grpc.errors import StartRefused

MESSAGE_BYTES_MAX = 4 * 1024 * 1024
METADATA_BYTES_MAX = 16 * 1024
CONNECTION_STREAMS_MAX = 2_000  # the gateway brings all its users on one connection
CONNECTIONS_MAX = 1_000

# Each ends what one client could otherwise do to the rest; tests/calc_grpc/test_limits.py reaches them all.
OPTIONS: tuple[tuple[str, int], ...] = (
    # Two servers on one port would each get half of the calls.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_metadata_size", METADATA_BYTES_MAX),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX),
    ("grpc.max_concurrent_streams", CONNECTION_STREAMS_MAX),
    ("grpc.max_allowed_incoming_connections", CONNECTIONS_MAX),
    # Who connects and says nothing.
    ("grpc.server_handshake_timeout_ms", 10_000),
    # Who went away without a word is found within a minute and a half; an idle connection is opened again when needed.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.max_connection_idle_ms", 900_000),
    # Who pings more often than every ten seconds is told so (too_many_pings), and cut off.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 3),
    ("grpc.keepalive_permit_without_calls", 1),
)


def open_port(server: grpc.aio.Server, door: Door, port: int) -> int:
    """Bind; returns the port, which may have been drawn. Raises StartRefused when it is taken."""
    address = f"{door.host}:{port}"
    try:
        if door.tls_cert is not None and door.tls_key is not None:
            return server.add_secure_port(address, tls.serving(door.tls_cert, door.tls_key))
        return server.add_insecure_port(address)
    except RuntimeError as error:
        raise _port_taken(port) from error


def check_port_is_free(host: str, port: int) -> None:
    """Probe first, as gRPC's own message does not name the setting; raises StartRefused."""
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), port))
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise _port_taken(port) from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise StartRefused(f"CALC_HOST: {host} is no address of this machine") from error


def _port_taken(port: int) -> StartRefused:
    return StartRefused(f"CALC_PORT: {port} cannot be listened on; stop what uses it or choose another port")
