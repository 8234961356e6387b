"""The stand-in speaks the SBDB Query API: parameters, types, quirks and refusals as FORMATS.md section 1 lists them."""

import json
from typing import Any

import aiohttp
import pytest

from calc_grpc.catalogue.elements import pack_elements
from calc_grpc.catalogue.fields import FIELDS
from calc_grpc.catalogue.standin.application import Standin
from calc_grpc.catalogue.standin.faults import Fault
from calc_grpc.catalogue.standin.rows import Rows
from tests.calc_grpc.catalogue.sources import serving
from tests.calc_grpc.catalogue.unpacked import unpack_elements

ALL = ",".join(FIELDS)


async def ask(url: str, **parameters: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, params={name.replace("_", "-"): value for name, value in parameters.items()}) as response,
    ):
        return response.status, json.loads(await response.read())


def rows_of(count: int, *, full: bool = True) -> list[list[Any]]:
    return [json.loads(text) for text in Rows(count).texts(range(count), FIELDS, full=full)]


async def test_a_page_has_the_keys_and_types_of_the_real_one() -> None:
    async with serving(Standin(1000)) as url:
        status, document = await ask(url, fields=ALL, limit="50", limit_from="950", full_prec="true", sort="spkid")
    assert status == 200 and set(document) == {"signature", "fields", "data", "count"}
    assert document["signature"]["version"] == "1.0" and document["fields"] == list(FIELDS)
    assert document["count"] == 1000 and len(document["data"]) == 50
    for row in document["data"]:
        values = dict(zip(FIELDS, row, strict=True))
        assert all(isinstance(values[name], int) for name in ("spkid", "n_obs_used"))
        assert all(value is None or isinstance(value, str) for name, value in values.items()
                   if name not in ("spkid", "n_obs_used"))  # fmt: skip


def test_the_quirks_of_the_real_source_are_there() -> None:
    rows = [dict(zip(FIELDS, row, strict=True)) for row in rows_of(9000)]
    assert rows[0]["full_name"].startswith("     1 ") and rows[0]["spkid"] == 20_000_001
    assert any(row["e"].startswith(".") for row in rows) and any(row["pha"] is None for row in rows)
    assert any(row["first_obs"] and "??" in row["first_obs"] for row in rows)
    assert any(row["a"].startswith("-") and row["per"] is None for row in rows)
    assert {row["H"] is None for row in rows} == {row["diameter"] is None for row in rows} == {True, False}
    reduced = [dict(zip(FIELDS, row, strict=True)) for row in rows_of(1000, full=False)]
    assert any("e+03" in row["per"] for row in reduced if row["per"]) and len(reduced[0]["a"]) <= 5


def test_ids_and_designations_are_distinct_and_ids_ascend() -> None:
    rows = rows_of(30_000)
    spkids = [row[0] for row in rows]
    assert spkids == sorted(set(spkids)) and len({row[2] for row in rows}) == 30_000


def test_the_same_size_gives_the_same_rows_and_a_larger_one_the_same_asteroids() -> None:
    small = {row[0]: row for row in rows_of(100)}
    large = {row[0]: row for row in rows_of(137)}
    assert small.items() <= large.items()


def test_elements_of_an_asteroid_agree_with_each_other() -> None:
    for row in rows_of(2000):
        values = dict(zip(FIELDS, row, strict=True))
        a, e, q = float(values["a"]), float(values["e"]), float(values["q"])
        assert q == pytest.approx(a * (1 - e), rel=1e-12)
        if a > 0:
            period_d, anomaly_deg = float(values["per"]), float(values["ma"])
            since_d = float(values["epoch"]) - float(values["tp"])
            assert (since_d / period_d * 360 - anomaly_deg + 180) % 360 - 180 == pytest.approx(0, abs=1e-5)


def test_every_row_has_an_orbit_that_can_be_packed() -> None:
    rows = rows_of(2000)
    assert len(unpack_elements([pack_elements(FIELDS, rows)])) == 2000


def test_a_numbered_asteroid_of_the_excerpt_has_its_real_elements() -> None:
    rows = rows_of(2000)
    eros, alinda = (dict(zip(FIELDS, rows[number - 1], strict=True)) for number in (433, 887))
    assert (eros["pdes"], eros["name"], eros["a"], eros["neo"]) == ("433", "Eros", "1.458120998474684", "Y")
    assert (eros["condition_code"], alinda["condition_code"], alinda["a"]) == ("0", "6", "2.473")


def test_every_orbit_says_that_it_is_the_stand_ins() -> None:
    assert {str(row[FIELDS.index("orbit_id")]).split()[0] for row in rows_of(2000)} == {"stand-in"}


async def test_without_fields_only_the_count_is_told() -> None:
    async with serving(Standin(7)) as url:
        status, document = await ask(url)
    assert status == 200 and set(document) == {"signature", "count"} and document["count"] == 7


@pytest.mark.parametrize(
    "parameters",
    [
        {"nonsense": "1"},
        {"fields": "spkid,nonsense"},
        {"fields": "spkid", "limit_from": "3"},
        {"fields": "spkid", "limit": "0"},
        {"fields": "spkid", "limit": "-1"},
        {"fields": "spkid", "sort": "a"},
        {"fields": "spkid", "sb_class": "mba"},
    ],
)
async def test_a_wrong_parameter_is_refused_as_the_real_one_does(parameters: dict[str, str]) -> None:
    async with serving(Standin(7)) as url:
        status, document = await ask(url, **parameters)
    assert status == 400 and document["code"] == "400" and document["message"]


async def test_filters_restrict_rows_and_count() -> None:
    async with serving(Standin(3000)) as url:
        _, near = await ask(url, fields="spkid,neo,class", sb_group="neo")
        _, numbered = await ask(url, fields="spkid", sb_ns="n")
        _, comets = await ask(url, fields="spkid", sb_kind="c")
    assert 0 < near["count"] < 300 and {row[1] for row in near["data"]} == {"Y"}
    assert numbered["count"] == 1800 and comets["count"] == 0 and comets["data"] is None


async def test_one_request_at_a_time_is_a_switch() -> None:
    standin = Standin(7, is_single_flight=True)
    standin.present_count = 1  # somebody else's request
    async with serving(standin) as url:
        status, _ = await ask(url)
    assert status == 429


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("503", Fault(kind="503")),
        ("429@3x2=5", Fault(kind="429", page=3, times=2, value=5.0)),
        ("429-datexever", Fault(kind="429-date", times=0, value=1.0)),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


@pytest.mark.parametrize("text", ["", "404", "429@", "429x", "slow=-1"])
def test_what_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected KIND"):
        Fault.parse(text)
