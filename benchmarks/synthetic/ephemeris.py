"""Truth that owes nothing to the solver: JPL DE440 and a numerical integration among its bodies."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jplephem.spk import SPK
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicHermiteSpline

Floats = NDArray[np.float64]

AU_KM = 149_597_870.7  # IAU 2012
DAY_S = 86_400.0
LIGHT_AU_PER_DAY = 299_792.458 * DAY_S / AU_KM
MJD_ZERO_JD = 2_400_000.5
# Segments of the kernel that add up to each barycentric place, and GM in km3/s2 (Park et al. 2021, AJ 161, 105,
# table 2). From Mars on the GM is that of the whole system, whose barycentre the kernel gives.
BODIES: dict[str, tuple[tuple[tuple[int, int], ...], float]] = {
    "sun": (((0, 10),), 132_712_440_041.279419),
    "mercury": (((0, 1), (1, 199)), 22_031.868551),
    "venus": (((0, 2), (2, 299)), 324_858.592),
    "earth": (((0, 3), (3, 399)), 398_600.435507),
    "moon": (((0, 3), (3, 301)), 4_902.800118),
    "mars": (((0, 4),), 42_828.375816),
    "jupiter": (((0, 5),), 126_712_764.1),
    "saturn": (((0, 6),), 37_940_584.8418),
    "uranus": (((0, 7),), 5_794_556.4),
    "neptune": (((0, 8),), 6_836_527.10058),
}
TO_AU3_PER_DAY2 = DAY_S**2 / AU_KM**3
RELATIVE, ABSOLUTE = 1e-13, 1e-16  # of DOP853; au and au/day
NODE_DAYS = 0.25  # of the splined places of the attracting bodies, which are good to 5e-10 au
LONGEST_STEP_DAYS = 2.0  # keeps the interpolation between steps as good as the steps


class Ephemeris:
    """Barycentric places of Sun, planets and Moon, ICRF axes."""

    def __init__(self, kernel: Path) -> None:
        """Open a planetary SPK kernel, de440.bsp or its kin."""
        self._spk = SPK.open(str(kernel))
        self._chains = {name: [self._spk[pair] for pair in pairs] for name, (pairs, _) in BODIES.items()}
        self._gms = np.array([gm for _, gm in BODIES.values()]) * TO_AU3_PER_DAY2

    def place(self, body: str, tdb_mjd: Floats | float) -> Floats:
        """Barycentric place in au, (n, 3)."""
        parts = [segment.compute(MJD_ZERO_JD, tdb_mjd) for segment in self._chains[body]]
        return np.asarray(np.sum(parts, axis=0).T / AU_KM)

    def velocity(self, body: str, tdb_mjd: Floats | float) -> Floats:
        """Barycentric velocity in au/day, (n, 3)."""
        parts = [segment.compute_and_differentiate(MJD_ZERO_JD, tdb_mjd)[1] for segment in self._chains[body]]
        return np.asarray(np.sum(parts, axis=0).T / AU_KM)

    def trajectories(self, begin_mjd: float, end_mjd: float, states: Floats) -> Callable[[Floats], Floats]:
        """Integrate barycentric states (m, 6), Newtonian; the answer gives (n, m, 6) at times in between (n,)."""
        count = len(states)
        masses = self._splined(begin_mjd, end_mjd)

        def slope(when: float, flat: Floats) -> Floats:
            now = flat.reshape(count, 6)
            lines = masses(when)[:, None, :] - now[None, :, :3]
            cubes = np.einsum("kmi,kmi->km", lines, lines) ** 1.5
            return np.concatenate(
                [now[:, 3:], np.einsum("km,kmi->mi", self._gms[:, None] / cubes, lines)], axis=1
            ).ravel()

        solved = solve_ivp(
            slope, (begin_mjd, end_mjd), states.ravel(), method="DOP853", rtol=RELATIVE, atol=ABSOLUTE,
            max_step=LONGEST_STEP_DAYS, dense_output=True,
        )  # fmt: skip
        if not solved.success:
            raise ArithmeticError(f"integration from MJD {begin_mjd} failed: {solved.message}")
        return lambda when: np.asarray(solved.sol(when).T.reshape(len(when), count, 6))

    def _splined(self, begin_mjd: float, end_mjd: float) -> CubicHermiteSpline:
        """Barycentric places (10, 3) of all bodies between two times, a hundred times quicker than from the kernel."""
        nodes = np.linspace(begin_mjd, end_mjd, 2 + math.ceil((end_mjd - begin_mjd) / NODE_DAYS))
        places = np.stack([self.place(body, nodes) for body in BODIES], axis=1)
        velocities = np.stack([self.velocity(body, nodes) for body in BODIES], axis=1)
        return CubicHermiteSpline(nodes, places, velocities)


def sightlines(trajectory: Callable[[Floats], Floats], observer: Floats, tdb_mjd: Floats) -> Floats:
    """From observers at barycentric places (n, 3) to where the bodies were when their light left, au, (n, m, 3)."""
    light = np.zeros(len(tdb_mjd))
    for _ in range(4):
        first = trajectory(tdb_mjd - light)[:, 0, :3] - observer
        light = np.linalg.norm(first, axis=1) / LIGHT_AU_PER_DAY
    seen = trajectory(tdb_mjd - light)
    lines = seen[:, :, :3] - observer[:, None, :]
    # The others lie close to the first: their light times differ so little that motion is straight meanwhile.
    for _ in range(3):
        late = np.linalg.norm(lines, axis=2) / LIGHT_AU_PER_DAY - light[:, None]
        lines = seen[:, :, :3] - late[:, :, None] * seen[:, :, 3:] - observer[:, None, :]
    return np.asarray(lines)
