"""From a file of observations, through the gateway, to distances; and what keeps a file out."""

from typing import Any

import pytest

from tests.system.client import Answer, Client
from tests.system.conftest import DATA
from tests.system.deployment import Deployment
from tests.system.test_whole_path import wait_for_results

FILES = DATA / "astrometry"
EIGHTY_COLUMNS = "outfit_8467.obs"
FILE_BYTES_MAX = 2 * 1024 * 1024


@pytest.fixture
def draft(observer: Client) -> int:
    answer = observer.post("/api/requests", {"designation": "from a file"})
    assert answer.status == 201, answer
    return int(answer.body["id"])


def post_file(client: Client, draft: int, content: bytes, query: str = "", kind: str = "text/plain") -> Answer:
    return client.post(f"/api/requests/{draft}/import{query}", content, Content_Type=kind)


def post_named(client: Client, draft: int, name: str, query: str = "") -> Answer:
    return post_file(client, draft, (FILES / name).read_bytes(), query, "application/octet-stream")


def observation_count(client: Client, draft: int) -> int:
    return len(client.get(f"/api/requests/{draft}").body["observations"])


def test_observations_of_a_file_become_distances(observer: Client, moderator: Client, draft: int) -> None:
    tried = post_named(observer, draft, EIGHTY_COLUMNS, "?dry_run=true")
    assert (tried.status, tried.body["observation_count"], tried.body["error_count"]) == (200, 61, 0)
    assert observation_count(observer, draft) == 0

    imported = post_named(observer, draft, EIGHTY_COLUMNS)
    assert (imported.status, imported.body["observation_count"]) == (200, 61), imported
    assert imported.body["designations"] == [{"designation": "8467", "observation_count": 61}]
    again = post_named(observer, draft, EIGHTY_COLUMNS)
    assert (again.status, again.body["observation_count"]) == (200, 0)
    assert {problem["reason"] for problem in again.body["problems"]} == {"DUPLICATE"}
    assert observation_count(observer, draft) == 61

    assert observer.put(f"/api/requests/{draft}/form").status == 200
    assert moderator.put(f"/api/requests/{draft}/complete").status == 200
    row = wait_for_results(moderator, draft, 61)
    assert row["verdict"] == "DETERMINED"
    used = [o for o in row["observations"] if o["used"]]
    assert len(used) > 50 and all(0.5 < o["distance_au"] < 5 for o in used)
    assert row["orbit"]["rms_arcsec"] < 1
    late = post_named(observer, draft, EIGHTY_COLUMNS)
    assert (late.status, late.body["reason"]) == (409, "NOT_A_DRAFT")


@pytest.mark.parametrize(
    ("name", "query", "count"),
    [
        ("layup_example.psv", "", 26),
        ("layup_j4767_wise_excerpt.txt", "", 12),
        ("oorb_K08K42V_lsl.mpc", "", 15),
        ("findorb_example.txt", "?designation=Example2", 20),
        ("outfit_example_ades.xml", "?designation=1234456", 1),
    ],
)
def test_each_format_is_imported(observer: Client, draft: int, name: str, query: str, count: int) -> None:
    answer = post_named(observer, draft, name, query)
    assert (answer.status, answer.body["observation_count"]) == (200, count), answer
    assert observation_count(observer, draft) == count


def test_one_bad_line_keeps_the_whole_file_out_and_is_named(observer: Client, draft: int) -> None:
    lines = (FILES / EIGHTY_COLUMNS).read_bytes().split(b"\n")
    lines[4] = lines[4][:32] + b"25" + lines[4][34:]
    answer = post_file(observer, draft, b"\n".join(lines))
    assert answer.status == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (answer.body["reason"], answer.body["error_count"]) == ("INVALID_INPUT", 1)
    (error,) = [problem for problem in answer.body["problems"] if problem["severity"] == "error"]
    assert (error["line"], error["reason"]) == (5, "BAD_RA")
    assert 33 <= error["column_start"] <= error["column_end"] <= 44
    assert answer.body["observation_count"] == 60
    assert observation_count(observer, draft) == 0


def test_several_objects_need_a_choice(observer: Client, draft: int) -> None:
    answer = post_named(observer, draft, "findorb_example.txt")
    (error,) = [problem for problem in answer.body["problems"] if problem["severity"] == "error"]
    assert (answer.status, error["reason"]) == (400, "MIXED_OBJECTS")
    assert "Example1 (37)" in error["text"]
    assert observation_count(observer, draft) == 0


def test_2_mb_pass_and_what_is_larger_is_413_at_both_rooms(observer: Client, draft: int) -> None:
    line = (FILES / EIGHTY_COLUMNS).read_bytes().split(b"\n")[0] + b"\n"
    full = (line * (FILE_BYTES_MAX // len(line) + 1))[:FILE_BYTES_MAX]
    tried = post_file(observer, draft, full, "?dry_run=true")
    assert (tried.status, tried.body["observation_count"]) == (200, 1)
    assert tried.body["problem_count"] > 20_000 and len(tried.body["problems"]) == 1000
    for size in (FILE_BYTES_MAX + 1, 5 * 1024 * 1024):
        refused = post_file(observer, draft, b" " * size)
        assert (refused.status, refused.body["reason"]) == (413, "BODY_TOO_LARGE")


def test_while_calc_grpc_is_down_nothing_is_stored(deployment: Deployment, observer: Client, draft: int) -> None:
    deployment.kill("calc_grpc")
    try:
        answer: Any = post_named(observer, draft, EIGHTY_COLUMNS)
        assert (answer.status, answer.body["reason"]) == (503, "CALC_UNAVAILABLE")
        assert observation_count(observer, draft) == 0
    finally:
        deployment.start("calc_grpc")
        deployment.wait_until_ready()
    assert post_named(observer, draft, EIGHTY_COLUMNS).status == 200
