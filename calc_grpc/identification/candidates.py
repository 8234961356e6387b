"""One orbit, followed with all forces, beside the observations: whether it fits, and everything worth telling of it."""

import math

import numpy as np

from calc_grpc.catalogue.elements import CONDITION_UNKNOWN
from calc_grpc.identification.cone import drift_au
from calc_grpc.identification.motion import is_alike, rate_of, sky_motion
from calc_grpc.identification.near import Near
from calc_grpc.identification.result import Candidate, Row
from calc_grpc.identification.sky import Sky
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import ARCSEC_RAD, JULIAN_YEAR_DAYS
from calc_grpc.orbits.ephemeris import KEPLER_FAILED, fill_carried, fill_sighted, sighted
from calc_grpc.orbits.kepler import propagate
from calc_grpc.orbits.perturbations import PlanetTable
from calc_grpc.orbits.positions import directions_deg, v_magnitudes
from calc_grpc.orbits.tolerance import tolerance_rad

MATCHING_SIGMAS = 3.0


def candidate_of(near: Near, i: int, sky: Sky, table: PlanetTable) -> Candidate | None:
    """Follow the orbit i to every observation; None when it does not fit, or cannot be followed."""
    track = sky.track
    n = track.mjd.size
    states, line, place = np.empty((n, 6)), np.empty((n, 3)), np.empty((n, 3))
    failure = fill_carried(table, near.states[i], near.epochs[i], track.mjd, np.arange(n), states)
    failure = max(failure, fill_sighted(states, track.observer, line, place))
    if not failure < KEPLER_FAILED:
        return None
    distance, from_sun = np.linalg.norm(line, axis=1), np.linalg.norm(place, axis=1)
    predicted = line / distance[:, None]
    separation = angles(predicted, track.toward)
    tolerance = _tolerances(near, i, sky, from_sun, distance)
    matches = separation <= tolerance
    if 2 * matches.sum() <= n:
        return None
    rate = rate_of(sky.night, predicted) if sky.night is not None else None
    if sky.night is not None and rate is not None:
        nearest = float(distance[sky.night.rows].min())
        if not is_alike(sky.night, rate, tolerance_rad=float(tolerance.max()), distance_au=nearest):
            return None
    return _describe(near, i, sky, line, from_sun, separation, tolerance, rate)


def angles(first: Floats, second: Floats) -> Floats:
    """Angles between unit vectors (n, 3), rad (n,), exact for small ones."""
    return np.asarray(2.0 * np.arcsin(np.minimum(1.0, 0.5 * np.linalg.norm(first - second, axis=1))))


def _tolerances(near: Near, i: int, sky: Sky, from_sun: Floats, distance: Floats) -> Floats:
    """What `tolerance_rad` allows the orbit, and three times the uncertainty that the observer stated beside.

    The two add up, since both may be off the same way. An error that nobody stated is a part of the 30" that every
    orbit is allowed: so the truth check of main_api, which knows no usual errors of stations, has the same rule.
    """
    since = sky.track.mjd - near.epochs[i]
    rows = zip(since, from_sun, distance, strict=True)
    straying = np.array([tolerance_rad(near.runoffs[i], float(t), float(r), float(d)) for t, r, d in rows])
    return straying + MATCHING_SIGMAS * sky.stated


