"""Which known asteroid was observed: the whole way from positions to the asteroids that fit.

Three sieves, each finer and dearer than the one before: two-body motion of the whole catalogue, the planets' pull to
first order, and the full integration of the few that are left.
"""

import math
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from calc_grpc.catalogue.elements import pack_elements
from calc_grpc.catalogue.elements_file import write_file
from calc_grpc.identification.candidates import candidate_of
from calc_grpc.identification.columns import Catalogue, open_catalogue
from calc_grpc.identification.motion import sky_motion
from calc_grpc.identification.near import Near, affordable, near_orbits
from calc_grpc.identification.pull import check_with_pull
from calc_grpc.identification.result import Candidate, Identification, Question
from calc_grpc.identification.sky import Sky, build_sky
from calc_grpc.identification.sweep import sweep
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.perturbations import PlanetTable, planet_table
from calc_grpc.orbits.positions import Place, known_orbit, predict_positions
from calc_grpc.orbits.progress import Progress

T = TypeVar("T")

THREAD_COUNT = min(2, os.cpu_count() or 1)  # the kernels do not hold the interpreter
SWEPT_PER_STEP = 50_000  # 20 ms
PULLED_PER_STEP = 20
FOLLOWED_PER_STEP = 4
LISTED_MAX = 20
PULLED_DAYS_MAX = 1.6e8  # object-days, some 1 s of two cores
FOLLOWED_DAYS_MAX = 3e6  # object-days, some 0.5 s of two cores within decades, 1 to 3 s over centuries
TABLE_MARGIN_DAYS = 1.0
TABLE_CELL_DAYS = 400.0
POLL_S = 0.05


