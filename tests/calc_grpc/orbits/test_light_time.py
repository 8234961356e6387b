"""Light time against published ephemerides: where an object is seen is where it was when the light left.

JPL Horizons, as collected in B612-Asteroid-Institute/adam_core (`elements_sun_eq.csv`, `ephemeris.csv`): heliocentric
state, ICRF, and astrometric topocentric ephemeris of the same solution (quantities 1, 20, 21).
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from calc_grpc.orbits.constants import ARCSEC_RAD, DEG_RAD, LIGHT_AU_PER_DAY
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, Elements, state_from_elements
from calc_grpc.orbits.kepler import propagate
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.prediction import LOG_RANGE, Prediction, frame_at, predict
from calc_grpc.orbits.track import build_track

MINUTES_PER_DAY = 1440.0
FIFTEEN_KM_AU = 1e-7  # the Earth of ERFA's epv00 is good to 11 km, UT1 = UTC to 0.4 km

# 433 Eros from Cerro Tololo: UTC, RA and Dec in degrees, delta in au, light time in minutes.
EROS_EPOCH_MJD_TDB = 53311.0
EROS_STATE = np.array(
    [0.3739742611161106, 0.9771563321932184, 0.622769058015444,
     -0.01640089070798141, 0.003657007337298758, -0.0008820021479138534]
)  # fmt: skip
EROS_SEEN = (
    ("2004-11-01T23:58:55.817", 134.550160471, 33.793387273, 0.66510176898043, 5.53148274),
    ("2004-11-02T00:28:55.817", 134.571217968, 33.786753349, 0.6649879401226, 5.53053606),
    ("2004-11-02T00:58:55.817", 134.592247352, 33.780142913, 0.6648736524942, 5.52958555),
    ("2004-11-03T23:58:55.817", 136.516250829, 33.129705595, 0.65440890703838, 5.44255292),
)


def seen(moment: datetime, ra_deg: float, dec_deg: float, station: str) -> Observation:
    return Observation(observed_at=moment, ra_deg=ra_deg, dec_deg=dec_deg, station=station)


def predict_from(rows: list[Observation], state: np.ndarray, epoch: float, delta_au: float) -> Prediction:
    """Put the object at the first row's published place and distance, with the state's velocity; predict all rows."""
    track = build_track(rows)
    frame = frame_at(track, 0)
    emission = float(track.mjd[0]) - delta_au / LIGHT_AU_PER_DAY
    drift = (propagate(state, emission - epoch)[3:] - frame.drift) / delta_au
    parameters = np.array([0.0, 0.0, np.log(delta_au), drift @ frame.east, drift @ frame.north, drift @ frame.toward])
    assert LOG_RANGE == 2
    return predict(track, frame, parameters)


def test_eros_is_seen_where_horizons_sees_it():
    rows = [seen(datetime.fromisoformat(f"{row[0]}+00:00"), row[1], row[2], "W84") for row in EROS_SEEN]
    found = predict_from(rows, EROS_STATE, EROS_EPOCH_MJD_TDB, EROS_SEEN[0][3])
    assert found.ranges == pytest.approx([row[3] for row in EROS_SEEN], abs=FIFTEEN_KM_AU)
    assert np.abs(found.residuals).max() < 0.02 * ARCSEC_RAD


@pytest.mark.parametrize(
    ("delta_au", "minutes"),
    [(0.66510176898043, 5.53148274), (40.1648899339845, 334.04120366)],
)
def test_light_needs_as_long_as_horizons_says(delta_au, minutes):
    """433 Eros and 15760 Albion, quantity 21."""
    assert delta_au / LIGHT_AU_PER_DAY * MINUTES_PER_DAY == pytest.approx(minutes, abs=1e-8)


def test_the_place_is_that_of_the_moment_the_light_left():
    """Without light time the distance of Eros would miss Horizons' delta by 6,500 km."""
    first = EROS_SEEN[0]
    moment = datetime.fromisoformat(f"{first[0]}+00:00")
    track = build_track([seen(moment, first[1], first[2], "W84")])
    now = propagate(EROS_STATE, float(track.mjd[0]) - EROS_EPOCH_MJD_TDB)[:3] - track.observer[0]
    then = propagate(EROS_STATE, float(track.mjd[0]) - first[4] / MINUTES_PER_DAY - EROS_EPOCH_MJD_TDB)[:3]
    line = then - track.observer[0]
    assert np.linalg.norm(line) == pytest.approx(first[3], abs=FIFTEEN_KM_AU)
    assert np.linalg.norm(line / np.linalg.norm(line) - track.toward[0]) < 0.02 * ARCSEC_RAD
    assert abs(np.linalg.norm(now) - first[3]) > 100.0 * FIFTEEN_KM_AU


def test_encke_of_the_textbook_stands_where_the_textbook_says():
    """Meeus 1998, Astronomical Algorithms, example 33.b, 1990 October 6.0 TD, equinox J2000: 10h34m14.2s, +19d09'31"
    when the light left, and 0.8243689 au away when it arrived."""
    elements = Elements(
        q_au=2.2091404 * (1.0 - 0.8502196), e=0.8502196, i_rad=11.94524 * DEG_RAD, node_rad=334.75006 * DEG_RAD,
        peri_rad=186.23352 * DEG_RAD, since_perihelion_days=6.0 - 28.54502,
    )  # fmt: skip
    state, epoch = ICRF_TO_ECLIPTIC.T @ state_from_elements(elements), 48170.0
    moment = datetime(1990, 10, 6, tzinfo=UTC) - timedelta(seconds=57.184)
    observation = seen(moment, (10 + 34 / 60 + 14.2 / 3600) * 15.0, 19 + 9 / 60 + 31 / 3600, "500")
    track = build_track([observation])
    line = propagate(state, -0.8243 / LIGHT_AU_PER_DAY)[:3] - track.observer[0]
    across = np.array([line @ track.east[0], line @ track.north[0]]) / np.linalg.norm(line)
    assert track.mjd[0] == pytest.approx(epoch, abs=1e-7)  # TDB leaves TT by 1.6 ms
    assert np.linalg.norm(state[:3] - track.observer[0]) == pytest.approx(0.8243689, abs=FIFTEEN_KM_AU)
    assert np.abs(across).max() < 1.0 * ARCSEC_RAD  # printed to 1.5 and 1 arcsec; light time moves it by 25
