"""Predictions for people: where an object of known orbit stands for an observer at given moments, and how bright."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import DEG_RAD
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, Elements, state_from_elements
from calc_grpc.orbits.ephemeris import carried, sighted
from calc_grpc.orbits.kepler import SQRT_MU
from calc_grpc.orbits.magnitude import LARGEST_PHASE_RAD, SLOPE_G, brightness, phase_angles
from calc_grpc.orbits.observer import Site, observer_track
from calc_grpc.orbits.perturbations import planet_table
from calc_grpc.orbits.timescale import instants
from calc_grpc.orbits.tolerance import tolerances_arcsec

TABLE_MARGIN_DAYS = 1.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an observer stands: MPC code; geocentric ICRF, km, for a station without a fixed place."""

    station: str
    observer_position_km: tuple[float, float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class KnownOrbit:
    """Ecliptic J2000 elements at their epoch; h_magnitude and uncertainty_u None where they are not known."""

    elements: Elements
    epoch_mjd_tdb: float
    h_magnitude: float | None = None
    g_slope: float | None = None
    uncertainty_u: int | None = None

    @property
    def state(self) -> Floats:
        """Heliocentric state (6,) at the epoch, ICRF, au and au/day; raises DidNotConverge."""
        return np.asarray(ICRF_TO_ECLIPTIC.T @ state_from_elements(self.elements), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Position:
    """What is seen at one moment; field by field as in the message PredictedPosition."""

    time: datetime
    ra_deg: float
    dec_deg: float
    distance_au: float
    heliocentric_distance_au: float
    magnitude: float | None
    sun_elongation_deg: float
    tolerance_arcsec: float


def known_orbit(
    *, epoch_mjd_tdb: float, q_au: float | None, a_au: float | None, e: float, i_deg: float, node_deg: float,
    peri_deg: float, tp_mjd_tdb: float | None, mean_anomaly_deg: float | None, h_magnitude: float | None = None,
    g_slope: float | None = None, uncertainty_u: int | None = None,
) -> KnownOrbit:  # fmt: skip
    """Take elements as people write them: the size is q or a, the time that of perihelion or the mean anomaly.

    Raises ValueError where size or time is missing, or not of this conic.
    """
    q = q_au if q_au is not None else a_au * (1.0 - e) if a_au is not None else 0.0
    if not q > 0.0:
        raise ValueError("size")
    if tp_mjd_tdb is not None:
        since = epoch_mjd_tdb - tp_mjd_tdb
    elif mean_anomaly_deg is not None and e != 1.0:
        # The nearest passage; an open orbit has only one.
        anomaly = (mean_anomaly_deg + 180.0) % 360.0 - 180.0 if e < 1.0 else mean_anomaly_deg
        since = anomaly * DEG_RAD / (SQRT_MU * (abs(1.0 - e) / q) ** 1.5)
    else:
        raise ValueError("time")
    elements = Elements(
        q_au=q, e=e, i_rad=i_deg * DEG_RAD, node_rad=node_deg * DEG_RAD, peri_rad=peri_deg * DEG_RAD,
        since_perihelion_days=since,
    )  # fmt: skip
    return KnownOrbit(
        elements=elements, epoch_mjd_tdb=epoch_mjd_tdb, h_magnitude=h_magnitude, g_slope=g_slope,
        uncertainty_u=uncertainty_u,
    )  # fmt: skip


def predict_positions(
    orbit: KnownOrbit, moments: Sequence[datetime], sites: Sequence[Site], on_step: Callable[[], None] | None = None
) -> list[Position]:
    """Predict astrometric positions, distances and magnitudes, one for each moment and site, in their order.

    moments: aware; before 1960 read as UT1. on_step is called now and then. Raises UnknownStation,
    StationWithoutPosition, DidNotConverge.
    """
    when = instants(moments)
    observer = observer_track(sites, when, on_step).position
    first, last = float(when.tdb_mjd.min()), float(when.tdb_mjd.max())
    epoch = orbit.epoch_mjd_tdb
    table = planet_table(min(first, epoch) - TABLE_MARGIN_DAYS, max(last, epoch) + TABLE_MARGIN_DAYS, on_step)
    states = carried(table, orbit.state, epoch, when.tdb_mjd)
    line, place = sighted(states, observer)
    distance, from_sun = np.linalg.norm(line, axis=1), np.linalg.norm(place, axis=1)
    ra, dec = directions_deg(line)
    shine = v_magnitudes(orbit.h_magnitude, orbit.g_slope, from_sun, distance, np.linalg.norm(observer, axis=1))
    tolerance = tolerances_arcsec(orbit.uncertainty_u, when.tdb_mjd - epoch, from_sun, distance)
    elongation = elongations_deg(line, observer)
    return [
        Position(
            time=moments[k],
            ra_deg=float(ra[k]),
            dec_deg=float(dec[k]),
            distance_au=float(distance[k]),
            heliocentric_distance_au=float(from_sun[k]),
            magnitude=shine[k],
            sun_elongation_deg=float(elongation[k]),
            tolerance_arcsec=tolerance[k],
        )
        for k in range(len(moments))
    ]


def directions_deg(line: Floats) -> tuple[Floats, Floats]:
    """Right ascension in [0, 360) and declination of lines (n, 3), degrees."""
    ra = np.degrees(np.arctan2(line[:, 1], line[:, 0])) % 360.0
    dec = np.degrees(np.arctan2(line[:, 2], np.hypot(line[:, 0], line[:, 1])))
    return np.where(ra >= 360.0, 0.0, ra), dec


def v_magnitudes(
    h_magnitude: float | None, g_slope: float | None, sun_distances_au: Floats, distances_au: Floats,
    observer_sun_distances_au: Floats,
) -> list[float | None]:  # fmt: skip
    """V by the H, G system at distances (n,); None without H and beyond the phase the system is made for."""
    if h_magnitude is None:
        return [None] * len(distances_au)
    phase = phase_angles(sun_distances_au, distances_au, observer_sun_distances_au)
    dimming = -2.5 * np.log10(brightness(np.minimum(phase, LARGEST_PHASE_RAD), slope=_slope(g_slope)))
    shine = h_magnitude + 5.0 * np.log10(sun_distances_au * distances_au) + dimming
    return [float(v) if angle <= LARGEST_PHASE_RAD else None for v, angle in zip(shine, phase, strict=True)]


def elongations_deg(line: Floats, observer: Floats) -> Floats:
    """Angle at the observer between the object and the Sun, degrees (n,)."""
    across = np.linalg.norm(np.cross(line, -observer), axis=1)
    return np.asarray(np.degrees(np.arctan2(across, np.einsum("nk,nk->n", line, -observer))))


def warm_up() -> None:
    """Compile or load every kernel by predicting a made-up orbit on both sides of its epoch."""
    elements = Elements(q_au=2.4, e=0.1, i_rad=0.1, node_rad=1.0, peri_rad=2.0, since_perihelion_days=100.0)
    moments = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in (-30.0, 30.0)]
    orbit = KnownOrbit(elements=elements, epoch_mjd_tdb=58849.0, h_magnitude=15.0)
    predict_positions(orbit, moments, [Place(station="500")] * len(moments))


def _slope(g_slope: float | None) -> float:
    return SLOPE_G if g_slope is None or not math.isfinite(g_slope) else g_slope
