"""From a solution and what is known around it to the answer for the observer."""

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import ARCSEC_RAD, JULIAN_YEAR_DAYS
from calc_grpc.orbits.follow_up import like_and_after, plan_follow_up
from calc_grpc.orbits.magnitude import absolute_magnitude
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.orbit_summary import summarize_orbit
from calc_grpc.orbits.perturbations import PlanetTable
from calc_grpc.orbits.prediction import Prediction, predict
from calc_grpc.orbits.result import (
    Alternative,
    DistanceResult,
    FollowUp,
    ObservationResult,
    Orbit,
    Verdict,
    VerdictGrounds,
)
from calc_grpc.orbits.rivals import Rival
from calc_grpc.orbits.selection import Solution
from calc_grpc.orbits.track import Track, densest_days, fit_sigmas_arcsec, motion, night_count, select
from calc_grpc.orbits.uncertainty import Posterior
from calc_grpc.orbits.verdict import Evidence, covered, grounds_of, is_meaningful, judge

NO_ORBIT = (
    "No orbit about the Sun comes near these positions. Check times, coordinates and stations, and that all rows "
    "show one object."
)

OUTSIDE = 0.025  # on either side of the central 95 %


def describe(
    observations: Sequence[Observation], order: Sequence[int], best: Solution, after: Posterior, rivals: list[Rival],
    shares: Floats, table: PlanetTable, as_of: datetime | None,
) -> DistanceResult:  # fmt: skip
    """Put the answer together. order: of each row of the track, which observation it is; table: covers the nights.

    shares: of each row of the track in what fixes the distance.
    """
    in_order = [observations[k] for k in order]
    orbit = _orbit(in_order, best, after)
    evidence = _gather(best, after, rivals, orbit)
    verdict, reason, cause = judge(evidence)
    meaningful = is_meaningful(evidence)
    seen = predict(best.track, best.frame, after.parameters)
    spread = spread_of(after, rivals if cause == "TWO_ORBITS" else [])
    return DistanceResult(
        verdict=verdict,
        verdict_reason=reason,
        orbit=orbit,
        grounds=grounds_of(evidence, cause),
        observations=_rows(observations, order, best, spread, shares, seen, verdict, meaningful),
        alternatives=tuple(
            Alternative(weight=one.weight, distance_au=one.distance_au, orbit=_orbit(in_order, one.solution, one.near))
            for one in rivals
        ),
        follow_up=_follow_up(in_order, best, after, seen, orbit, spread, table, as_of) if meaningful else None,
    )


def no_orbit(observations: Sequence[Observation], track: Track) -> DistanceResult:
    """The answer where nothing fits."""
    arc_days, nights = float(np.ptp(track.mjd)), night_count(track.mjd)
    rows = tuple(ObservationResult(id=one.id, result_state="NOT_DETERMINED") for one in observations)
    return DistanceResult(
        verdict="NOT_DETERMINED",
        verdict_reason=f"{NO_ORBIT} The observations cover {covered(arc_days, nights)}.",
        orbit=None,
        observations=rows,
        grounds=VerdictGrounds(
            cause="NO_ORBIT",
            arc_days=arc_days,
            night_count=nights,
            observation_count=len(rows),
            left_out_count=0,
        ),
    )


def _gather(best: Solution, after: Posterior, rivals: list[Rival], orbit: Orbit) -> Evidence:
    used = best.used
    equal = min(rivals, key=lambda one: one.data_excess, default=None)
    return Evidence(
        arc_days=orbit.arc_days,
        night_count=orbit.night_count,
        observation_count=int(used.size),
        rejected_count=int(np.count_nonzero(~used)),
        relative_sigma=float(np.max(after.sigmas[used] / after.distances[used])),
        relative_sigma_alone=after.alone.sigma,
        misfit=best.misfit,
        eccentricity=orbit.e,
        open_sigmas=after.alone.open_sigmas,
        rival_weight=sum(one.weight for one in rivals),
        rival_excess=equal.data_excess if equal else math.inf,
        rival_distance_au=equal.distance_au if equal else None,
        farthest_au=float(np.max(after.distances[used])),
        motion=motion(select(best.track, used)),
        prior_pull=after.alone.prior_pull,
        densest_days=densest_days(best.track.mjd[used]),
        period_days=orbit.period_years * JULIAN_YEAR_DAYS if orbit.period_years else math.inf,
    )


