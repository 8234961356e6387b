"""Whether rows of observations are as they nearly always are, told from the messages themselves.

Building an Observation of every row in order to check it takes four times as long, and was the largest part of what
Create computes (benchmarks/engine_create.py).
"""

import math
from collections.abc import Sequence
from datetime import datetime

from astrodist.calc.v1 import distance_pb2

from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.validation import EARLIEST, LONGEST_TEXTS, MAGNITUDES, MOST

EARLIEST_S = int(EARLIEST.timestamp())
SECOND_NS = 1_000_000_000
MICROSECOND_NS = 1_000
SHORT = min(LONGEST_TEXTS.values())


def are_usual(rows: Sequence[distance_pb2.Observation], now: datetime) -> bool:
    """Every row is checked. True: `validation.find_problems` finds nothing in them; False: it has to look.

    How few rows there may be is left to the caller. Absent numbers read as 0, which suits all but the sigmas.
    """
    places = station_places_km()
    brightest, faintest = MAGNITUDES
    latest_s = int(now.timestamp())
    moments = set()
    for row in rows:
        at, station = row.observed_at, row.station
        seconds, nanos = at.seconds, at.nanos
        text = row.band + row.mode + row.catalogue + row.program
        if not (
            EARLIEST_S <= seconds <= latest_s
            and 0 <= nanos < SECOND_NS
            and (seconds or row.HasField("observed_at"))
            and 0.0 <= row.ra_deg < 360.0
            and -90.0 <= row.dec_deg <= 90.0
            and (0.0 < row.sigma_ra_arcsec < math.inf or not row.HasField("sigma_ra_arcsec"))
            and (0.0 < row.sigma_dec_arcsec < math.inf or not row.HasField("sigma_dec_arcsec"))
            and -1.0 < row.correlation < 1.0
            and brightest <= row.magnitude <= faintest
            and places.get(station) is not None
            and not row.observer_position_km
            and (len(text) <= SHORT or max(map(len, (row.band, row.mode, row.catalogue, row.program))) <= SHORT)
            and text.isprintable()
        ):
            return False
        moments.add((station, seconds, nanos // MICROSECOND_NS))
    return len(rows) <= MOST and len(moments) == len(rows) and _have_ids_of_their_own(rows)


def _have_ids_of_their_own(rows: Sequence[distance_pb2.Observation]) -> bool:
    if len({row.id for row in rows}) == len(rows):
        return True
    ids = [row.id for row in rows if row.HasField("id")]
    return len(set(ids)) == len(ids)
