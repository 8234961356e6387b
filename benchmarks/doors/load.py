"""Load over HTTP: wrk (C, `apt install wrk`) for rates, one connection of ours for the time of single calls.

wrk must not be what limits: how busy it was is measured with each round.
"""

import re
import resource
import shutil
import socket
import statistics
import subprocess
import time
from dataclasses import dataclass

from engine.processes import cpu_s

RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
COUNT = re.compile(r"(\d+) requests in")
FAILED = re.compile(r"(Non-2xx or 3xx responses: \d+|Socket errors: .*)")


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of calls, as fast as they are answered.

    cpu_us: processor time of the server for one call, microseconds; loader_busy: share of one processor wrk took.
    """

    rate: float
    cpu_us: float
    loader_busy: float


def run_wrk(url: str, pid: int, *, seconds: int, connections: int, headers: dict[str, str] | None = None) -> Round:
    """Call one address over and over; raises RuntimeError when an answer is no 2xx."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("wrk is missing: apt install wrk")
    given = [word for name, value in (headers or {}).items() for word in ("-H", f"{name}: {value}")]
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *given, url]
    used_before, wrk_before, began_at = cpu_s(pid), _children_s(), time.perf_counter()
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used_s, wrk_s, took_s = cpu_s(pid) - used_before, _children_s() - wrk_before, time.perf_counter() - began_at
    rate, count = RATE.search(text), COUNT.search(text)
    if FAILED.search(text) or rate is None or count is None:
        raise RuntimeError(f"{url}: {text}")
    return Round(rate=float(rate[1]), cpu_us=1e6 * used_s / int(count[1]), loader_busy=wrk_s / took_s)


class Connection:
    """One connection that is kept: raw, so that what is timed is the answer and not a client library."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in headers.items())]
        self._request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self.byte_count = 0  # of the latest answer's body
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def seconds(self) -> float:
        """How long one call took, the last byte included; raises RuntimeError when it is no 200."""
        began_at = time.perf_counter()
        self._socket.sendall(self._request)
        content = self._socket.recv(1 << 20)
        while b"\r\n\r\n" not in content:
            content += self._socket.recv(1 << 20)
        head, _, body = content.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode("latin-1"))
        length = re.search(rb"(?i)content-length: (\d+)", head)
        parts, self.byte_count = [body], len(body)
        while not self._is_whole(parts, int(length[1]) if length else None):
            parts.append(self._socket.recv(1 << 20))
            self.byte_count += len(parts[-1])
        return time.perf_counter() - began_at

    def _is_whole(self, parts: list[bytes], length: int | None) -> bool:
        """By its length, or by the chunk that ends it."""
        if length is not None:
            return self.byte_count >= length
        return b"".join(parts[-2:]).endswith(b"0\r\n\r\n")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def median_of(rounds: list[Round], name: str) -> float:
    """The middle of what the rounds say of one thing."""
    return statistics.median(getattr(one, name) for one in rounds)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
