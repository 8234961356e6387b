"""How soon an object would be lost: the Minor Planet Center's uncertainty parameter U."""

import math

from calc_grpc.orbits.constants import DEG_RAD, GAUSS_K

FEWEST_NIGHTS = 3  # two nights hold four numbers well, an orbit six: their covariance is not that of an ellipse
CLOSED_SIGMAS = 3.0  # an orbit that is open within so many sigmas has no period to speak of
LEAST, MOST = 0, 9
STEP = math.log(648_000.0) / MOST  # 648,000 arcseconds: half a turn
REALITY = 3.0  # by which formal errors fall short, as the Minor Planet Center found


def uncertainty_parameter(
    *, e: float, sigma_e: float, period_years: float | None, sigma_period_days: float, sigma_tp_days: float,
    night_count: int,
) -> int | None:  # fmt: skip
    """U from 0 (hardly any doubt) to 9: the logarithm of how far along its orbit the object may stray in ten years.

    sigma_tp_days: of the time of perihelion. None where U would say nothing: fewer than three nights, or an orbit
    that is not an ellipse by three sigmas of its eccentricity; there the MPC gives no number either, but letters.
    Reference: Minor Planet Center, "Uncertainty Parameter U", minorplanetcenter.net/iau/info/UValue.html. Its
    INT rounds down, and P is in years but dP in days.
    """
    if period_years is None or night_count < FEWEST_NIGHTS or not e + CLOSED_SIGMAS * sigma_e < 1.0:
        return None
    degrees = (sigma_tp_days * e + 10.0 / period_years * sigma_period_days) * (GAUSS_K / DEG_RAD) / period_years
    runoff = degrees * 3600.0 * REALITY
    if not math.isfinite(runoff):
        return None
    if runoff < 1.0:
        return LEAST
    return min(math.floor(math.log(runoff) / STEP) + 1, MOST)