def _describe(
    near: Near, i: int, sky: Sky, line: Floats, from_sun: Floats, separation: Floats, tolerance: Floats,
    rate: Floats | None,
) -> Candidate:  # fmt: skip
    element = near.rows[i]
    h, u = _known(element["h"]), int(element["condition"])
    designation = element["designation"].decode()
    matches = separation <= tolerance
    since = sky.track.mjd - near.epochs[i]
    difference = None if rate is None or sky.night is None else sky_motion(rate - sky.night.observed)
    cone, strayed = _two_body(near, i, sky)
    return Candidate(
        spkid=int(element["spkid"]),
        designation=designation,
        number=int(designation) if designation.isdecimal() else None,
        name=element["name"].decode(),
        separation_arcsec=float(np.sqrt(np.mean(separation[matches] ** 2))) / ARCSEC_RAD,
        matching_count=int(matches.sum()),
        largest_separation_arcsec=float(separation.max()) / ARCSEC_RAD,
        observations=_rows(sky, line, from_sun, separation, tolerance, h, _known(element["g"])),
        motion=None if rate is None else sky_motion(rate),
        motion_difference_arcsec_per_min=(
            None if difference is None else math.hypot(difference.ra_arcsec_per_min, difference.dec_arcsec_per_min)
        ),
        epoch_mjd_tdb=float(near.epochs[i]),
        days_from_epoch=float(np.abs(since).max()),
        cone_arcsec=cone,
        two_body_separation_arcsec=strayed,
        cone_reason=_reason(float(np.abs(since).max()), cone, float(tolerance.max()) / ARCSEC_RAD, u),
        h_magnitude=h,
        uncertainty_u=None if u == CONDITION_UNKNOWN else u,
    )


def _rows(
    sky: Sky, line: Floats, from_sun: Floats, separation: Floats, tolerance: Floats, h: float | None, g: float | None
) -> tuple[Row, ...]:
    track = sky.track
    distance = np.linalg.norm(line, axis=1)
    ra, dec = directions_deg(line)
    shine = v_magnitudes(h, g, from_sun, distance, np.linalg.norm(track.observer, axis=1))
    offset = track.toward - line / distance[:, None]
    rows = [
        Row(
            index=int(sky.places[k]),
            id=observation.id,
            separation_arcsec=float(separation[k]) / ARCSEC_RAD,
            offset_ra_arcsec=float(offset[k] @ track.east[k]) / ARCSEC_RAD,
            offset_dec_arcsec=float(offset[k] @ track.north[k]) / ARCSEC_RAD,
            matches=bool(separation[k] <= tolerance[k]),
            tolerance_arcsec=float(tolerance[k]) / ARCSEC_RAD,
            ra_deg=float(ra[k]),
            dec_deg=float(dec[k]),
            distance_au=float(distance[k]),
            heliocentric_distance_au=float(from_sun[k]),
            magnitude=shine[k],
        )
        for k, observation in enumerate(sky.observations)
    ]
    return tuple(sorted(rows, key=lambda row: row.index))


def _two_body(near: Near, i: int, sky: Sky) -> tuple[float, float]:
    """The cone at the first observation and how far two-body motion was off there, arcseconds."""
    since = float(sky.track.mjd[0] - near.epochs[i])
    line, place = sighted(propagate(near.states[i], np.array([since])), sky.track.observer[:1])
    distance, from_sun = float(np.linalg.norm(line)), float(np.linalg.norm(place))
    cone = drift_au(since, near.drifts[i]) / distance + tolerance_rad(near.runoffs[i], since, from_sun, distance)
    return cone / ARCSEC_RAD, float(angles(line / distance, sky.track.toward[:1])[0]) / ARCSEC_RAD


def _reason(days: float, cone_arcsec: float, tolerance_arcsec: float, u: int) -> str:
    when = f"{days:,.0f} days" if days < 10.0 * JULIAN_YEAR_DAYS else f"{days / JULIAN_YEAR_DAYS:,.0f} years"
    orbit = "an orbit without a condition code" if u == CONDITION_UNKNOWN else f"an orbit of condition code {u}"
    return (
        f"The elements hold for a moment {when} from the observations: in that time the planets may carry it "
        f"{_angle(cone_arcsec)} off two-body motion. Followed with their pull, {_angle(tolerance_arcsec)} are left for "
        f"the measurements, the model and {orbit}."
    )


def _angle(arcsec: float) -> str:
    if arcsec < 120.0:
        return f'{arcsec:.0f}"'
    return f"{arcsec / 60.0:.0f}'" if arcsec < 7200.0 else f"{arcsec / 3600.0:.0f} degrees"


def _known(value: float) -> float | None:
    """What is not a number in the catalogue is not known; to the digits of single precision."""
    return round(float(value), 4) if math.isfinite(value) else None
