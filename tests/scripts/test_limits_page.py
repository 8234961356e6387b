"""docs/limits.md says what the code does: settings, defaults, fixed limits, and reasons that clients know."""

import re
from pathlib import Path

import pytest
from astrodist.errors.v1 import errors_pb2
from django.conf import settings

from calc_grpc import convert_positions, intake, listening, reading, reporting, sky_pool
from calc_grpc.orbits import validation
from gateway import limits
from main_api.accounts.services import TOKEN_COUNT_MAX
from main_api.asteroids.sync_views import PageParser
from main_api.idempotency.services import REFUSAL_BYTES_MAX
from main_api.json_parser import RawJsonParser
from main_api.pagination import StrictPagination
from main_api.requests.file_parser import FILE_BYTES_MAX

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = dict(listening.OPTIONS)
FIXED = {
    "tokens of one user": TOKEN_COUNT_MAX,
    "bytes of a refusal that is kept under a key": REFUSAL_BYTES_MAX,
    "bytes of a JSON body": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    "bytes of a result": RawJsonParser.size_max,
    "bytes of a page of the catalogue": PageParser.size_max,
    "bytes of a file of observations": FILE_BYTES_MAX,
    "observations of a request": settings.OBSERVATION_COUNT_MAX,
    "rows of a page (page_size)": StrictPagination.max_page_size,
    "seconds for an answer of calc_grpc": settings.CALC_TIMEOUT_S,
    "observations of a distance": validation.MOST,
    "rows of a page (page_size), moments of a prediction": intake.MAX_PAGE_SIZE,
    "files that wait to be read": reading.WAITING_MAX,
    "predictions that wait": sky_pool.WAITING_MAX,
    "bytes of a message": OPTIONS["grpc.max_receive_message_length"],
    "bytes of metadata of a call": OPTIONS["grpc.absolute_max_metadata_size"],
    "calls at a time on one connection": OPTIONS["grpc.max_concurrent_streams"],
    "connections": OPTIONS["grpc.max_allowed_incoming_connections"],
    "milliseconds for a handshake": OPTIONS["grpc.server_handshake_timeout_ms"],
    "reports on their way, 8 to one receiver": reporting.MAX_IN_FLIGHT,
}


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "limits.md").read_text()


def rows(page: str, room: str) -> list[list[str]]:
    """The cells of a room's table."""
    section = page.partition(f"\n## {room}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line][2:]


def test_the_gateway_s_table_is_the_one_that_it_prints(page: str) -> None:
    assert limits.table() in page


@pytest.mark.parametrize(("room", "prefix"), [("main_api", "MAIN_"), ("calc_grpc", "CALC_")])
def test_settings_and_fixed_limits_are_those_of_the_code(page: str, room: str, prefix: str) -> None:
    example = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    listed = rows(page, room)
    assert len(listed) > 10
    for setting, default, meaning, _ in listed:
        name = setting.strip("`")
        assert default == (str(FIXED[meaning]) if name == "-" else example[name]), meaning
        assert name == "-" or name.startswith(prefix)


def test_every_fixed_limit_and_every_setting_of_a_limit_is_told(page: str) -> None:
    told = {cells[2] for room in ("main_api", "calc_grpc") for cells in rows(page, room) if cells[0] == "-"}
    assert told == set(FIXED)
    for name in re.findall(r"^((?:MAIN|CALC)_\w+(?:_MAX|_LIMIT|_LIMIT_S))=", (ROOT / ".env.example").read_text(), re.M):
        assert f"`{name}`" in page, name


def test_limits_that_two_numbers_make_are_alike() -> None:
    assert intake.MAX_PAGE_SIZE == convert_positions.TIMES_MAX
    assert reporting.MAX_IN_FLIGHT_PER_ORIGIN == 8
    assert reading.CONTENT_BYTES_MAX == FILE_BYTES_MAX


def test_every_answer_is_a_reason_that_clients_know(page: str) -> None:
    known = set(errors_pb2.Reason.keys()) | {"FAILED", "GIVEN_UP", "RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"}
    for room in ("gateway", "main_api", "calc_grpc"):
        for *_, answer in rows(page, room):
            assert set(re.findall(r"[A-Z_]{5,}", answer)) <= known, answer
