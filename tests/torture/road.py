"""The road of the callbacks: a proxy between calc_grpc and main_api that misbehaves when it is told to."""

import json
import threading
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FORWARD_TIMEOUT_S = 14.0
HOP_BY_HOP = frozenset(("connection", "transfer-encoding", "content-length", "date", "server"))


@dataclass(frozen=True)
class Callback:
    """One request of calc_grpc."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Road:
    """Forwards to `main_url`; `fault` names what goes wrong at present, or nothing does."""

    main_url: str
    fault: str = ""
    late_after_s: float = 6.0
    attempts: Counter[str] = field(default_factory=Counter)
    # What calc_grpc ever said of a calculation: one text, however often it was sent.
    said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self._late_may_pass = threading.Event()
        self._late: list[threading.Thread] = []
        self._fault_ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def begin(self, fault: str) -> None:
        self._fault_ended.clear()
        self.fault = fault

    def end(self) -> None:
        self.fault = ""
        self._fault_ended.set()

    def close(self) -> None:
        self._fault_ended.set()
        self.let_late_ones_pass()
        self._server.shutdown()
        self._server.server_close()

    def note(self, callback: Callback) -> None:
        self.attempts[self.fault or "plain"] += 1
        with suppress(ValueError, KeyError):
            body = json.loads(callback.body)
            self.said[body["calculation_id"]].add(json.dumps(body, sort_keys=True))

    def forward(self, callback: Callback) -> tuple[int, dict[str, str], bytes]:
        """main_api's answer; 502 where it cannot be reached."""
        request = urllib.request.Request(
            f"{self.main_url}{callback.path}", data=callback.body, headers=callback.headers, method="PUT"
        )
        try:
            with urllib.request.urlopen(request, timeout=FORWARD_TIMEOUT_S) as response:
                return response.status, dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()
        except (OSError, HTTPException):
            return 502, {}, b""

    def forward_later(self, callback: Callback) -> None:
        """Keep a copy that arrives when nobody expects it any more."""

        def pass_on() -> None:
            self._late_may_pass.wait(self.late_after_s)
            self.forward(callback)

        thread = threading.Thread(target=pass_on, daemon=True)
        self._late.append(thread)
        thread.start()

    def let_late_ones_pass(self) -> int:
        """Forward what is still held up, and wait for the answers; returns how many copies were late so far."""
        self._late_may_pass.set()
        for thread in self._late:
            thread.join()
        return len(self._late)

    def hang(self) -> None:
        """Until the fault ends, or longer than any sender waits."""
        self._fault_ended.wait(timeout=60)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever called was killed."""


def _handler(road: Road) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender was killed in the middle
                return
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
            }
            callback = Callback(self.path, headers, body)
            road.note(callback)
            DEEDS.get(road.fault, _pass_on)(self, road, callback)

        def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Be quiet."""

    return Handler


Deed = Callable[[Any, Road, Callback], None]


def _pass_on(handler: Any, road: Road, callback: Callback) -> None:
    handler.answer(*road.forward(callback))


def _answer_500(handler: Any, road: Road, callback: Callback) -> None:
    handler.answer(500, {"Content-Type": "text/html"}, b"<h1>Server Error (500)</h1>")


def _answer_429(handler: Any, road: Road, callback: Callback) -> None:
    handler.answer(429, {"Retry-After": "1"})


def _answer_garbage(handler: Any, road: Road, callback: Callback) -> None:
    handler.wfile.write(b"\x00\xffnothing that is HTTP\r\n\r\n" + callback.body[:40])
    handler.close_connection = True


def _hang(handler: Any, road: Road, callback: Callback) -> None:
    road.hang()
    handler.close_connection = True


def _lose_answer(handler: Any, road: Road, callback: Callback) -> None:
    road.forward(callback)
    handler.close_connection = True


def _forward_twice(handler: Any, road: Road, callback: Callback) -> None:
    """Both at the same instant."""
    twin = threading.Thread(target=road.forward, args=(callback,))
    twin.start()
    answer = road.forward(callback)
    twin.join()
    handler.answer(*answer)


def _repeat_late(handler: Any, road: Road, callback: Callback) -> None:
    road.forward_later(callback)
    handler.answer(*road.forward(callback))


DEEDS: dict[str, Deed] = {
    "main_500": _answer_500,
    "main_429": _answer_429,
    "main_garbage": _answer_garbage,
    "main_hangs": _hang,
    "callback_answer_lost": _lose_answer,
    "callback_doubled": _forward_twice,
    "callback_late": _repeat_late,
}
