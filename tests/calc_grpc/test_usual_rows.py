"""The short check of rows never passes what the long one refuses."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from astrodist.calc.v1 import distance_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from calc_grpc.convert import observation_of
from calc_grpc.orbits.validation import EARLIEST, LONGEST_TEXTS, MOST, find_problems
from calc_grpc.usual_rows import are_usual

NOW = datetime(2026, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)
NOT_NUMBERS = (math.nan, math.inf, -math.inf)
TEXTS = ("", "V", "12345678", "123456789", "1" * 17, "\t", "\x00", "Я" * 8, "\u200b", "\N{RINGED PLANET}")
SIGMAS = (*NOT_NUMBERS, 0.0, -0.0, -0.1, 5e-324, 0.2, 1e300)
ODD: dict[str, tuple[Any, ...]] = {
    "id": (-(2**31), 0, 1, 2, 2**31 - 1),
    "ra_deg": (*NOT_NUMBERS, -0.0, 0.0, -1e-300, 359.999, 360.0, 1e300),
    "dec_deg": (*NOT_NUMBERS, -90.0, 90.0, -90.001, 90.001),
    "station": ("", "F51", "500", "247", "270", "C51", "f51", "F51 ", "F5199", "\x00"),
    "sigma_ra_arcsec": SIGMAS,
    "sigma_dec_arcsec": SIGMAS,
    "correlation": (*NOT_NUMBERS, -1.0, 1.0, 0.999, -0.999),
    "magnitude": (*NOT_NUMBERS, -30.0, 40.0, -30.1, 40.1),
    "observer_position_km": ((1.0,), (1.0, 2.0, 3.0), (math.nan, 0.0, 0.0), (1e10, 0.0, 0.0)),
    **{name: (*TEXTS, "1" * most, "1" * (most + 1)) for name, most in LONGEST_TEXTS.items()},
}
NEAR_BOUNDS = tuple(int(bound.timestamp()) + offset_s for bound in (NOW, EARLIEST) for offset_s in range(-62, 63))
MOMENTS = st.builds(
    Timestamp,
    seconds=st.sampled_from((0, 1_600_000_000, -(2**62), 2**62, *NEAR_BOUNDS)),
    nanos=st.sampled_from((0, 1, 999, 1_000, 999_999_999, 1_000_000_000, -1, -(2**31), 2**31 - 1)),
)


def rows(count: int = 3, **fields: Any) -> list[distance_pb2.Observation]:
    """Usual rows; fields: of the first one, None leaves it out."""
    made = []
    for n in range(count):
        values: dict[str, Any] = {
            "id": n,
            "ra_deg": 150.0,
            "dec_deg": 11.0,
            "station": "F51",
            "sigma_ra_arcsec": 0.2,
            "magnitude": 19.0,
            "observed_at": NOW - timedelta(hours=n + 1),
            "band": "V",
            "catalogue": "Gaia2",
        }
        changed = fields if n == 0 else {}
        made.append(distance_pb2.Observation(**{k: v for k, v in (values | changed).items() if v is not None}))
    return made


def has_problems(observations: list[distance_pb2.Observation]) -> bool:
    """What the long check says."""
    try:
        return bool(find_problems([observation_of(row) for row in observations], now=NOW))
    except (ValueError, OverflowError):
        return True


@given(
    first=st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in ODD.items()}),
    observed_at=MOMENTS | st.none(),
)
def test_what_is_called_usual_has_no_problems(first: dict[str, Any], observed_at: Timestamp | None) -> None:
    for given_rows in (rows(**first), rows(observed_at=observed_at), rows(**first, observed_at=observed_at)):
        assert not (are_usual(given_rows, NOW) and has_problems(given_rows))


@pytest.mark.parametrize("name", ODD)
def test_every_odd_value_is_judged_as_the_long_check_does_or_left_to_it(name: str) -> None:
    for value in ODD[name]:
        assert not (are_usual(rows(**{name: value}), NOW) and has_problems(rows(**{name: value}))), value


@pytest.mark.parametrize(
    "fields",
    [
        {},
        dict.fromkeys(("id", "magnitude", "band", "catalogue", "sigma_ra_arcsec")),
        {"sigma_dec_arcsec": 0.3, "correlation": -0.5, "mode": "CCD", "program": "0"},
        {"observed_at": datetime(1890, 1, 1, tzinfo=UTC), "ra_deg": 0.0, "dec_deg": -90.0},
        {"observed_at": NOW.replace(microsecond=0), "station": "500"},
    ],
)
def test_usual_rows_need_no_long_check(fields: dict[str, Any]) -> None:
    assert are_usual(rows(**fields), NOW) and not has_problems(rows(**fields))


def test_repeated_ids_and_moments_and_too_many_rows_are_left_to_the_long_check() -> None:
    repeated_moment = rows()[1].observed_at
    repeated_moment.nanos += 999
    assert not are_usual(rows(observed_at=repeated_moment), NOW)
    assert not are_usual(rows(id=1), NOW)
    assert are_usual(rows(observed_at=rows()[1].observed_at, station="500"), NOW)
    assert are_usual(rows(MOST), NOW) and not are_usual(rows(MOST + 1), NOW)
