"""Every limit at the entrance, in one table: its setting, its default, its bounds, and how it is answered."""

from dataclasses import Field, dataclass, field, fields
from typing import Any

MEBIBYTE = 1024 * 1024


def _limit(default: float, least: float, most: float, meaning: str, answer: str) -> Any:
    return field(
        default=default, metadata={"bounds": {"least": least, "most": most}, "meaning": meaning, "answer": answer}
    )


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one client, and all of them together, may take. A field's setting is its name after `GATEWAY_`."""

    body_limit_bytes: int = _limit(4 * MEBIBYTE, 1024, 256 * MEBIBYTE, "bytes of a body", "413 BODY_TOO_LARGE")
    held_bodies_limit_bytes: int = _limit(
        256 * MEBIBYTE,
        MEBIBYTE,
        65_536 * MEBIBYTE,
        "bytes of all bodies on their way to main_api, the first 64 KiB of each not counted",
        "503 UNAVAILABLE",
    )
    address_limit_bytes: int = _limit(8000, 256, 65_536, "bytes of an address with its query", "414 ADDRESS_TOO_LONG")
    header_limit_bytes: int = _limit(
        32 * 1024, 1024, MEBIBYTE, "bytes of all headers of a request", "431 HEADERS_TOO_LARGE"
    )
    header_limit_count: int = _limit(100, 16, 1000, "headers of a request", "431 HEADERS_TOO_LARGE")
    header_timeout_s: float = _limit(
        10.0, 0.05, 600, "seconds for all headers (and for a TLS handshake)", "408 REQUEST_TIMEOUT; closed if none came"
    )
    body_timeout_s: float = _limit(60.0, 0.05, 3600, "seconds of waiting for a body", "408 REQUEST_TIMEOUT")
    send_timeout_s: float = _limit(
        30.0, 0.05, 3600, "seconds in which a client takes nothing of what is sent to it", "cut"
    )
    keep_alive_s: float = _limit(30.0, 0.05, 3600, "seconds without a request on an open connection", "closed")
    ping_interval_s: float = _limit(20.0, 0.05, 3600, "seconds between two pings on a WebSocket", "-")
    ping_timeout_s: float = _limit(20.0, 0.05, 3600, "seconds without the answer to a ping", "closed with 1011")
    message_limit_bytes: int = _limit(
        64 * 1024, 125, 16 * MEBIBYTE, "bytes of a message from a WebSocket's client", "closed with 1009"
    )
    connection_limit: int = _limit(2000, 1, 1_000_000, "connections of all clients", "503 TOO_MANY_CONNECTIONS")
    client_connection_limit: int = _limit(
        1000,
        1,
        1_000_000,
        "connections of one client address (an IPv6 network of 64 bits is one); behind a trusted proxy: its calls at a "
        "time",
        "429 TOO_MANY_CONNECTIONS",
    )
    stream_limit: int = _limit(20, 1, 100_000, "streams of one user", "429 THROTTLED")
    client_stream_limit: int = _limit(200, 1, 1_000_000, "streams of one client address", "429 THROTTLED")
    waiting_max: int = _limit(
        100, 1, 10_000, "calculations of one user, but of moderators, that wait or run", "429 TOO_MANY_WAITING"
    )
    rpc_timeout_s: float = _limit(15.0, 0.001, 3600, "seconds for an answer of calc_grpc", "504 DEADLINE_EXCEEDED")
    main_timeout_s: float = _limit(30.0, 0.001, 3600, "seconds for an answer of main_api", "504 DEADLINE_EXCEEDED")


def setting_of(limit: "Field[Any]") -> str:
    """The environment variable of a limit."""
    return f"GATEWAY_{limit.name.upper()}"


def table() -> str:
    """All limits as a Markdown table."""
    rows = ["| setting | default | limit | answer beyond it |", "|---|---|---|---|"]
    for limit in fields(Limits):
        words = limit.metadata
        rows.append(f"| `{setting_of(limit)}` | {limit.default} | {words['meaning']} | {words['answer']} |")
    return "\n".join(rows)