def _orbit(in_order: list[Observation], solution: Solution, after: Posterior) -> Orbit:
    used, track = solution.used, solution.track
    seen = predict(track, solution.frame, after.parameters)
    residuals = seen.residuals[used] / ARCSEC_RAD
    rows = np.flatnonzero(used)
    return summarize_orbit(
        state=after.state,
        covariance=after.covariance,
        epoch_mjd=after.epoch_mjd,
        rms_arcsec=float(np.sqrt(np.mean(residuals**2))),
        chi2_reduced=solution.chi2_reduced,
        arc_days=float(np.ptp(track.mjd[used])),
        night_count=night_count(track.mjd[used]),
        family=after.family,
        h_magnitude=absolute_magnitude(
            [in_order[row].magnitude for row in rows],
            [in_order[row].band for row in rows],
            sun_distances_au=seen.sun_distances[used],
            ranges_au=seen.ranges[used],
            observer_sun_distances_au=np.linalg.norm(track.observer[used], axis=1),
        ),
    )


def spread_of(after: Posterior, rivals: Sequence[Rival]) -> Floats:
    """Distances with what is known of them: columns distance, sigma, low, high, au, (n, 4).

    rivals: orbits between which and the best one nothing has decided. Sigma is the root of the mean square distance
    from the one given, over all of them by weight; the bounds are of all that are not too rare for the central 95 %.
    A row that a rival cannot reach (infinity, see `predict`) is left to the best orbit.
    """
    own = _columns(after)
    if not rivals:
        return own
    others = [_columns(one.after) for one in rivals]
    reached = [np.where(np.isfinite(other).all(axis=1, keepdims=True), other, own) for other in others]
    shares = np.array([one.weight for one in rivals])
    orbits = np.stack([own, *reached])
    squares = orbits[:, :, 1] ** 2 + (orbits[:, :, 0] - own[:, 0]) ** 2
    usual = orbits[[True, *(shares > OUTSIDE)]]
    return np.column_stack(
        [
            own[:, 0],
            np.sqrt(np.array([1.0 - shares.sum(), *shares]) @ squares),
            usual[:, :, 2].min(axis=0),
            usual[:, :, 3].max(axis=0),
        ]
    )


def _columns(after: Posterior) -> Floats:
    return np.stack([after.distances, after.sigmas, after.lows, after.highs], axis=1)


def _rows(
    observations: Sequence[Observation], order: Sequence[int], best: Solution, spread: Floats, shares: Floats,
    seen: Prediction, verdict: Verdict, meaningful: bool,
) -> tuple[ObservationResult, ...]:  # fmt: skip
    """Results in the order of the input, without distances where those mean nothing. spread: of `spread_of`."""
    numbers = np.column_stack([spread, seen.sun_distances]).tolist()
    residuals = (seen.residuals / ARCSEC_RAD).tolist()
    shares_known = bool(np.all(np.isfinite(shares)))
    weights = fit_sigmas_arcsec(best.track).tolist()
    rows: list[ObservationResult] = [ObservationResult(id=None, result_state=verdict)] * len(order)
    for row, k in enumerate(order):
        distance, sigma, low, high, from_sun = numbers[row] if meaningful else (None,) * 5
        ra, dec = residuals[row] if math.isfinite(sum(residuals[row])) else (None, None)
        rows[k] = ObservationResult(
            id=observations[k].id,
            result_state=verdict,
            distance_au=distance,
            distance_sigma_au=sigma,
            distance_low_au=low,
            distance_high_au=high,
            heliocentric_distance_au=from_sun,
            residual_ra_arcsec=ra,
            residual_dec_arcsec=dec,
            used=bool(best.used[row]),
            # A share of everything may come out a rounding above 1.
            information_share=min(1.0, float(shares[row])) if meaningful and shares_known else None,
            fit_sigma_ra_arcsec=weights[row][0],
            fit_sigma_dec_arcsec=weights[row][1],
        )
    return tuple(rows)


def _follow_up(
    in_order: list[Observation], best: Solution, after: Posterior, seen: Prediction, orbit: Orbit, spread: Floats,
    table: PlanetTable, as_of: datetime | None,
) -> FollowUp | None:  # fmt: skip
    like, moment = like_and_after([one for one, used in zip(in_order, best.used, strict=True) if used], as_of)
    return plan_follow_up(
        state=after.state,
        covariance=after.covariance,
        epoch_mjd=after.epoch_mjd,
        range_partials=seen.range_partials[best.used] @ np.asarray(np.linalg.inv(after.turn), dtype=np.float64),
        distances=after.distances[best.used],
        relative_sigma=float(np.max(spread[best.used, 1] / spread[best.used, 0])),
        like=like,
        after=moment,
        table=table,
        family=after.family,
        h_magnitude=orbit.h_magnitude,
    )
