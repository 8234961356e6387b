"""Asking a source: pages, retries, slowing down, and what is said of an answer that is none."""

import asyncio
import json
import random
import socket

import pytest

from calc_grpc.catalogue.fields import FIELDS
from calc_grpc.catalogue.handover import FetchedPage, PagesWanted
from calc_grpc.catalogue.page import Unreadable, page_count_for, parameters_of, read_page
from calc_grpc.catalogue.pages import fetch_pass
from calc_grpc.catalogue.settings import MAX_OBJECTS_IN_FLIGHT, RetrySettings, concurrency_of, is_jpl
from calc_grpc.catalogue.source import Source, open_session
from calc_grpc.catalogue.standin.application import Standin
from calc_grpc.catalogue.throttle import Throttle
from calc_grpc.errors import RunCancelled, RunFailed
from tests.calc_grpc.catalogue.sources import serving, source_at

JPL_URL = "https://ssd-api.jpl.nasa.gov/sbdb_query.api"


class FakeTimer:
    """Nobody waits; what they would have waited is noted, and the time goes on by it."""

    def __init__(self) -> None:
        self.time_s = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        self.time_s += 1e-6
        return self.time_s

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time_s += seconds
        await asyncio.sleep(0)


class HeldTimer(FakeTimer):
    """Everybody waits until they are released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()
        self.asked: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self.asked.put_nowait(seconds)
        await self.released.wait()
        self.time_s += seconds


async def fetch(standin: Standin, *faults: str, **values: object) -> tuple[dict[int, FetchedPage], str]:
    pages: dict[int, FetchedPage] = {}
    async with serving(standin, *faults) as url:
        wanted = PagesWanted(source=source_at(url, **values))  # type: ignore[arg-type]
        drift = await fetch_pass(wanted, hand_over=lambda page: pages.update({page.number: page}), cancelled=never)
    return pages, drift


def never() -> bool:
    return False


def spkids_of(pages: dict[int, FetchedPage]) -> list[int]:
    return [row[0] for number in sorted(pages) for row in json.loads(pages[number].rows)]


async def failure_of(standin: Standin, *faults: str, **values: object) -> RunFailed:
    with pytest.raises(RunFailed) as caught:
        await fetch(standin, *faults, **values)
    return caught.value


async def test_every_object_is_fetched_once_and_the_first_page_alone_tells_how_many_there_are() -> None:
    standin = Standin(1913)
    pages, drift = await fetch(standin)
    assert drift == "" and sorted(pages) == list(range(1, 97))
    assert len(set(spkids_of(pages))) == 1913 == sum(page.row_count for page in pages.values())
    assert set(standin.pages.values()) == {1} and standin.most_at_once > 1


async def test_what_is_asked_for_is_asteroids_with_all_digits_in_the_order_of_their_ids() -> None:
    parameters = parameters_of(3, 20)
    assert (parameters["sort"], parameters["sb-kind"], parameters["limit-from"]) == ("spkid", "a", "40")
    pages, _ = await fetch(Standin(20))
    axes = [str(row[FIELDS.index("a")]) for row in json.loads(pages[1].rows)]
    assert max(len(axis) for axis in axes) > 8, "four digits of an axis are arcminutes within a year"


async def test_large_pages_are_fetched_few_at_a_time_so_that_memory_is_bounded() -> None:
    settings = source_at("http://a/", page_size=2000, concurrency=100)
    assert settings.requests_at_once * settings.page_size <= MAX_OBJECTS_IN_FLIGHT < 100 * 2000
    assert source_at("http://a/", page_size=20, concurrency=100).requests_at_once == 100


async def test_an_empty_source_has_one_empty_page() -> None:
    pages, drift = await fetch(Standin(0))
    assert drift == "" and [page.row_count for page in pages.values()] == [0]


async def test_no_more_requests_are_under_way_than_the_source_bears() -> None:
    standin = Standin(400, delay_s=0.002)
    await fetch(standin, concurrency=3)
    assert standin.most_at_once == 3


async def test_pages_that_are_kept_are_not_fetched_again() -> None:
    standin = Standin(100)
    whole, _ = await fetch(standin)
    standin.pages.clear()
    rest: list[int] = []
    async with serving(standin) as url:
        wanted = PagesWanted(
            source=source_at(url),
            object_count=100,
            kept_pages=frozenset((1, 4)),
            kept_counts=frozenset((100,)),
            kept_spkids=whole[1].spkids + whole[4].spkids,
        )
        assert await fetch_pass(wanted, hand_over=lambda page: rest.append(page.number), cancelled=never) == ""
    assert sorted(rest) == sorted(standin.pages) == [2, 3, 5]


@pytest.mark.parametrize(
    "fault",
    ["503@3x2", "429-bare@3x2", "truncated@3x2", "cut@3x2", "html@3x2", "short-row@3x2", "null-data@3x2", "503@1x2"],
)
async def test_a_fault_that_passes_is_outlived_and_no_object_is_lost(fault: str) -> None:
    pages, drift = await fetch(Standin(100), fault)
    assert drift == "" and len(set(spkids_of(pages))) == 100


@pytest.mark.parametrize(
    ("fault", "reason", "words"),
    [
        ("503@3xever", "SOURCE_UNAVAILABLE", "HTTP 503"),
        ("429-bare@3xever", "SOURCE_UNAVAILABLE", "HTTP 429"),
        ("truncated@3xever", "SOURCE_UNREADABLE", "cut off"),
        ("cut@3xever", "SOURCE_UNAVAILABLE", "did not come"),
        ("html@3xever", "SOURCE_UNREADABLE", "HTML"),
        ("short-row@3xever", "SOURCE_UNREADABLE", "28 values"),
        ("null-data@3xever", "SOURCE_UNREADABLE", "0 rows where 20 were due"),
        ("slow@3xever=9", "SOURCE_UNAVAILABLE", "did not come within 0.5 s"),
    ],
)
async def test_a_fault_that_stays_ends_the_pass_and_names_the_page(fault: str, reason: str, words: str) -> None:
    standin = Standin(100)
    error = await failure_of(standin, fault, request_timeout_s=0.5 if fault.startswith("slow") else 60.0)
    assert error.reason == reason and "page 3 of 127.0.0.1" in error.message and words in error.message
    assert "after 3 attempts" in error.message and standin.pages[3] == 3


async def test_another_version_of_the_format_ends_the_pass_at_once() -> None:
    standin = Standin(100)
    error = await failure_of(standin, "version@2")
    assert error.reason == "SOURCE_UNREADABLE" and "'1.1'" in error.message and "page 2" in error.message
    assert standin.pages[2] == 1


async def test_a_source_that_is_not_there_is_named() -> None:
    wanted = PagesWanted(source=source_at("http://127.0.0.1:1/sbdb_query.api"))
    with pytest.raises(RunFailed, match=r"page 1 of 127.0.0.1 did not come: .*after 3 attempts"):
        await fetch_pass(wanted, hand_over=print, cancelled=never)


async def test_a_source_that_takes_no_connection_is_given_up_in_the_time_for_connecting() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # the queue is full now, and nobody takes from it
            one.setblocking(False)
            one.connect_ex(address)
        wanted = PagesWanted(
            source=source_at(f"http://127.0.0.1:{address[1]}/", connect_timeout_s=0.1, request_timeout_s=60.0)
        )
        with pytest.raises(RunFailed, match=r"page 1 of 127.0.0.1 did not come: no connection within 0.1 s"):
            await fetch_pass(wanted, hand_over=print, cancelled=never)
        for one in waiting:
            one.close()


async def test_a_count_that_changes_is_a_drift() -> None:
    _, drift = await fetch(Standin(100), "drift@3=2")
    assert drift == "the source had 100 objects on its first page and 102 on others"


async def test_a_row_that_moves_across_a_border_is_a_drift() -> None:
    _, drift = await fetch(Standin(100), "moving@3", concurrency=1)
    assert drift == "1 objects came twice, so that others are missing"


async def test_a_pass_that_is_cancelled_stops() -> None:
    handed: list[int] = []
    async with serving(Standin(100), "slow@2xever=60") as url:
        wanted = PagesWanted(source=source_at(url, request_timeout_s=60.0))
        with pytest.raises(RunCancelled):
            await fetch_pass(wanted, hand_over=lambda page: handed.append(page.number), cancelled=lambda: bool(handed))


async def waits_of(fault: str, retry: RetrySettings, page: int = 1) -> list[float]:
    timer = FakeTimer()
    async with serving(Standin(100), fault) as url:
        settings = source_at(url, retry=retry)
        async with open_session(settings) as session:
            source = Source(settings, session, timer=timer, chance=random.Random(1))
            await source.get_page(page)
    return timer.waits


async def test_waits_grow_by_the_factor_up_to_the_longest_and_are_jittered() -> None:
    retry = RetrySettings(attempt_count=6, first_wait_s=1.0, factor=2.0, longest_wait_s=5.0)
    waits = await waits_of("503x5", retry)
    assert all(0.75 * due <= wait <= 1.25 * due for wait, due in zip(waits[:2], (1.0, 2.0), strict=True))
    assert waits[3:] == [5.0, 5.0] and waits[0] != 1.0


@pytest.mark.parametrize(("fault", "least_s"), [("429=7", 7.0), ("429-date=7", 7.0)])
async def test_the_source_says_how_long_to_wait(fault: str, least_s: float) -> None:
    assert least_s <= sum(await waits_of(fault, RetrySettings(first_wait_s=0.001))) <= 1.1 * (least_s + 1.0)


async def test_a_source_that_asks_for_an_hour_is_left_alone() -> None:
    error = await failure_of(Standin(100), "429@2=3600")
    assert "asks to be left alone for 3600 s" in error.message


async def test_a_source_that_takes_one_request_at_a_time_is_soon_asked_one_at_a_time() -> None:
    standin = Standin(600, delay_s=0.001, is_single_flight=True)
    async with serving(standin) as url:
        settings = source_at(url, concurrency=8, retry=RetrySettings(first_wait_s=0.001))
        async with open_session(settings) as session:
            source = Source(settings, session, timer=FakeTimer(), chance=random.Random(1))
            await asyncio.gather(*(source.get_page(number) for number in range(1, 31)))
    assert standin.statuses[200] == 30 and standin.statuses[429] <= 12, standin.statuses


async def test_what_one_request_is_told_slows_down_all() -> None:
    timer = FakeTimer()
    throttle = Throttle(4, timer)
    async with throttle.turn() as began_at, throttle.turn():
        throttle.slow_down(30.0, began_at=began_at)
    async with throttle.turn():
        assert sum(timer.waits) == pytest.approx(30.0, abs=0.01)
        waiting = asyncio.ensure_future(throttle.turn().__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()  # one alone at first
    await asyncio.wait_for(waiting, 60.0)


async def test_a_source_that_says_when_to_come_back_is_left_alone_by_all_whatever_its_status() -> None:
    timer = HeldTimer()
    async with serving(Standin(100), "503@2=30") as url, asyncio.timeout(60.0):
        settings = source_at(url, concurrency=4)
        async with open_session(settings) as session:
            source = Source(settings, session, timer=timer, chance=random.Random(1))
            told = asyncio.ensure_future(source.get_page(2))
            assert 29.0 < await timer.asked.get() < 33.1
            other = asyncio.ensure_future(source.get_page(3))
            assert 29.0 < await timer.asked.get() < 33.1
            timer.released.set()
            await asyncio.gather(told, other)


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (1913, 96)])
def test_pages_follow_from_the_count(count: int, pages: int) -> None:
    assert page_count_for(count, 20) == pages


def document(**changes: object) -> bytes:
    row = [20000001, *[None] * (len(FIELDS) - 1)]
    values: dict[str, object] = {"signature": {"version": "1.0"}, "fields": list(FIELDS), "data": [row], "count": 1}
    return json.dumps(values | changes).encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "no object"),
        (b"\xff\xfe{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (document(signature=None), "signature.version None"),
        (document(signature={"version": 1}), "signature.version 1"),
        (document(count="1"), "no usable count"),
        (document(count=True), "no usable count"),
        (document(count=-1), "no usable count"),
        (document(fields=["spkid"]), "other fields"),
        (document(data={"a": 1}), "no list of rows"),
        (document(data=[1]), "no values in row 0"),
        (document(data=[["20000001", *[None] * (len(FIELDS) - 1)]]), "no usable spkid in row 0"),
        (document().replace(b"null", b"NaN"), "NaN is no number"),
    ],
)
def test_an_answer_that_is_no_page_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_page(body, content_type="application/json", number=1, page_size=20)


@pytest.mark.parametrize("url", [JPL_URL, JPL_URL.upper(), "http://ssd.jpl.nasa.gov./x"])
def test_jpl_gets_one_request_at_a_time_whatever_is_set(url: str) -> None:
    assert is_jpl(url) and concurrency_of(url, None) == concurrency_of(url, 1) == 1
    with pytest.raises(ValueError, match="terms of use"):
        concurrency_of(url, 2)


def test_another_host_gets_what_is_set() -> None:
    assert not is_jpl("http://notjpl.nasa.gov.example/") and concurrency_of("http://a/", 7) == 7
