"""How far an object was from those who saw it: the whole way from positions to distances, orbit and verdict."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from calc_grpc.orbits import follow_up
from calc_grpc.orbits.answer import describe, no_orbit
from calc_grpc.orbits.errors import UnusableObservations
from calc_grpc.orbits.leverage import information_shares
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.perturbations import planet_table
from calc_grpc.orbits.prediction import frame_at, predict
from calc_grpc.orbits.progress import Progress
from calc_grpc.orbits.result import DistanceResult
from calc_grpc.orbits.rivals import find_rivals, loosened
from calc_grpc.orbits.search import find_solutions
from calc_grpc.orbits.selection import perturbed
from calc_grpc.orbits.track import build_track
from calc_grpc.orbits.uncertainty import posterior
from calc_grpc.orbits.validation import DUPLICATE_OBSERVATION, find_problems

NEAR_AU = 0.01
TABLE_MARGIN_DAYS = 1.0  # light from the farthest object takes half a day


def determine_distance(
    observations: Sequence[Observation],
    *,
    as_of: datetime | None = None,
    report: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DistanceResult:
    """Determine the distance at each observation.

    as_of: the moment which the nights to come follow; None: the last observation. report(fraction, stage) is called at
    most ten times a second; cancelled() is polled and ends the work with Cancelled. Raises UnusableObservations for
    what `find_problems` lists, but takes duplicates.
    Method: least squares at many ranges on a well observed stretch, every hollow extended to all observations with
    outliers left out, the best kept; spread from covariance or range profile. Motion about the Sun under the pull of
    the planets and the Moon, with light time; gravity only, which is good to 1e-4 of the distance for 1I/'Oumuamua.
    """
    _refuse_unusable(observations)
    progress = Progress(report, cancelled)
    progress.at(0.0, "placing observers")
    order = sorted(range(len(observations)), key=lambda k: observations[k].observed_at)
    track = build_track([observations[k] for k in order], progress.poll)
    first, last = float(track.mjd[0]), float(track.mjd[-1])
    ahead = follow_up.days_ahead(observations[order[-1]].observed_at, as_of)
    table = planet_table(first - TABLE_MARGIN_DAYS, last + ahead, progress.poll)
    solutions = find_solutions(track, table, progress)
    if not solutions:
        return no_orbit(observations, track)
    best = solutions[0]
    spread = math.sqrt(max(1.0, best.misfit))
    progress.at(0.85, "estimating the uncertainty")
    epoch = float(round(track.mjd[best.used].mean()))
    loose = loosened(best, spread, progress)
    after = posterior(loose, table, epoch, progress.poll)
    rivals = find_rivals(solutions, table, after, spread, progress)
    progress.at(0.95, "looking ahead")
    result = describe(observations, order, best, after, rivals, information_shares(loose), table, as_of)
    progress.at(1.0, "done")
    return result


def warm_up() -> None:
    """Compile or load every kernel by solving a small built-in case; later calls start at once."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    steps = ((0.0, 0.0), (0.05, -0.0117), (2.0, -0.468), (4.0, -0.921), (4.05, -0.933))
    case = [
        Observation(observed_at=start + timedelta(days=days), ra_deg=120.0 + offset, dec_deg=20.0, station="500")
        for days, offset in steps
    ]
    determine_distance(case)
    track = build_track(case)
    frame, table = frame_at(track, 0), planet_table(float(track.mjd[0]), float(track.mjd[-1]))
    near = np.array([0.0, 0.0, math.log(NEAR_AU), 0.0, 0.0, 0.0])  # what only an object near the Earth needs
    predict(perturbed(track, table, frame, near), frame, near)
    follow_up.warm_up()


def _refuse_unusable(observations: Sequence[Observation]) -> None:
    """The clock is the caller's business, so only what no clock decides is refused."""
    latest = datetime.max.replace(tzinfo=UTC)
    for problem in find_problems(observations, now=latest):
        if problem.reason != DUPLICATE_OBSERVATION:
            raise UnusableObservations(f"{problem.path}: {problem.message}")
