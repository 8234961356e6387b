"""Orbits fitted to made-up skies, for tests of what comes after the fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.perturbations import PlanetTable, planet_table
from calc_grpc.orbits.progress import Progress
from calc_grpc.orbits.search import find_solutions
from calc_grpc.orbits.selection import Solution
from calc_grpc.orbits.track import Track, build_track


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A track with its planets and every solution, best first."""

    track: Track
    table: PlanetTable
    solutions: list[Solution]

    @property
    def best(self) -> Solution:
        return self.solutions[0]

    @property
    def epoch_mjd(self) -> float:
        return float(round(self.track.mjd.mean()))


def no_step() -> None:
    """Nobody cancels."""


def silent() -> Progress:
    return Progress(None, None)


def track_of(observations: Sequence[Observation]) -> tuple[Track, PlanetTable]:
    track = build_track(observations)
    return track, planet_table(float(track.mjd[0]) - 1.0, float(track.mjd[-1]) + 1.0)


def fitted(observations: Sequence[Observation]) -> Fitted:
    """As `determine_distance` does it; observations in order of time."""
    track, table = track_of(observations)
    return Fitted(track=track, table=table, solutions=find_solutions(track, table, silent()))
