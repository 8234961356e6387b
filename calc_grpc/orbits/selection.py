"""From an orbit of a few nights to one of all observations, leaving out those that contradict the rest."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calc_grpc.orbits.compiled import Floats, Rows
from calc_grpc.orbits.initial_orbit import ROBUST
from calc_grpc.orbits.perturbations import PlanetTable
from calc_grpc.orbits.prediction import LOG_RANGE, Frame, bent, displaced, predict
from calc_grpc.orbits.refine import GROSS, Fit, polled_fit
from calc_grpc.orbits.track import Track

WIDENING = 2.0  # each pass of `extend` looks this many times farther from the window
REJECT_ABOVE = 14.0  # squared normalised residual of a position: one good one in a thousand
READMIT_BELOW = 11.0
HOPELESS = 1e5  # chi-squared of a position; such an orbit is not pursued
MOST_REJECTED = 1.0 / 3.0
FEWEST_KEPT = 4
REJECTION_PASSES = 12
CHI2_MEDIAN = 1.386  # median of chi-squared with two degrees of freedom
LOG_BENT = math.log(0.03)  # range from which the partials of what the planets do are neglected: the fit settles so too
SETTLED_RAD = 1e-9  # 0.0002 arcsec; a smaller change of what the planets do needs no further fit


@dataclass(frozen=True, kw_only=True)
class Solution:
    """An orbit fitted to the used observations of a track, which carries what the planets do to this orbit.

    score compares solutions on all observations: chi-squared of the used ones, a fixed fine for each left out, prior.
    """

    track: Track
    frame: Frame
    fit: Fit
    used: NDArray[np.bool_]
    score: float

    @property
    def chi2_reduced(self) -> float | None:
        """Chi-squared over degrees of freedom; None when there are none."""
        freedom = 2 * int(self.used.sum()) - 6
        return self.fit.data_cost / freedom if freedom > 0 else None

    @property
    def misfit(self) -> float:
        """Chi-squared reduced, also where no degree of freedom is left and it should be near zero."""
        return self.fit.data_cost / max(2 * int(self.used.sum()) - 6, 1)


def squared_residuals(track: Track, frame: Frame, parameters: Floats) -> Floats:
    """Squared normalised residual of each position, (n,)."""
    residuals = predict(track, frame, parameters).residuals
    p, q, r = track.whitening.T
    with np.errstate(invalid="ignore"):
        squares = (p * residuals[:, 0]) ** 2 + (q * residuals[:, 0] + r * residuals[:, 1]) ** 2
    return np.where(np.isfinite(squares), squares, np.inf)


def extend(
    track: Track, table: PlanetTable, frame: Frame, parameters: Floats, rows: Rows, on_step: Callable[[], None]
) -> Floats:
    """Widen the fitted stretch around the window until it holds all observations; return the parameters."""
    first, last = float(track.mjd[rows].min()), float(track.mjd[rows].max())
    half = max(0.5 * (last - first), 0.5)
    middle = 0.5 * (first + last)
    while True:
        on_step()
        use = (np.abs(track.mjd - middle) <= half + 1e-6).astype(np.float64)
        pulled = perturbed(track, table, frame, parameters, use)
        parameters = _robust_fit(pulled, frame, parameters, use, on_step)
        if use.all():
            return parameters
        half *= WIDENING


def perturbed(track: Track, table: PlanetTable, frame: Frame, parameters: Floats, use: Floats | None = None) -> Track:
    """The track with what the planets do to this orbit, near the Earth also how that depends on the orbit.

    use: rows to do it for, others stay where two bodies have them; None: all.
    """
    displacement = displaced(track, table, frame, parameters, np.ones(track.mjd.size) if use is None else use)
    if parameters[LOG_RANGE] > LOG_BENT:
        return track._replace(displacement=displacement, bending=track.bending[:0])
    bending = bent(track, table, frame, parameters, displacement)
    return track._replace(displacement=displacement, bending=bending)


def _robust_fit(track: Track, frame: Frame, parameters: Floats, use: Floats, on_step: Callable[[], None]) -> Floats:
    """Fit with a loss that starts as wide as the residuals are and narrows to ROBUST sigmas."""
    for _ in range(4):
        on_step()
        squares = squared_residuals(track, frame, parameters)[use > 0.0]
        scale = math.sqrt(float(np.median(squares)) / CHI2_MEDIAN)
        if not scale < GROSS:
            scale = GROSS
        wide = scale > 1.5
        loss = ROBUST * max(1.0, scale)
        improved = polled_fit(track, frame, parameters, use, loss, False, 25, 1e-3, on_step)
        if not improved.cost < np.inf:
            return parameters
        parameters = improved.parameters
        if not wide:
            break
    return parameters


def reject(track: Track, table: PlanetTable, frame: Frame, parameters: Floats, on_step: Callable[[], None]) -> Solution:
    """Fit by plain least squares, leaving out and taking back observations until the choice stands.

    What the planets do is worked out anew for each fit; far from the Earth its partials are neglected, so a fit of a
    long arc is repeated until that settles. The threshold grows with the scatter, so that loose weights do not empty
    the set. Reference: Carpino, Milani & Chesley 2003, Icarus 166, 248, section 3, with one threshold in place of
    their iteration of it.
    """
    track = perturbed(track, table, frame, parameters)
    used = np.ones(track.mjd.size, dtype=bool)
    used = _choose(squared_residuals(track, frame, parameters), used)
    seen: set[bytes] = set()
    for _ in range(REJECTION_PASSES):
        on_step()
        use = used.astype(np.float64)
        best = polled_fit(track, frame, parameters, use, GROSS, False, 50, 1e-7, on_step)
        if not best.cost < np.inf or best.data_cost > HOPELESS * float(use.sum()):
            break
        parameters = best.parameters
        again = perturbed(track, table, frame, parameters)
        change = float(np.max(np.abs(again.displacement - track.displacement)))
        track = again
        seen.add(used.tobytes())
        chosen = _choose(squared_residuals(track, frame, parameters), used)
        stands = np.array_equal(chosen, used) or chosen.tobytes() in seen
        if stands and change < SETTLED_RAD * math.exp(parameters[LOG_RANGE]):
            break
        if not stands:
            used = chosen
    score = float(best.cost + REJECT_ABOVE * np.count_nonzero(~used))
    return Solution(track=track, frame=frame, fit=best, used=used, score=score)


def _choose(squares: Floats, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if squares.size <= FEWEST_KEPT:
        return np.ones(squares.size, dtype=bool)
    spread = max(1.0, float(np.median(squares)) / CHI2_MEDIAN)
    keep = squares <= np.where(used, REJECT_ABOVE, READMIT_BELOW) * spread
    fewest = max(FEWEST_KEPT, math.ceil(squares.size * (1.0 - MOST_REJECTED)))
    if np.count_nonzero(keep) < fewest:
        keep = np.zeros(squares.size, dtype=bool)
        keep[np.argsort(squares, kind="stable")[:fewest]] = True
    return np.asarray(keep)
