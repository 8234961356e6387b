"""Idempotency-Key on POST /v1/calculations: one key of one user is one calculation."""

import json

import aiohttp
import pytest

from gateway.idempotency import HEADER
from tests.gateway.fakes import FakeCalc

PI = {"pi": {"digit_position": 10}}


async def id_sent(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, headers: dict[str, str], **body: object
) -> str:
    async with http.post(f"{url}/v1/calculations", json={**PI, **body}, headers=headers) as response:
        assert response.status == 200, await response.text()
    return str(calc.last.request.calculation_id)


async def test_a_key_names_the_calculation_for_its_user_alone(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str], moderator: dict[str, str]
) -> None:
    drawn = await id_sent(url, http, calc, {**observer, HEADER: '"one"'})
    assert len(drawn) == 36
    assert await id_sent(url, http, calc, {**observer, HEADER: "one"}) == drawn
    assert await id_sent(url, http, calc, {**observer, HEADER: '"another"'}) != drawn
    assert await id_sent(url, http, calc, {**moderator, HEADER: '"one"'}) != drawn
    assert await id_sent(url, http, calc, observer) == ""


async def test_the_callers_own_id_goes_before_the_key(
    url: str, http: aiohttp.ClientSession, calc: FakeCalc, observer: dict[str, str]
) -> None:
    own = "5b0a2c8e-7d5c-4d3e-9f0e-1a2b3c4d5e6f"
    assert await id_sent(url, http, calc, {**observer, HEADER: '"one"'}, calculation_id=own) == own


@pytest.mark.parametrize("key", ["", '""', "two words", "x" * 256])
async def test_a_key_that_is_none_is_refused_by_its_name(
    url: str, http: aiohttp.ClientSession, observer: dict[str, str], key: str
) -> None:
    async with http.post(f"{url}/v1/calculations", json=PI, headers={**observer, HEADER: key}) as response:
        problem = json.loads(await response.read())
    assert (response.status, problem["errors"][0]["path"]) == (400, HEADER)
