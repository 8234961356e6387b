"""What a distance calculation answers: verdict, orbit and one row for each observation."""

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["DETERMINED", "WEAK", "NOT_DETERMINED"]


@dataclass(frozen=True, kw_only=True)
class Orbit:
    """Heliocentric osculating elements, ecliptic and equinox J2000, each with its 1-sigma.

    Lengths in au, angles in degrees, times as MJD in TDB, periods in Julian years.
    A value is None where it has no meaning (a mean anomaly or a period of an open orbit).
    state_vector: (x, y, z, vx, vy, vz), heliocentric, ICRF axes, au and au/day, at the epoch.
    covariance: 6x6, row by row, of the state vector, in the same units.
    rms_arcsec: root mean square of the residuals of the used observations, both coordinates, unweighted.
    """

    epoch_mjd_tdb: float
    a_au: float | None
    e: float
    i_deg: float
    node_deg: float
    peri_deg: float
    mean_anomaly_deg: float | None
    sigma_a_au: float | None
    sigma_e: float | None
    sigma_i_deg: float | None
    sigma_node_deg: float | None
    sigma_peri_deg: float | None
    sigma_mean_anomaly_deg: float | None
    rms_arcsec: float
    chi2_reduced: float | None
    arc_days: float
    night_count: int
    state_vector: tuple[float, ...]
    covariance: tuple[float, ...]
    q_au: float | None = None
    tp_mjd_tdb: float | None = None
    period_years: float | None = None
    orbit_class: str | None = None
    moid_au: float | None = None
    uncertainty_u: int | None = None
    h_magnitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class ObservationResult:
    """The distance at one observation; every number is None when nothing was determined.

    distance_au: station at `observed_at` to the object when the light left it; sigma is 1-sigma; low and high
    bound the central 95 %. Residuals: observed minus computed, arcseconds, RA times cos(Dec).
    used: False when the observation was left out of the fit as an outlier.
    """

    id: int | None
    result_state: Verdict
    distance_au: float | None = None
    distance_sigma_au: float | None = None
    distance_low_au: float | None = None
    distance_high_au: float | None = None
    heliocentric_distance_au: float | None = None
    residual_ra_arcsec: float | None = None
    residual_dec_arcsec: float | None = None
    used: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another solution that the observations allow; weights of all solutions sum to 1."""

    weight: float
    distance_au: float
    orbit: Orbit


@dataclass(frozen=True, kw_only=True)
class DistanceResult:
    """The answer to one distance calculation; `observations` in the order of the input."""

    verdict: Verdict
    verdict_reason: str
    orbit: Orbit | None
    observations: tuple[ObservationResult, ...]
    alternatives: tuple[Alternative, ...] = field(default=())
