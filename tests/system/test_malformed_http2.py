"""Rubbish on the gRPC port of a real process: it lives, stays small, and answers the next call."""

import os
from collections.abc import Iterator

import pytest

from tests.calc_grpc.http2 import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    PING,
    PREFACE,
    RST_STREAM,
    WINDOW_UPDATE,
    call_headers,
    connect,
    frame,
    literal,
    read_to_end,
    send,
    settings,
)
from tests.system.calc_alone import CalcAlone, is_healthy
from tests.system.deployment import wait_for

CREATE = "/astrodist.calc.v1.CalculationService/CreateCalculation"
GROWTH_MB_MAX = 60.0
CALL = call_headers(CREATE)
LARGE = literal("x", "y" * 120) * 100
BEGUN = PREFACE + settings()
ATTACKS = {
    "no preface": [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    "half a preface": [PREFACE[:11]],
    "TLS on a plain port": [bytes.fromhex("16030100c8010000c40303") + bytes(200)],
    "random bytes": [os.urandom(100_000)],
    "a frame that says it is giant": [BEGUN, frame(DATA, stream=1, payload=bytes(100_000), length=2**24 - 1)],
    "giant headers without end": [BEGUN, frame(HEADERS, 0, 1, CALL), *[frame(CONTINUATION, 0, 1, LARGE)] * 500],
    "HPACK rubbish": [BEGUN, frame(HEADERS, END_HEADERS, 1, os.urandom(2000))],
    "an index beyond the HPACK table": [BEGUN, frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\xff\x0f")],
    "an HPACK table of a gigabyte": [BEGUN, frame(HEADERS, END_HEADERS, 1, b"\x3f\xff\xff\xff\xff\x03")],
    "a flood of SETTINGS": [BEGUN, *[settings((3, 1), (4, 65_535))] * 20_000],
    "a flood of pings": [BEGUN, *[frame(PING, payload=bytes(8))] * 20_000],
    "a rapid reset": [
        BEGUN,
        *(
            frame(HEADERS, END_HEADERS, 2 * n + 1, CALL) + frame(RST_STREAM, 0, 2 * n + 1, (8).to_bytes(4, "big"))
            for n in range(10_000)
        ),
    ],
    "calls that never end": [BEGUN, *(frame(HEADERS, END_HEADERS, 2 * n + 1, CALL) for n in range(5_000))],
    "empty DATA without end": [BEGUN, frame(HEADERS, END_HEADERS, 1, CALL), *[frame(DATA, 0, 1)] * 20_000],
    "windows beyond measure": [BEGUN, *[frame(WINDOW_UPDATE, 0, 0, (2**31 - 1).to_bytes(4, "big"))] * 100],
    "an even stream": [BEGUN, frame(HEADERS, END_HEADERS | END_STREAM, 2, CALL)],
    "a message that is cut": [
        BEGUN,
        frame(HEADERS, END_HEADERS, 1, CALL),
        frame(DATA, END_STREAM, 1, b"\0" + (1000).to_bytes(4, "big") + b"x"),
    ],
    "a message that says it is giant": [
        BEGUN,
        frame(HEADERS, END_HEADERS, 1, CALL),
        frame(DATA, 0, 1, b"\0" + (2**32 - 1).to_bytes(4, "big") + bytes(1000)),
    ],
    "a farewell and then more": [BEGUN, frame(GOAWAY, payload=bytes(8)), frame(HEADERS, END_HEADERS, 1, CALL)],
}  # fmt: skip


@pytest.fixture(scope="module")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalcAlone]:
    services = CalcAlone(tmp_path_factory.mktemp("http2"))
    try:
        services.start_all()
        yield services
    finally:
        services.stop_all()


@pytest.mark.parametrize("attack", ATTACKS)
def test_rubbish_on_the_port_harms_nobody_else(calc: CalcAlone, attack: str) -> None:
    process, before_mb = calc.processes["calc_grpc"], calc.memory_mb
    with connect(int(calc.ports["CALC_PORT"])) as connection:
        connection.settimeout(1.0)
        send(connection, *ATTACKS[attack])
        wait_for(lambda: is_healthy(calc), "an answer to somebody else while it lasts", hint=calc.logs)
        read_to_end(connection)
    assert is_healthy(calc)
    assert process.poll() is None
    assert calc.memory_mb - before_mb < GROWTH_MB_MAX


def test_connections_that_say_nothing_leave_room_for_others(calc: CalcAlone) -> None:
    connections = [connect(int(calc.ports["CALC_PORT"])) for _ in range(300)]
    assert is_healthy(calc)
    for connection in connections:
        connection.close()
    assert is_healthy(calc)
