"""What observers would report of a target, what was true, and how well the truth can be known."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calc_grpc.orbits.observation import Observation
from synthetic.ephemeris import Ephemeris, sightlines
from synthetic.observing import (
    OFFSET_ARCSEC,
    OFFSET_SHARE,
    STATIONS,
    Visit,
    geocentric,
    instants_of,
    look,
    noise_arcsec,
    rounded,
)
from synthetic.plans import Group
from synthetic.populations import Random, Target

Floats = NDArray[np.float64]

ARCSEC_RAD = np.pi / 648_000.0
STATED_ARCSEC = 0.2
CLONE_STEP = 1e-4  # of the distance; partials are central differences of the integration


def simulate(group: Group, number: int, seed: int, ephemeris: Ephemeris) -> dict[str, Any]:
    """One case, the same whenever it is made."""
    random = np.random.default_rng([seed, number, *f"{group.kind} {group.arc}".encode()])
    drawn = None
    while drawn is None:
        drawn = group.plan(random)
    target, visits = drawn
    visits = sorted(visits, key=lambda one: one.mjd)
    rows = [row for one in visits for row in look(one.station, np.array(one.mjd))]
    lines = lines_of_sight(ephemeris, target, rows)
    truth = np.linalg.norm(lines[:, 0], axis=1)
    observations = list(measured(random, group, visits, rows, lines[:, 0] / truth[:, None]))
    order = sorted(range(len(rows)), key=lambda k: rows[k].observed_at)  # visits may overlap
    noise = np.full(len(rows), STATED_ARCSEC) if group.stated else np.array([STATIONS[row.station][0] for row in rows])
    return {
        "id": f"{group.kind}-{group.arc}-{number:03d}",
        "object": target.name,
        "kind": group.kind,
        "arc": group.arc,
        "truth": "integration among Sun, planets and Moon of DE440",
        "observations": [observations[k] for k in order],
        "distance_au": [round(float(truth[k]), 12) for k in order],
        "limit_rel": float(f"{limit(lines, noise, [] if group.stated else visits):.3g}"),
    }


def lines_of_sight(ephemeris: Ephemeris, target: Target, rows: list[Observation]) -> Floats:
    """Sight lines (n, 13, 3), au: of the target, then of twelve clones displaced to either side in every coordinate."""
    tdb = instants_of(rows)
    body = "earth" if target.geocentric else "sun"
    start = target.state + np.concatenate(
        [ephemeris.place(body, target.epoch_mjd), ephemeris.velocity(body, target.epoch_mjd)]
    )
    observer = ephemeris.place("earth", tdb) + geocentric(rows)
    distance = float(np.linalg.norm(start[:3] - observer[0]))
    arc = max(float(tdb[-1] - target.epoch_mjd), 0.05)
    steps = CLONE_STEP * distance * np.diag([1.0, 1.0, 1.0, 1.0 / arc, 1.0 / arc, 1.0 / arc])
    clones = start + np.concatenate([np.zeros((1, 6)), steps, -steps])
    path = ephemeris.trajectories(target.epoch_mjd, float(tdb.max()), clones)
    return sightlines(path, observer, tdb)


def measured(
    random: Random, group: Group, visits: list[Visit], rows: list[Observation], toward: Floats
) -> Iterator[dict[str, Any]]:
    """What observers would report."""
    ra, dec = np.arctan2(toward[:, 1], toward[:, 0]), np.arcsin(toward[:, 2])
    if group.stated:
        errors = [(random.normal(0.0, STATED_ARCSEC, 2), False) for _ in rows]
    else:
        errors = list(noise_arcsec(random, visits))
    for row, a, d, (error, gross) in zip(rows, ra, dec, errors, strict=True):
        seen_ra = float(np.degrees(a + error[0] * ARCSEC_RAD / np.cos(d))) % 360.0
        there = replace(row, ra_deg=seen_ra, dec_deg=float(np.degrees(d + error[1] * ARCSEC_RAD)))
        there = there if group.stated else rounded(there)
        case: dict[str, Any] = {
            "observed_at": row.observed_at.isoformat().replace("+00:00", "Z"),
            "ra_deg": round(there.ra_deg, 8),
            "dec_deg": round(there.dec_deg, 8),
            "station": row.station,
        }
        if group.stated:
            case |= {"sigma_ra_arcsec": STATED_ARCSEC, "sigma_dec_arcsec": STATED_ARCSEC}
        if gross:
            case["gross"] = True
        yield case


def limit(lines: Floats, noise_arcsec: Floats, visits: list[Visit]) -> float:
    """Largest relative 1-sigma of the distances that noise (n,) and common offsets allow (Cramer-Rao)."""
    distance = np.linalg.norm(lines[:, 0], axis=1)
    toward = lines[:, 0] / distance[:, None]
    east = np.stack([-toward[:, 1], toward[:, 0], np.zeros(len(toward))], axis=1)
    east /= np.linalg.norm(east, axis=1)[:, None]
    partials = (lines[:, 1:7] - lines[:, 7:13]) / 2.0  # of each clone step
    whitening = np.linalg.inv(np.linalg.cholesky(covariance(noise_arcsec, visits)))
    sky = [np.einsum("nki,ni->nk", partials, axis) / distance[:, None] for axis in (east, np.cross(toward, east))]
    design = np.concatenate([whitening @ one for one in sky])
    ranges = np.einsum("nki,ni->nk", partials, toward) / distance[:, None]
    scale = np.linalg.norm(design, axis=0)
    spread = (ranges / scale) @ np.linalg.pinv(design / scale, rcond=1e-14)
    return float(np.max(np.linalg.norm(spread, axis=1)))


def covariance(noise_arcsec: Floats, visits: list[Visit]) -> Floats:
    """Of the errors in one coordinate, rad2, (n, n): a visit shares what offsets it has on average."""
    shared = np.zeros((len(noise_arcsec), len(noise_arcsec)))
    first = 0
    for one in visits:
        rows = slice(first, first + len(one.mjd))
        shared[rows, rows] = OFFSET_SHARE * OFFSET_ARCSEC**2
        first += len(one.mjd)
    return (np.diag(noise_arcsec**2) + shared) * ARCSEC_RAD**2
