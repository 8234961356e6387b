"""A synchronisation from its start to its end, with the faults that a source and a catalogue can have."""

import hashlib
import hmac
from base64 import b64encode

import pytest

from calc_grpc.catalogue.standin.application import Standin
from calc_grpc.errors import RunFailed
from tests.calc_grpc.catalogue.sources import serving, source_at
from tests.calc_grpc.catalogue.sync_bench import KEY, Bench, counts_of


async def test_a_first_run_adds_everything_and_the_next_one_finds_it_unchanged(bench: Bench) -> None:
    async with serving(Standin(1913)) as source_url:
        first = await bench.run(source_at(source_url))
        again = await bench.run(source_at(source_url))
    assert counts_of(first) == (1913, 0, 0, 0) and counts_of(again) == (0, 0, 1913, 0)
    assert len(bench.catalogue.rows) == 1913 and first.warning == "" and first.duration_s > 0
    assert (first.counts.object_count, first.counts.page_count, first.counts.done_page_count) == (1913, 96, 96)
    assert sorted(await bench.elements()) == sorted(bench.catalogue.rows)
    assert bench.catalogue.conflict_count == 0


async def test_every_snapshot_carries_what_was_done_so_far(bench: Bench) -> None:
    async with serving(Standin(300)) as source_url:
        await bench.run(source_at(source_url))
    done = [snapshot.done_page_count for snapshot in bench.snapshots]
    assert done == sorted(done) and done[-1] == 15
    assert bench.stages[0] == "starting" and bench.stages[-1] == "finishing"
    for snapshot in bench.snapshots:
        stored = snapshot.added_count + snapshot.updated_count + snapshot.unchanged_count
        assert stored <= 20 * snapshot.done_page_count
    assert not bench.snapshots[0].HasField("object_count") and bench.snapshots[-1].added_count == 300
    assert bench.snapshots[-1].objects_per_second > 0


async def test_the_first_page_is_stored_before_any_other_is_sent(bench: Bench) -> None:
    async with serving(Standin(200)) as source_url:
        await bench.run(source_at(source_url))
    assert bench.catalogue.asked[0].endswith("/pages/1") and bench.catalogue.asked[-1].endswith("/finish")
    assert len(bench.catalogue.asked) == 11


async def test_what_is_sent_carries_the_key_and_a_signature(bench: Bench) -> None:
    async with serving(Standin(10)) as source_url:
        await bench.run(source_at(source_url))
    headers = bench.catalogue.headers[0]
    ((body, _),) = bench.catalogue.pages.values()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.digest(KEY.encode(), signed, hashlib.sha256)).decode()
    assert headers["X-Calc-Key"] == KEY and headers["webhook-signature"] == f"v1,{expected}"
    assert "." not in headers["webhook-id"]


async def test_what_the_source_no_longer_has_is_deleted(bench: Bench) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(95)) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (0, 0, 95, 5) and len(bench.catalogue.rows) == 95 == len(await bench.elements())


async def test_a_source_that_shrinks_by_much_deletes_nothing_until_it_is_allowed(bench: Bench) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(50)) as source_url:
        held_back = await bench.run(source_at(source_url))
        assert held_back.warning == "SHRINKS" and held_back.counts.deleted_count == 0
        assert len(bench.catalogue.rows) == 100 == len(await bench.elements())
        allowed = await bench.run(source_at(source_url), allow_shrink=True)
    assert allowed.warning == "" and allowed.counts.deleted_count == 50 == len(await bench.elements())


@pytest.mark.parametrize(("fault", "count"), [("drift@3=2", 102), ("moving@3", 100)])
async def test_a_drift_makes_a_second_pass_that_is_whole(bench: Bench, fault: str, count: int) -> None:
    async with serving(Standin(100), fault) as source_url:
        result = await bench.run(source_at(source_url, concurrency=1))
    assert result.warning == "" and result.counts.pass_number == 2
    assert len(bench.catalogue.rows) == count == len(await bench.elements())
    assert counts_of(result) == (count, 0, 0, 0)
    assert "storing pages, second pass" in bench.stages
    assert [end["complete"] for end in bench.catalogue.ends] == [True]


async def test_a_source_that_never_rests_is_taken_as_it_is_and_nothing_is_deleted(bench: Bench) -> None:
    async with serving(Standin(200)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(190), "drift@2xever=1") as source_url:
        result = await bench.run(source_at(source_url, concurrency=1))
    assert result.warning.startswith("SOURCE_CHANGED: it kept changing") and result.counts.deleted_count == 0
    assert len(bench.catalogue.rows) == 200 == len(await bench.elements())
    assert bench.catalogue.ends[-1]["complete"] is False


@pytest.mark.parametrize(
    "fault", ["503@3x2", "429-bare@2", "truncated@5x2", "cut@1", "html@4", "short-row@2", "null-data@3"]
)
async def test_a_fault_that_passes_costs_no_object(bench: Bench, fault: str) -> None:
    async with serving(Standin(100), fault) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (100, 0, 0, 0) and len(bench.catalogue.rows) == 100


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("html@3xever", "SOURCE_UNREADABLE"), ("503@3xever", "SOURCE_UNAVAILABLE"), ("version@3", "SOURCE_UNREADABLE")],
)
async def test_a_fault_that_stays_names_the_page_and_deletes_nothing(bench: Bench, fault: str, reason: str) -> None:
    async with serving(Standin(100)) as source_url:
        await bench.run(source_at(source_url))
    async with serving(Standin(90), fault) as source_url:
        with pytest.raises(RunFailed, match="page 3") as failed:
            await bench.run(source_at(source_url))
    assert failed.value.reason == reason
    assert len(bench.catalogue.rows) == 100 == len(await bench.elements())
    assert bench.catalogue.ends[-1]["complete"] is False


async def test_an_answer_that_comes_in_two_pieces_is_read_whole(bench: Bench) -> None:
    bench.catalogue.answers_in_pieces = True
    async with serving(Standin(40)) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (40, 0, 0, 0)


async def test_a_catalogue_that_is_away_for_a_moment_is_waited_for(bench: Bench) -> None:
    bench.catalogue.answers = [(503, {}), (500, {})]
    async with serving(Standin(40)) as source_url:
        result = await bench.run(source_at(source_url))
    assert counts_of(result) == (40, 0, 0, 0)
    assert any("waiting for the catalogue: HTTP 503" in stage for stage in bench.stages)
    assert bench.stages[-1] == "finishing"


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        ((403, {"reason": "WRONG_KEY", "detail": "Wrong."}), "WRONG_KEY", "pages/1: HTTP 403 WRONG_KEY Wrong."),
        ((410, {"reason": "SYNC_SUPERSEDED"}), "SYNC_SUPERSEDED", "HTTP 410"),
        (
            (400, {"reason": "INVALID_PAGE", "errors": [{"path": "rows.3.e", "message": "below 0"}]}),
            "INVALID_PAGE",
            "rows.3.e: below 0",
        ),
        ((404, {"reason": "NO_SUCH_WORD"}), "CATALOGUE_UNAVAILABLE", "HTTP 404"),
        ((200, {}), "CATALOGUE_UNAVAILABLE", "added_count"),
    ],
)
async def test_a_catalogue_that_refuses_ends_the_run_in_its_words(
    bench: Bench, answer: tuple[int, dict[str, object]], reason: str, words: str
) -> None:
    bench.catalogue.answers = [answer]
    async with serving(Standin(40)) as source_url:
        with pytest.raises(RunFailed) as failed:
            await bench.run(source_at(source_url))
    assert failed.value.reason == reason and words in failed.value.message
