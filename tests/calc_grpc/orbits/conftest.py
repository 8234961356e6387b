"""Published cases and made-up skies for the tests of the orbit room."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.elements import ICRF_TO_ECLIPTIC, Elements, state_from_elements
from calc_grpc.orbits.kepler import propagate
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.perturbations import displacements
from calc_grpc.orbits.track import build_track

DATA = Path(__file__).parents[2] / "data"
START = datetime(2020, 1, 1, tzinfo=UTC)
START_MJD_TDB = 58849.0

Sky = tuple[list[Observation], np.ndarray]


@pytest.fixture(scope="session")
def observations_of() -> Callable[[list[dict[str, Any]]], list[Observation]]:
    """Read the rows of a data file."""
    return _observations


def _observations(rows: list[dict[str, Any]]) -> list[Observation]:
    return [Observation(**{**row, "observed_at": datetime.fromisoformat(row["observed_at"])}) for row in rows]


@pytest.fixture(scope="session")
def ceres() -> dict[str, Any]:
    return json.loads((DATA / "ceres_1801.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def cases() -> dict[str, dict[str, Any]]:
    rows = json.loads((DATA / "orbit_cases.json").read_text(encoding="utf-8"))["cases"]
    return {row["id"]: row for row in rows}


@pytest.fixture(scope="session")
def sky_of() -> Callable[..., Sky]:
    """Make positions of an object with given elements, planets and light-time, with noise; and its distances."""

    def make(elements: Elements, days: Any, *, noise_arcsec: float = 0.3, seed: int = 1) -> Sky:
        random = np.random.default_rng(seed)
        state = ICRF_TO_ECLIPTIC.T @ state_from_elements(elements)
        bare = [
            Observation(
                observed_at=START + timedelta(days=float(day)), ra_deg=0.0, dec_deg=0.0, station="F51", id=100 + k,
                sigma_ra_arcsec=max(noise_arcsec, 0.01), sigma_dec_arcsec=max(noise_arcsec, 0.01),
            )
            for k, day in enumerate(days)
        ]  # fmt: skip
        track = build_track(bare)
        made, distances = [], np.empty(len(bare))
        pulled = displacements(state, START_MJD_TDB, track.mjd)
        for k, observation in enumerate(bare):
            line = np.zeros(3)
            for _ in range(5):
                light_days = float(np.linalg.norm(line)) / LIGHT_AU_PER_DAY
                place = propagate(state, track.mjd[k] - light_days - START_MJD_TDB)[:3] + pulled[k, :3]
                line = place - light_days * pulled[k, 3:] - track.observer[k]
            distances[k] = np.linalg.norm(line)
            off = random.normal(size=2) * noise_arcsec / 3600.0
            dec = float(np.degrees(np.arcsin(line[2] / distances[k]))) + off[0]
            ra = float(np.degrees(np.arctan2(line[1], line[0]))) + off[1] / np.cos(np.radians(dec))
            made.append(replace(observation, ra_deg=float(ra % 360.0), dec_deg=float(dec)))
        return made, distances

    return make


@pytest.fixture(scope="session")
def main_belt() -> Elements:
    return Elements(q_au=2.4, e=0.12, i_rad=0.14, node_rad=0.9, peri_rad=2.1, since_perihelion_days=100.0)