def identify_asteroid(
    question: Question,
    *,
    report: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Identification:
    """Compare observations with every orbit of a catalogue and return those that fit, the closest first.

    report(fraction, stage) is called at most ten times a second; cancelled() is polled and ends the work with
    Cancelled. Raises UnusableObservations for a station without a place; OSError, UnknownLayout or DamagedFile for the
    file. An asteroid fits that moves alike and is within its tolerance (`orbits.tolerance`) at most of the
    observations. Not found is what has passed a planet closely since the epoch of its elements, or is known worse than
    20'. Where so many come near that following them would take too long (observations decades from the epochs), the
    faintest are left out and the answer says how many.
    """
    progress = Progress(report, cancelled)
    progress.at(0.0, "opening the catalogue")
    catalogue = open_catalogue(question.elements_path, progress.poll)
    progress.at(0.1, "placing observers")
    sky = build_sky(question.observations, progress.poll)
    swept = np.flatnonzero(_sweep(catalogue, sky, progress))
    rows = catalogue.rows[swept]
    near = near_orbits(rows[affordable(rows, sky.track.mjd, PULLED_DAYS_MAX)])
    left_out = swept.size - near.q.size
    progress.at(0.5, "looking at those that are near")
    table = _table(near, sky, progress)
    near = near.at(_check_with_pull(near, sky, table, progress))
    followed = near.at(affordable(near.rows, sky.track.mjd, FOLLOWED_DAYS_MAX))
    left_out += near.q.size - followed.q.size
    progress.at(0.7, "following those that are near")
    fitting = sorted(_follow(followed, sky, table, progress), key=lambda candidate: candidate.separation_arcsec)
    progress.at(1.0, "done")
    return Identification(
        candidates=tuple(fitting[:LISTED_MAX]),
        candidate_count=len(fitting),
        object_count=len(catalogue.rows),
        near_count=swept.size,
        left_out_count=left_out,
        compared_observation_count=sky.places.size,
        motion=None if sky.night is None else sky_motion(sky.night.observed),
        note=_note(len(catalogue.rows), left_out),
    )


def warm_up() -> None:
    """Compile or load every kernel by identifying the one asteroid of a made-up catalogue."""
    known = known_orbit(
        epoch_mjd_tdb=58800.0, e=0.1, q_au=2.5, i_deg=9.0, node_deg=8.0, peri_deg=7.0, tp_mjd_tdb=58700.0,
        a_au=None, mean_anomaly_deg=None,
    )  # fmt: skip
    moments = [datetime(2020, 1, 1, hour, tzinfo=UTC) for hour in (0, 1, 2)]
    seen = [
        Observation(observed_at=one.time, ra_deg=one.ra_deg, dec_deg=one.dec_deg, station="500")
        for one in predict_positions(known, moments, [Place(station="500")] * len(moments))
    ]
    fields = ("spkid", "pdes", "name", "epoch", "e", "q", "i", "om", "w", "tp", "condition_code")
    row = (1, "1", "", 2_458_800.5, 0.1, 2.5, 9.0, 8.0, 7.0, 2_458_700.5, 0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "elements"
        write_file(path, [pack_elements(fields, [row])])
        identify_asteroid(Question(observations=seen, elements_path=path))


def _sweep(catalogue: Catalogue, sky: Sky, progress: Progress) -> NDArray[np.bool_]:
    near = np.zeros(len(catalogue.rows), np.bool_)
    rows = sky.swept
    days = sky.track.mjd[rows] - catalogue.reference_mjd
    observer, toward = sky.track.observer[rows], sky.track.toward[rows]

    def one(first: int) -> None:
        last = min(first + SWEPT_PER_STEP, near.size)
        sweep(catalogue.columns, first, last, days, observer, toward, sky.scatter, near)

    _each(one, range(0, near.size, SWEPT_PER_STEP), progress, 0.15, 0.5, "comparing every orbit")
    return near


def _table(near: Near, sky: Sky, progress: Progress) -> PlanetTable:
    times = np.concatenate([near.epochs, sky.track.mjd])
    first = math.floor((float(times.min()) - TABLE_MARGIN_DAYS) / TABLE_CELL_DAYS)
    last = math.ceil((float(times.max()) + TABLE_MARGIN_DAYS) / TABLE_CELL_DAYS)
    progress.poll()
    return _table_of(first, last)


@lru_cache(maxsize=1)
def _table_of(first: int, last: int) -> PlanetTable:
    """Whole cells: most identifications share a table, and an orbit of another age costs only the first of them."""
    return planet_table(first * TABLE_CELL_DAYS, last * TABLE_CELL_DAYS)


def _check_with_pull(near: Near, sky: Sky, table: PlanetTable, progress: Progress) -> NDArray[np.bool_]:
    fits = np.zeros(near.q.size, np.bool_)
    rows = sky.swept
    mjd, observer, toward = sky.track.mjd[rows], sky.track.observer[rows], sky.track.toward[rows]

    def some(first: int) -> None:
        part = slice(first, first + PULLED_PER_STEP)
        check_with_pull(
            table, near.states[part], near.epochs[part], near.runoffs[part], near.drifts[part], near.q[part],
            mjd, observer, toward, sky.scatter, fits[part],
        )  # fmt: skip

    _each(some, range(0, fits.size, PULLED_PER_STEP), progress, 0.5, 0.7, "looking at those that are near")
    return fits


def _follow(near: Near, sky: Sky, table: PlanetTable, progress: Progress) -> list[Candidate]:
    def some(first: int) -> list[Candidate | None]:
        last = min(first + FOLLOWED_PER_STEP, near.q.size)
        return [candidate_of(near, i, sky, table) for i in range(first, last)]

    starts = range(0, near.q.size, FOLLOWED_PER_STEP)
    found = _each(some, starts, progress, 0.7, 1.0, "following those that are near")
    return [candidate for part in found for candidate in part if candidate is not None]


def _each(
    call: Callable[[int], T], parts: Sequence[int], progress: Progress, begin: float, end: float, stage: str
) -> list[T]:
    """Call for every part, in threads; progress runs from begin to end. What a call raises is raised here."""
    with ThreadPoolExecutor(THREAD_COUNT) as threads:
        futures = [threads.submit(call, part) for part in parts]
        try:
            pending = set(futures)
            while pending:
                _, pending = wait(pending, POLL_S, return_when=FIRST_EXCEPTION)
                progress.at(begin + (end - begin) * (1.0 - len(pending) / len(futures)), stage)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
        return [future.result() for future in futures]


def _note(object_count: int, left_out: int) -> str:
    if not object_count:
        return "The catalogue holds no orbits; synchronise it."
    if left_out:
        return (
            f"The observations lie so far from the epochs of the catalogue's elements that {left_out:,} more asteroids "
            "might be the one: only the brightest were followed."
        )
    return ""
