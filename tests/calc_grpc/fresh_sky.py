"""Positions of an asteroid that was seen lately, for tests of what follows from the present."""

from datetime import UTC, datetime, timedelta

import numpy as np
from astrodist.calc.v1 import distance_pb2

from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, Elements, state_from_elements
from calc_grpc.orbits.kepler import propagate
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.track import build_track

MAIN_BELT = Elements(q_au=2.4, e=0.12, i_rad=0.14, node_rad=0.9, peri_rad=2.1, since_perihelion_days=100.0)
DAYS_BEFORE = (40.0, 39.95, 30.0, 29.95, 20.0, 19.95, 10.0, 9.95)


def lately_seen(now: datetime) -> distance_pb2.DistanceInput:
    """Noiseless places on a Kepler orbit, from the geocentre, the last one ten days ago."""
    moments = [now.astimezone(UTC) - timedelta(days=days) for days in DAYS_BEFORE]
    track = build_track([Observation(observed_at=at, ra_deg=0.0, dec_deg=0.0, station="500") for at in moments])
    state = ICRF_TO_ECLIPTIC.T @ state_from_elements(MAIN_BELT)
    message = distance_pb2.DistanceInput()
    for moment, mjd, observer in zip(moments, track.mjd, track.observer, strict=True):
        line = np.zeros(3)
        for _ in range(5):
            light_days = float(np.linalg.norm(line)) / LIGHT_AU_PER_DAY
            line = propagate(state, mjd - light_days - track.mjd[0])[:3] - observer
        row = message.observations.add(
            ra_deg=float(np.degrees(np.arctan2(line[1], line[0])) % 360.0),
            dec_deg=float(np.degrees(np.arcsin(line[2] / np.linalg.norm(line)))),
            station="500",
        )
        row.observed_at.FromDatetime(moment)
    return message
