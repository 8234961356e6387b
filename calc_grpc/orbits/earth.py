"""Where the Earth and the Moon are: a quick theory, brought to a good one at nodes that are kept.

Quick: the barycentre of both by Simon et al. 1994 (ERFA plan94), 0.6 microseconds a row, and the Moon by Meeus 1998
(ERFA moon98), 2.5. Good: ERFA epv00, 25. They differ by up to 3000 km, smoothly; a cubic through nodes of that
difference misses epv00 by 1.1 km, which is itself good to 5 km rms from 1900 to 2100, and to about 20 km near 1800.
"""

import erfa
import numpy as np

from calc_grpc.orbits import constants
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import MJD_ZERO_JD

NODE_DAYS = 10.0
NODES_KEPT = 10_000  # 270 years; 3 MB
_KEPT: dict[int, Floats] = {}  # number of a node: difference of the theories there, (6,)
BARYCENTRE = 3  # of Earth and Moon, in plan94
MOON_SHARE = constants.MOON_GM_KM3_PER_S2 / (constants.EARTH_GM_KM3_PER_S2 + constants.MOON_GM_KM3_PER_S2)


def earth_heliocentric(tdb_mjd: Floats) -> Floats:
    """Geocentre from the Sun, ICRF axes, au and au/day, (n, 6)."""
    return earth_and_moon(tdb_mjd)[0]


def earth_and_moon(tdb_mjd: Floats) -> tuple[Floats, Floats]:
    """Geocentre from the Sun and Moon from the geocentre, ICRF axes, au and au/day, both (n, 6)."""
    mjd = np.atleast_1d(tdb_mjd)
    earth, moon = _quick(mjd)
    cell = np.floor(mjd / NODE_DAYS)
    share = mjd / NODE_DAYS - cell
    # Lagrange's cubic through the nodes -1, 0, 1, 2 of each cell.
    before, after, last = share + 1.0, share - 1.0, share - 2.0
    weights = np.stack(
        [-share * after * last / 6.0, before * after * last / 2.0, -before * share * last / 2.0,
         before * share * after / 6.0], axis=1,
    )  # fmt: skip
    nodes, place = np.unique(cell.astype(np.int64)[:, None] + np.arange(-1, 3), return_inverse=True)
    off = _differences(nodes.tolist())
    return earth + np.einsum("nk,nkj->nj", weights, off[place.reshape(-1, 4)]), moon


def barycentre(tdb_mjd: Floats) -> Floats:
    """Barycentre of Earth and Moon from the Sun by the quick theory alone, (n, 6): the Earth to 8,000 km."""
    planet, _ = erfa.ufunc.plan94(MJD_ZERO_JD, tdb_mjd, BARYCENTRE)
    return np.concatenate([planet["p"], planet["v"]], axis=1)


def _quick(mjd: Floats) -> tuple[Floats, Floats]:
    turning = erfa.ufunc.moon98(MJD_ZERO_JD, mjd)
    moon = np.concatenate([turning["p"], turning["v"]], axis=1)
    return barycentre(mjd) - MOON_SHARE * moon, moon


def _differences(nodes: list[int]) -> Floats:
    """Good theory less the quick one, (n, 6)."""
    missing = [node for node in nodes if node not in _KEPT]
    if missing:
        if len(_KEPT) > NODES_KEPT:
            _KEPT.clear()
            missing = nodes
        mjd = NODE_DAYS * np.array(missing)
        good, _, _ = erfa.ufunc.epv00(MJD_ZERO_JD, mjd)
        off = np.concatenate([good["p"], good["v"]], axis=1) - _quick(mjd)[0]
        _KEPT.update(zip(missing, off, strict=True))
    return np.array([_KEPT[node] for node in nodes])
