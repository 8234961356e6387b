"""How far from its predicted place an observation of a known object may lie and still be one of it."""

import math

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import ARCSEC_RAD, JULIAN_YEAR_DAYS
from calc_grpc.orbits.uncertainty_parameter import MOST, STEP

LEAST_ARCSEC = 30.0  # measurements, this model of the forces, and a catalogue that is a few days old
LARGEST_ARCSEC = 1200.0  # beyond, half the sky would fit: an object so poorly known is not identified by its place
DECADE_DAYS = 10.0 * JULIAN_YEAR_DAYS
MODEL_ARCSEC_PER_YEAR = 1.0  # by which the forces of `perturbations.py` fail, in the main belt; see test_ephemeris.py


def runoff_rad_per_day(uncertainty_u: int | None) -> float:
    """How fast an object of uncertainty U strays along its orbit, at most, seen from the Sun; 0 where U is not known.

    Reference: Minor Planet Center, "Uncertainty Parameter U", minorplanetcenter.net/iau/info/UValue.html: U is the
    logarithm of the runoff in ten years, a class being 4.4 times the one before.
    """
    if uncertainty_u is None:
        return 0.0
    return math.exp(STEP * min(uncertainty_u, MOST)) * ARCSEC_RAD / DECADE_DAYS


@compiled
def tolerance_rad(runoff: float, since_days: float, sun_distance_au: float, distance_au: float) -> float:
    """Tolerance in radians so long after (or before) the epoch of the elements, as seen from a distance.

    runoff: of `runoff_rad_per_day`. The runoff and the failure of the model grow with the time and, seen from nearby,
    by the ratio of the distances.
    """
    straying = (runoff + MODEL_ARCSEC_PER_YEAR * ARCSEC_RAD / JULIAN_YEAR_DAYS) * abs(since_days)
    nearer = max(1.0, sun_distance_au / distance_au)
    return min(max(LEAST_ARCSEC * ARCSEC_RAD, straying * nearer), LARGEST_ARCSEC * ARCSEC_RAD)


def tolerances_arcsec(
    uncertainty_u: int | None, since_days: Floats, sun_distances_au: Floats, distances_au: Floats
) -> list[float]:
    """The tolerance at several moments, arcseconds; all (n,)."""
    runoff = runoff_rad_per_day(uncertainty_u)
    rows = zip(since_days, sun_distances_au, distances_au, strict=True)
    return [tolerance_rad(runoff, float(t), float(r), float(d)) / ARCSEC_RAD for t, r, d in rows]
