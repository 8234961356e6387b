"""The exact orbits of those that came near, and which of them are worth following."""

from typing import NamedTuple

import numpy as np

from calc_grpc.catalogue.elements import Elements
from calc_grpc.identification.columns import RUNOFFS, apsidal_axes
from calc_grpc.identification.cone import drift_factors
from calc_grpc.orbits.compiled import Floats, Rows, compiled
from calc_grpc.orbits.kepler import SQRT_MU, kepler_step

NEAREST_AU = 0.3  # below, an opposition says little of how bright an object usually is
UNKNOWN_H = 20.0


class Near(NamedTuple):
    """Orbits (n,) that came near: rows of the catalogue; heliocentric ICRF states (n, 6) at epochs MJD TDB (n,).

    runoffs: rad a day, see `orbits.tolerance`; drifts: see `cone.py`; q: perihelion distance, au.
    """

    rows: Elements
    states: Floats
    epochs: Floats
    runoffs: Floats
    drifts: Floats
    q: Floats

    def at(self, which: Rows) -> "Near":
        """Some of them, by their rows or as a mask."""
        return Near(
            self.rows[which], self.states[which], self.epochs[which], self.runoffs[which], self.drifts[which],
            self.q[which],
        )  # fmt: skip


def near_orbits(rows: Elements) -> Near:
    """Work out the states of some asteroids."""
    q, e = np.ascontiguousarray(rows["q_au"]), rows["e"]
    towards, beyond = apsidal_axes(rows)
    speed = SQRT_MU * np.sqrt((1.0 + e) / q)
    perihelia = np.concatenate([q[:, None] * towards, speed[:, None] * beyond], axis=1)
    epochs = np.ascontiguousarray(rows["epoch_mjd_tdb"])
    states = np.empty_like(perihelia)
    fill_states(perihelia, epochs - rows["tp_mjd_tdb"], states)
    runoffs = RUNOFFS[np.minimum(rows["condition"], len(RUNOFFS) - 1)]
    return Near(rows, states, epochs, runoffs, drift_factors(q, e), q)


def affordable(rows: Elements, mjd: Floats, days_max: float) -> Rows:
    """Which rows can be followed to the times mjd (m,) for so many object-days: all, or the usually brightest."""
    epochs = rows["epoch_mjd_tdb"]
    days = np.maximum(np.abs(epochs - mjd.min()), np.abs(epochs - mjd.max()))
    if days.sum() <= days_max:
        return np.arange(len(rows))
    by_brightness = np.argsort(_usual_brightness(rows), kind="stable")
    return np.sort(by_brightness[np.cumsum(days[by_brightness]) <= days_max])


@compiled
def fill_states(perihelia: Floats, since_days: Floats, states: Floats) -> None:
    """Fill states (n, 6) so many days (n,) after the states at perihelion (n, 6)."""
    for i in range(perihelia.shape[0]):
        kepler_step(perihelia[i], since_days[i], states[i])


def _usual_brightness(rows: Elements) -> Floats:
    """V at the mean distance, opposite to the Sun."""
    a = rows["q_au"] / np.maximum(1.0 - rows["e"], 0.01)
    h = np.where(np.isfinite(rows["h"]), rows["h"], UNKNOWN_H)
    return np.asarray(h + 5.0 * np.log10(a * np.maximum(a - 1.0, NEAREST_AU)))
