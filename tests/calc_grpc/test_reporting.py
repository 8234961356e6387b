"""Reports to a real HTTP receiver."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from calc_grpc.calculation import SECOND_US, Calculation, wall_clock_us
from calc_grpc.journal.port import Outcome
from calc_grpc.journal.sqlite import SqliteJournal
from calc_grpc.reporting import MAX_IN_FLIGHT, MAX_IN_FLIGHT_PER_ORIGIN, Reporter
from calc_grpc.signing import signature_headers
from tests.calc_grpc.fakes import TIMEOUT_S, Hasty, Receiver, new_calculation, soon, until

KEY = "key-of-the-tests"
DAY_S = 86_400.0

Start = Callable[..., Awaitable[Reporter]]


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(tmp_path / "journal.sqlite3")
    yield journal
    await journal.close()


@pytest.fixture
async def start(journal: SqliteJournal, receiver: Receiver) -> AsyncIterator[Start]:
    """Start a reporter that hurries."""
    running: list[tuple[Reporter, asyncio.Task[None]]] = []

    async def start(
        give_up_after_s: float = DAY_S,
        allowed: frozenset[str] | None = None,
        key: str = KEY,
    ) -> Reporter:
        reporter = Reporter(
            journal=journal,
            key=key,
            allowed_origins=frozenset({receiver.origin}) if allowed is None else allowed,
            give_up_after_s=give_up_after_s,
            clock=wall_clock_us,
            chance=Hasty(),
        )
        running.append((reporter, asyncio.create_task(reporter.run())))
        return reporter

    yield start
    for reporter, task in running:
        reporter.stop()
        await soon(task)


async def end_one(journal: SqliteJournal, url: str, number: int = 0, origin: str = "") -> str:
    """Accept a calculation with this callback and cancel it, so that it is reported."""
    new = new_calculation(number, has_callback=True, callback_url=url, callback_origin=origin or url.rpartition("/")[0])
    await journal.accept(new)
    await journal.cancel(new.calculation_id)
    return new.calculation_id


async def reported(journal: SqliteJournal, calculation_id: str, state: str) -> Calculation:
    async def reached() -> bool:
        row = await journal.get(calculation_id)
        return row is not None and row.report.state == state

    await until(reached, journal)
    row = await journal.get(calculation_id)
    assert row is not None
    return row


async def test_a_report_carries_the_key_and_the_envelope(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    await start()
    calculation_id = await end_one(journal, receiver.url())
    body = await receiver.next_body()
    row = await reported(journal, calculation_id, "DELIVERED")
    assert (body["calculation_id"], body["state"], body["report_id"]) == (
        calculation_id,
        "CANCELLED",
        row.report.report_id,
    )
    assert body["calculation_created_at"].endswith("Z")
    headers = receiver.headers[0]
    assert headers["X-Calc-Key"] == KEY and headers["Content-Type"] == "application/json"
    assert (row.report.attempt_count, row.report.last_error, row.report.next_time_us) == (1, "", None)


async def test_every_attempt_is_signed_anew_under_the_report_s_id(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    receiver.answers.append((503, {"Retry-After": "1"}))  # the moment is in whole seconds
    began_s = wall_clock_us() // SECOND_US
    await start()
    row = await reported(journal, await end_one(journal, receiver.url()), "DELIVERED")
    first, second = receiver.headers
    for headers, content in zip(receiver.headers, receiver.contents, strict=True):
        assert headers["webhook-id"] == row.report.report_id
        assert headers == headers | signature_headers(
            secret=KEY.encode(),
            message_id=row.report.report_id,
            timestamp_s=int(headers["webhook-timestamp"]),
            body=content,
        )
    assert began_s <= int(first["webhook-timestamp"]) < int(second["webhook-timestamp"]) < began_s + TIMEOUT_S
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize("status", [500, 503, 401, 403, 404, 409, 429, 302])
async def test_an_answer_that_is_not_final_is_tried_again(
    start: Start, journal: SqliteJournal, receiver: Receiver, status: int
) -> None:
    receiver.answers.append((status, {"Location": receiver.url("/elsewhere")}))
    await start()
    calculation_id = await end_one(journal, receiver.url())
    row = await reported(journal, calculation_id, "DELIVERED")
    assert row.report.attempt_count == 2
    first, second = await receiver.next_body(), await receiver.next_body()
    assert first["report_id"] == second["report_id"]
    assert receiver.paths == ["/result", "/result"]  # no redirect was followed


@pytest.mark.parametrize("status", [400, 410, 413, 422])
async def test_a_refusal_for_good_ends_it_and_says_why(
    start: Start, journal: SqliteJournal, receiver: Receiver, status: int
) -> None:
    receiver.answers.append((status, {}))
    await start()
    row = await reported(journal, await end_one(journal, receiver.url()), "REJECTED")
    assert row.report.last_error == f"HTTP {status} SAID_SO"
    assert (row.report.attempt_count, row.report.next_time_us) == (1, None)


@pytest.mark.parametrize("reason", ["NUL\0 and \ud800", "a-key-that-was-sent", "A WORD", "X" * 65])
async def test_what_a_receiver_calls_its_reason_is_kept_where_it_is_a_word(
    start: Start, journal: SqliteJournal, receiver: Receiver, reason: str
) -> None:
    receiver.reason = reason
    receiver.answers.append((422, {}))
    await start()
    row = await reported(journal, await end_one(journal, receiver.url()), "REJECTED")
    assert row.report.last_error == "HTTP 422"


async def test_a_receiver_that_is_away_is_tried_again_until_it_is_given_up_and_the_log_says_so(
    start: Start, journal: SqliteJournal, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = "http://127.0.0.1:9"  # discard: nobody listens there
    await start(give_up_after_s=2.0, allowed=frozenset({nowhere}))
    row = await reported(journal, await end_one(journal, f"{nowhere}/x"), "GIVEN_UP")
    assert row.report.attempt_count >= 2
    assert "Cannot connect" in row.report.last_error
    assert row.report.next_time_us is None

    def levels() -> list[str]:
        return [record.levelname for record in caplog.records if record.message == "report attempted"]

    async with asyncio.timeout(TIMEOUT_S):
        while len(levels()) < row.report.attempt_count:  # a line is written after its row
            await journal.get(row.calculation_id)
    assert levels()[-1] == "ERROR" and set(levels()[:-1]) == {"WARNING"}


async def test_a_receiver_that_does_not_answer_in_time_is_tried_again(
    start: Start, journal: SqliteJournal, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calc_grpc.reporting.ATTEMPT_TIMEOUT_S", 0.05)
    receiver.answers.extend([None] * 200)
    await start(give_up_after_s=2.0)
    row = await reported(journal, await end_one(journal, receiver.url()), "GIVEN_UP")
    assert row.report.last_error == "No answer within 0.05 s." and row.report.attempt_count >= 2


async def test_a_host_that_takes_no_connection_is_given_less_time_than_one_that_works_on_its_answer(
    start: Start, journal: SqliteJournal, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calc_grpc.reporting.CONNECT_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, ExitStack() as queue:
        address = deaf.getsockname()
        for _ in range(4):  # nobody accepts: when the queue is full, Linux answers no further one
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        origin = f"http://127.0.0.1:{address[1]}"
        await start(give_up_after_s=0.25, allowed=frozenset({origin}))
        row = await reported(journal, await end_one(journal, f"{origin}/x"), "GIVEN_UP")
    assert row.report.last_error == "No connection within 0.1 s."


async def test_attempts_are_bounded_in_all_and_none_is_forgotten(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    count = MAX_IN_FLIGHT + 2 * MAX_IN_FLIGHT_PER_ORIGIN
    receiver.answers.extend([None] * MAX_IN_FLIGHT)
    ids = [
        await end_one(journal, receiver.url(), n, origin=f"http://{n // MAX_IN_FLIGHT_PER_ORIGIN}.example")
        for n in range(count)
    ]
    await start()
    for _ in range(MAX_IN_FLIGHT):
        await receiver.next_body()
    await end_one(journal, receiver.url(), count)  # rings the alarm, and what it wakes finds no room
    assert receiver.bodies.empty() and len(receiver.paths) == MAX_IN_FLIGHT
    receiver.release()
    for calculation_id in ids:
        await reported(journal, calculation_id, "DELIVERED")


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0\xff no HTTP at all\r\n\r\n", b"HTTP/1.1 204 No Content\r\nbroken \0 header\r\n\r\n",
     b"HTTP/1.1 500 \xf0\x00\r\nContent-Length: 9999\r\n\r\n{", b"HTTP/1.1 999999 Huge\r\n\r\n"],
)  # fmt: skip
async def test_garbage_for_an_answer_is_a_failed_attempt_and_nothing_worse(
    start: Start, journal: SqliteJournal, receiver: Receiver, answer: bytes
) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await start(give_up_after_s=0.25, allowed=frozenset({origin, receiver.origin}))
        row = await reported(journal, await end_one(journal, f"{origin}/x"), "GIVEN_UP")
    assert row.report.last_error.isprintable() and row.report.last_error.isascii() and row.report.last_error
    await reported(journal, await end_one(journal, receiver.url(), 1), "DELIVERED")


async def test_a_date_that_no_calendar_has_does_not_end_the_reporter(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    receiver.answers.append((503, {"Retry-After": "Mon, 99 Jan 99999999999999999999999999 00:00:00 GMT"}))
    await start()
    row = await reported(journal, await end_one(journal, receiver.url()), "DELIVERED")
    assert row.report.attempt_count == 2


async def test_a_key_that_is_refused_delays_the_report_until_one_that_is_accepted_is_set(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    receiver.answers.extend([(401, {}), (403, {}), (403, {})])
    refused = await start()
    calculation_id = await end_one(journal, receiver.url())
    for _ in range(3):
        await receiver.next_body()
    refused.stop()
    await start(key="the-key-set-since")
    await reported(journal, calculation_id, "DELIVERED")
    assert {headers["X-Calc-Key"] for headers in receiver.headers[:3]} == {KEY}
    assert len({headers["webhook-id"] for headers in receiver.headers}) == 1


async def test_a_failed_attempt_shows_when_the_next_one_is_due(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    receiver.answers.append((503, {"Retry-After": "3000"}))
    await start()
    calculation_id = await end_one(journal, receiver.url())

    async def attempted() -> bool:
        row = await journal.get(calculation_id)
        return row is not None and row.report.attempt_count == 1

    await until(attempted, journal)
    row = await journal.get(calculation_id)
    assert row and row.report.state == "PENDING" and row.report.last_error == "HTTP 503 SAID_SO"
    assert row.report.next_time_us and 2900e6 < row.report.next_time_us - wall_clock_us() <= 3000e6


async def test_what_was_not_delivered_is_reported_after_a_restart(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    calculation_id = await end_one(journal, receiver.url())
    await journal.claim_reports(limit=1, busy={}, per_origin=1)  # and then the process died
    path = journal._path
    await journal.close()
    reopened = await SqliteJournal.open(path)
    reporter = Reporter(
        journal=reopened, key=KEY, allowed_origins=frozenset({receiver.origin}), give_up_after_s=DAY_S,
        clock=wall_clock_us, chance=Hasty(),
    )  # fmt: skip
    running = asyncio.create_task(reporter.run())
    assert (await receiver.next_body())["calculation_id"] == calculation_id
    await reported(reopened, calculation_id, "DELIVERED")
    reporter.stop()
    await soon(running)
    await reopened.close()


async def test_a_receiver_that_hangs_does_not_hold_up_another(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    hanging = receiver.origin.replace("127.0.0.1", "localhost")
    receiver.answers.extend([None] * MAX_IN_FLIGHT_PER_ORIGIN)
    for n in range(40):
        await end_one(journal, f"{hanging}/hanging", n)
    await start(allowed=frozenset({hanging, receiver.origin}))
    for _ in range(MAX_IN_FLIGHT_PER_ORIGIN):
        await receiver.next_body()
    assert receiver.paths == ["/hanging"] * MAX_IN_FLIGHT_PER_ORIGIN
    calculation_id = await end_one(journal, receiver.url(), 99)
    await reported(journal, calculation_id, "DELIVERED")
    assert receiver.paths[-1] == "/result"


async def test_an_origin_that_is_not_allowed_any_more_gets_nothing(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    await start(give_up_after_s=0.01, allowed=frozenset())
    row = await reported(journal, await end_one(journal, receiver.url()), "GIVEN_UP")
    assert "CALC_CALLBACK_ALLOWED_ORIGINS" in row.report.last_error
    assert receiver.bodies.empty()


async def test_a_resent_report_arrives_under_its_old_id(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    receiver.answers.append((410, {}))
    await start()
    calculation_id = await end_one(journal, receiver.url())
    first = await receiver.next_body()
    await reported(journal, calculation_id, "REJECTED")
    await journal.resend_report(calculation_id)
    assert (await receiver.next_body())["report_id"] == first["report_id"]
    assert (await reported(journal, calculation_id, "DELIVERED")).report.attempt_count == 1


async def test_an_attempt_that_takes_long_keeps_its_report(
    start: Start, journal: SqliteJournal, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calc_grpc.reporting.BEAT_INTERVAL_S", 0.01)
    receiver.answers.append(None)
    await start()
    await end_one(journal, receiver.url())
    await receiver.next_body()
    first_us = await journal.next_report_us()
    async with asyncio.timeout(TIMEOUT_S):
        while await journal.next_report_us() == first_us:
            pass
    receiver.release()


async def test_stopping_does_not_wait_for_a_receiver_that_hangs(
    start: Start, journal: SqliteJournal, receiver: Receiver
) -> None:
    receiver.answers.append(None)
    reporter = await start()
    calculation_id = await end_one(journal, receiver.url())
    await receiver.next_body()
    reporter.stop()  # the fixture waits for its end, with a deadline shorter than an attempt's
    row = await journal.get(calculation_id)
    assert row and row.report.state == "PENDING"


async def test_a_report_that_cannot_be_made_does_not_end_the_others(
    start: Start, journal: SqliteJournal, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    await start(give_up_after_s=0.01)
    new = new_calculation(has_callback=True, callback_url=receiver.url(), callback_origin=receiver.origin)
    await journal.accept(new)
    (claim,) = await journal.claim(owner="test", kinds=["distance"], limit=1)
    await journal.finish(claim.calculation_id, claim.fence, Outcome(state="SUCCEEDED", result=b"no message"))
    row = await reported(journal, new.calculation_id, "GIVEN_UP")
    assert "log has the details" in row.report.last_error and "DecodeError" in caplog.text
    await reported(journal, await end_one(journal, receiver.url(), 1), "DELIVERED")
