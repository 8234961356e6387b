"""Finding the orbits that observations allow: scans of ranges, each more patient than the one before."""

import math

from calc_grpc.orbits.initial_orbit import scan_ranges, window_rows
from calc_grpc.orbits.perturbations import PlanetTable
from calc_grpc.orbits.progress import Progress
from calc_grpc.orbits.selection import Solution, extend, reject
from calc_grpc.orbits.track import Track, densest_days
from calc_grpc.orbits.verdict import SPARSE_DAYS

# Scans, each tried when those before gave no good orbit: longest stretch in days, fineness, whether to start at rest.
SCANS = ((40.0, 1, False), (40.0, 4, False), (40.0, 4, True), (10.0, 2, False), (3.0, 2, False))
GOOD_CHI2 = 3.0  # reduced; below, no further scan is made
GOOD_SHARE_USED = 0.85
SHARE = 0.8  # of the whole progress


def find_solutions(track: Track, table: PlanetTable, progress: Progress) -> list[Solution]:
    """Scan, extend and compare on all observations; best first, empty when no orbit comes near."""
    solutions: list[Solution] = []
    share = SHARE / len(SCANS)
    tried: set[tuple[bytes, int, bool]] = set()
    scans = SCANS[:1] if densest_days(track.mjd) > SPARSE_DAYS else SCANS  # patience cannot join what lies so far apart
    for turn, (longest_days, fineness, resting) in enumerate(scans):
        rows = window_rows(track.mjd, longest_days)
        if (rows.tobytes(), fineness, resting) in tried:
            continue
        tried.add((rows.tobytes(), fineness, resting))
        base = turn * share

        def scanning(fraction: float, base: float = base) -> None:
            progress.at(base + 0.7 * share * fraction, "scanning ranges")

        frame, starts = scan_ranges(track, rows, scanning, fineness=fineness, resting=resting)
        for start in starts:
            progress.at(base + 0.8 * share, "refining orbits")
            whole = extend(track, table, frame, start, rows, progress.poll)
            solutions.append(reject(track, table, frame, whole, progress.poll))
        solutions = [one for one in solutions if math.isfinite(one.score)]
        solutions.sort(key=lambda one: one.score)
        if solutions and _is_good(solutions[0]):
            break
    return solutions


def _is_good(solution: Solution) -> bool:
    return solution.misfit < GOOD_CHI2 and float(solution.used.mean()) >= GOOD_SHARE_USED
