"""What a distance calculation answers: verdict, orbit and one row for each observation."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Verdict = Literal["DETERMINED", "WEAK", "NOT_DETERMINED"]
Cause = Literal[
    "KNOWN", "ROUGH", "LEANS_ON_CENSUS", "LITTLE_BEND", "NO_BEND",
    "NO_ORBIT", "STILL", "NO_FIT", "CONTRADICTION", "UNCOUNTED", "TOO_FAR", "TWO_ORBITS", "ONE_NIGHT", "HYPERBOLIC",
    "CENSUS_ONLY",
]  # fmt: skip
Remark = Literal[
    "CALENDAR_ENDS", "NOT_FOLLOWED", "LOST", "NEAR_SUN", "NO_DARKNESS", "LOW", "NOT_OBSERVABLE", "OBSERVABLE_LATER",
    "NOT_SOON", "WIDE_ELLIPSE", "OUTGROWN", "SEVERAL_NIGHTS", "OBSERVE_EARLIER",
]  # fmt: skip
Hindrance = Literal["", "NEAR_SUN", "NO_DARKNESS", "LOW", "NEAR_MOON"]


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
    bound the central 95 %; where two orbits fit, sigma covers both by weight, the bounds those above 2.5 %.
    Residuals: observed minus computed, arcseconds, RA times cos(Dec).
    used: False when the observation was left out of the fit as an outlier.
    information_share: how much of what fixes the distance this observation brings, see `leverage`.
    fit_sigma_ra_arcsec (RA times cos(Dec)), fit_sigma_dec_arcsec: what the fit weighted the observation with.
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
    information_share: float | None = None
    fit_sigma_ra_arcsec: float | None = None
    fit_sigma_dec_arcsec: float | None = None


@dataclass(frozen=True, kw_only=True)
class VerdictGrounds:
    """What a verdict rests on, as a stable word and the numbers that its reason names.

    relative_sigma: largest relative 1-sigma of the used distances by the best orbit; alone: of the range without the
    census; None where infinite. residual_ratio: how large the residuals are, in what the measurements allow.
    other_distance_au: of another orbit that fits.
    """

    cause: Cause
    arc_days: float
    night_count: int
    observation_count: int
    left_out_count: int
    relative_sigma: float | None = None
    relative_sigma_alone: float | None = None
    residual_ratio: float | None = None
    other_distance_au: float | None = None
    eccentricity: float | None = None


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another solution that the observations allow; weights of all that are listed sum to at most 1."""

    weight: float
    distance_au: float
    orbit: Orbit


@dataclass(frozen=True, kw_only=True)
class FollowUpNight:
    """Where to look on one of the coming nights.

    at: the best moment of the night, UTC: the object stands highest while it can be observed (the Sun 15 degrees below
    the horizon, the object 20 above, no bright Moon beside it), or else while it is dark. Local mean midnight of the
    station by its longitude where it does not get dark, and for stations without a place. All else is for that moment.
    ra_deg, dec_deg: astrometric, from the station, ICRF/J2000. The ellipse is that of 1-sigma: semi-axes, and the
    position angle of the major one, east of north, [0, 180). Motion on the sky in RA times cos(Dec) and in Dec.
    altitude_deg, sun_altitude_deg: above the horizon, without refraction; moon_separation_deg: from the object to the
    Moon; moon_illumination: lit share of its disc; observable_hours: for how long in that night it can be observed; all
    None for stations without a place. magnitude: predicted V, None when the absolute one is not known.
    relative_sigma_after: largest relative 1-sigma of the used distances, had the station added two positions of its
    usual accuracy that night. hindrance: why the object cannot be observed that night, "" when it can.
    """

    at: datetime
    ra_deg: float
    dec_deg: float
    distance_au: float
    ellipse_major_arcsec: float
    ellipse_minor_arcsec: float
    ellipse_angle_deg: float
    motion_ra_arcsec_per_min: float
    motion_dec_arcsec_per_min: float
    sun_elongation_deg: float
    altitude_deg: float | None
    magnitude: float | None
    relative_sigma_after: float
    hindrance: Hindrance = ""
    observable_hours: float | None = None
    sun_altitude_deg: float | None = None
    moon_separation_deg: float | None = None
    moon_illumination: float | None = None


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What to do next: the coming nights, and when to observe to know the distance to 1 %.

    Every moment is the best one of a night on which the station can observe the object.
    relative_sigma: the largest of the used distances now.
    observe_from: first night after which two positions bring it to 1 %; None when it is there already, or no night
    within 180 days brings it.
    observe_by: last night on which the 2-sigma ellipse still fits into a field of 10 arcminutes, so that the object can
    be found; None when it fits for all 180 days, or on no night.
    observable_from: first night on which the object can be observed at all; None when there is none within 180 days.
    highest_altitude_deg: the greatest altitude in the dark of the listed nights; with LOW only.
    note: what an observer has to know besides, in words; why there are no nights when there are none. May be empty.
    remarks: what the note says, one stable word for each sentence. lost_within_deg: semi-major axis of the 1-sigma
    ellipse, degrees, when the object is LOST; None when it may be anywhere.
    """

    station: str
    relative_sigma: float
    nights: tuple[FollowUpNight, ...]
    observe_from: datetime | None
    observe_by: datetime | None
    note: str
    remarks: tuple[Remark, ...] = ()
    lost_within_deg: float | None = None
    observable_from: datetime | None = None
    highest_altitude_deg: float | None = None


@dataclass(frozen=True, kw_only=True)
class DistanceResult:
    """The answer to one distance calculation; `observations` in the order of the input."""

    verdict: Verdict
    verdict_reason: str
    orbit: Orbit | None
    observations: tuple[ObservationResult, ...]
    alternatives: tuple[Alternative, ...] = field(default=())
    follow_up: FollowUp | None = None
    grounds: VerdictGrounds | None = None
