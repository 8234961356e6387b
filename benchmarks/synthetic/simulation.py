"""What observers would report of a target, and what was true."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calc_grpc.orbits.observation import Observation
from synthetic.ephemeris import Ephemeris, sightlines
from synthetic.information import ARCSEC_RAD, STATED_ARCSEC, covariance, weigh
from synthetic.observing import Visit, geocentric, instants_of, look, noise_arcsec, rounded
from synthetic.plans import Group
from synthetic.populations import Random, Target

Floats = NDArray[np.float64]

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
    known = weigh(lines, observations, covariance(group, visits))
    return {
        "id": f"{group.kind}-{group.arc}-{number:03d}",
        "object": target.name,
        "kind": group.kind,
        "arc": group.arc,
        "truth": "integration among Sun, planets and Moon of DE440",
        "observations": [observations[k] for k in order],
        "distance_au": [round(float(truth[k]), 12) for k in order],
        "limit_rel": float(f"{known.limit_rel:.3g}"),
        "optimal_rel": float(f"{known.optimal_rel:.3g}"),
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
