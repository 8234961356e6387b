"""What is no HTTP and no WebSocket, sent to a real process: refused, and nothing of it stays behind."""

import asyncio
import contextlib
import os
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.gateway.fakes import FakeCalc, calculation, calculation_service_pb2
from tests.gateway.wire import HANDSHAKE, Wire, close_code, frame, request
from tests.system.deployment import free_ports, wait_for

CHUNKED = "Transfer-Encoding: chunked"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: gateway\r\n\r\n"
WATCH = request("/v1/calculations:watch", "Authorization: Token observer", *HANDSHAKE)


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A process, what it wrote, and how many files it holds."""

    url: str
    pid: int
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def open_files(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    @property
    def resident_bytes(self) -> int:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="module")
def process(
    calc_server: tuple[FakeCalc, int], main_server: tuple[object, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    (port,) = free_ports(1)
    log = tmp_path_factory.mktemp("malformed") / "gateway.log"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "GATEWAY_PORT": str(port),
        "GATEWAY_CALC_ADDRESS": f"127.0.0.1:{calc_server[1]}",
        "GATEWAY_MAIN_URL": f"http://127.0.0.1:{main_server[1]}",
    }
    with log.open("wb") as written:
        started = subprocess.Popen([sys.executable, "-m", "gateway"], env=environment, stderr=written)
    try:
        wait_for(lambda: "event=listening" in log.read_text(), "the gateway")
        yield Gateway(url=f"http://127.0.0.1:{port}", pid=started.pid, log_file=log)
    finally:
        started.terminate()
        started.wait(60)


@pytest_asyncio.fixture(loop_scope="session")
async def wire(process: Gateway, calc: FakeCalc) -> AsyncIterator[Wire]:
    """A connection; afterwards the process is as well as before, and its log has no trace."""

    async def one(_request: object, _context: object) -> AsyncIterator[object]:
        yield calculation_service_pb2.WatchCalculationsResponse(calculation=calculation())
        await calc.wait_forever()

    calc.answers["WatchCalculations"] = one
    before = len(process.log)
    opened = await Wire.open(process.url)
    try:
        yield opened
    finally:
        opened.close()
    async with aiohttp.ClientSession() as session, session.get(f"{process.url}/healthz") as response:
        assert response.status == 200
    for word in ("Traceback", "Exception", "level=error", "level=critical"):
        assert word not in process.log[before:]


MALFORMED = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a line of nonsense": b"hello\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "another version": b"GET / HTTP/3.7\r\nHost: a\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    "a method in small letters": b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a space before the colon": b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n",
    "a header folded over two lines": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
    "a header without a name": b"GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    "a zero byte in a header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n",
    "a lone CR in a header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n",
    "a zero byte in the address": b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address that is none": b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    "both lengths": request("/api/echo", "Content-Length: 4", CHUNKED, method="POST", body=b"0\r\n\r\n" + HIDDEN),
    "both lengths the other way": request("/api/echo", CHUNKED, "Content-Length: 4", method="POST", body=HIDDEN),
    "two lengths": request("/api/echo", "Content-Length: 4", "Content-Length: 40", method="POST", body=HIDDEN),
    "two lengths in one header": request("/api/echo", "Content-Length: 4, 4", method="POST", body=b"abcd" + HIDDEN),
    "a length below nothing": request("/api/echo", "Content-Length: -1", method="POST", body=HIDDEN),
    "a length with a sign": request("/api/echo", "Content-Length: +4", method="POST", body=b"abcd" + HIDDEN),
    "a gigantic length": request("/api/echo", "Content-Length: " + "9" * 40, method="POST"),
    "an unknown coding": request("/api/echo", "Transfer-Encoding: xchunked", method="POST", body=b"0\r\n\r\n"),
    "chunked not last": request("/api/echo", "Transfer-Encoding: chunked, identity", method="POST", body=HIDDEN),
    "a chunk of no size": request("/api/echo", CHUNKED, method="POST", body=b"\r\n" + HIDDEN),
    "a chunk of a strange size": request("/api/echo", CHUNKED, method="POST", body=b"0x4\r\nabcd\r\n0\r\n\r\n"),
    "a chunk of a negative size": request("/api/echo", CHUNKED, method="POST", body=b"-4\r\nabcd\r\n0\r\n\r\n"),
    "a chunk of a gigantic size": request("/api/echo", CHUNKED, method="POST", body=b"f" * 20 + b"\r\nabcd"),
    "a chunk longer than its size": request("/api/echo", CHUNKED, method="POST", body=b"1\r\nab\r\n0\r\n\r\n"),
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_requests_are_refused_and_hide_no_other(wire: Wire, sent: bytes, process: Gateway) -> None:
    wire.send(sent)
    answer = await wire.answer()
    assert (answer.status, answer.reason) == (400, "MALFORMED_REQUEST")
    assert answer.headers["connection"] == "close"
    assert await wire.ended() == b""
    assert "/hidden" not in process.log


async def test_an_upgrade_to_what_we_do_not_speak_is_ignored_and_ends_the_connection(wire: Wire) -> None:
    wire.send(request("/healthz", "Connection: Upgrade", "Upgrade: h2c") + HIDDEN)
    assert (await wire.answer()).status == 200
    assert await wire.ended() == b""


async def test_what_asks_for_the_server_itself_finds_nothing(wire: Wire) -> None:
    wire.send(request("*", method="OPTIONS"))
    answer = await wire.answer()
    assert (answer.status, answer.reason) == (404, "NOT_FOUND")


async def test_many_requests_sent_at_once_are_bounded(wire: Wire) -> None:
    wire.send(request() * 1000)
    assert (await wire.ended()).count(b"HTTP/1.1 200") < 20


HANDSHAKES = {
    "without a key": HANDSHAKE[:3],
    "with a short key": (*HANDSHAKE[:3], "Sec-WebSocket-Key: YQ=="),
    "of an old version": (*HANDSHAKE[:2], "Sec-WebSocket-Version: 8", HANDSHAKE[3]),
    "with a long header": (*HANDSHAKE, "Cookie: " + "x" * 10_000),
    "by POST": HANDSHAKE,
}


@pytest.mark.parametrize("name", HANDSHAKES)
async def test_malformed_handshakes_are_refused(wire: Wire, name: str) -> None:
    method = "POST" if name == "by POST" else "GET"
    wire.send(request("/v1/calculations:watch", *HANDSHAKES[name], method=method))
    answer = await wire.answer()
    assert (answer.status, answer.reason) == (400, "MALFORMED_REQUEST")
    assert await wire.ended() == b""


async def test_a_refused_upgrade_is_told_by_our_access_log_alone(wire: Wire, process: Gateway) -> None:
    before = len(process.log.splitlines())
    wire.send(request("/v1/calculations:watch", *HANDSHAKE))
    assert (await wire.answer()).status == 401
    await wire.ended()
    lines = [line for line in process.log.splitlines()[before:] if "path=/healthz" not in line]
    assert len(lines) == 1 and "status=401" in lines[0] and "logger=gateway.access" in lines[0]


FRAMES = {
    "a reserved opcode": (frame(3, b"x"), 1002),
    "a reserved control opcode": (frame(11), 1002),
    "reserved bits": (frame(1, b"x", reserved=0x20), 1002),
    "no mask": (frame(1, b"hello", masked=False), 1002),
    "a long ping": (frame(9, b"x" * 126), 1002),
    "a ping in pieces": (frame(9, b"x", fin=False), 1002),
    "a piece of nothing": (frame(0, b"x"), 1002),
    "a message within another": (frame(1, b"x", fin=False) + frame(1, b"y"), 1002),
    "text that is none": (frame(1, b"\xff\xfe"), 1007),
    "compressed rubbish": (frame(1, b"\xff" * 20, reserved=0x40), 1002),
    "a large message": (frame(1, b"x" * 65_000, fin=False) + frame(0, b"x" * 1000)[:8], 1009),
    "a gigantic length": (b"\x81\xff" + struct.pack("!Q", 2**62), 1009),
    "an impossible length": (b"\x81\xff" + struct.pack("!Q", 2**64 - 1), 1009),
    "a close code that is none": (frame(8, struct.pack("!H", 5)), 1002),
    "half a close code": (frame(8, b"\x03"), 1002),
    "a close reason that is no text": (frame(8, struct.pack("!H", 1000) + b"\xff"), 1007),
}


@pytest.mark.parametrize(("sent", "code"), FRAMES.values(), ids=FRAMES)
async def test_malformed_frames_close_their_connection(wire: Wire, calc: FakeCalc, sent: bytes, code: int) -> None:
    wire.send(WATCH)
    assert (await wire.answer()).status == 101
    assert b"calculation" in await wire.message()
    wire.send(sent)
    assert close_code(await wire.ended()) == code
    async with asyncio.timeout(5):
        await calc.caller_left.wait()


async def test_frames_before_the_handshake_is_over_are_not_read(wire: Wire) -> None:
    wire.send(WATCH + frame(9, b"early") + frame(3, b"x"))
    await wire.answer()


async def test_a_client_may_talk_but_is_not_listened_to(wire: Wire) -> None:
    wire.send(WATCH)
    assert (await wire.answer()).status == 101
    for _ in range(200):
        wire.send(frame(2, b"x" * 60_000) + frame(1, b"{}"))
        await wire.writer.drain()
    wire.send(frame(8, struct.pack("!H", 1000)))
    assert close_code(await wire.ended()) == 1000


async def test_connections_that_end_in_the_middle_leave_nothing_behind(wire: Wire, process: Gateway) -> None:
    halves = [b"", b"GET", request()[:-2], request("/api/echo", "Content-Length: 9", method="POST"), WATCH, WATCH[:-9]]

    async def leave(sent: bytes, half_close: bool) -> None:
        other = await Wire.open(process.url)
        other.send(sent)
        with contextlib.suppress(ConnectionError):
            await other.writer.drain()
            if half_close:
                other.writer.write_eof()
                await other.ended()
        other.close()

    async def storm() -> None:
        for _ in range(10):
            await asyncio.gather(*(leave(sent, half) for sent in halves for half in (False, True)))

    await storm()
    files, resident = process.open_files, process.resident_bytes
    await storm()
    await storm()
    await asyncio.to_thread(wait_for, lambda: process.open_files <= files + 3, "every connection to be closed")
    assert process.resident_bytes < resident + 8_000_000
