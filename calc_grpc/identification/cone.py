"""How wide to look: the planets carry an object off its two-body orbit, the farther the longer ago its elements hold.

Measured with the full integration (benchmarks/identification.py): of the main belt and of near-Earth objects 99.9 %
stay inside; those that pass a planet closely may not, and are then not found.
"""

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled

DRIFT_AU_PER_DAY2 = 4e-8  # while the pull adds up, the first years; across the line of sight
DRIFT_LATER_AU = 0.045  # where that ends for a while,
DRIFT_AU_PER_DAY = 4.2e-5  # until a wrong period tells
REFERENCE_APHELION_AU = 3.4  # for which the three stand: half-way from the Sun to Jupiter and a little more
APHELION_SCALE_AU = 1.1  # the drift grows by a factor of e with so much of the aphelion
APHELIA_AU = (2.0, 4.6)  # beyond, it grows no more
PASSING_EARTH_Q_AU, PASSING_EARTH = 1.3, 1.5
BEYOND_JUPITER_Q_AU, BEYOND_JUPITER = 6.5, 0.5
AFTER_PULL_SHARE = 0.01  # of the drift that is left when the pull along the two-body orbit is accounted for
AFTER_PULL_GROWS_DAYS = 50_000.0  # that account is of first order: after a century it is worth nothing
TURN_DAYS = 30.0  # in which the line of sight turns so far that an offset is seen from elsewhere
PASSING_AU_PER_DAY = 0.02  # the same of what passes near the Earth


def drift_factors(q_au: Floats, e: Floats) -> Floats:
    """By how much more each (n,) drifts than what goes as far from the Sun as REFERENCE_APHELION_AU."""
    aphelion = np.where(e < 1.0, q_au * (1.0 + e) / np.maximum(1.0 - e, 1e-9), np.inf)
    factor = np.exp((np.clip(aphelion, *APHELIA_AU) - REFERENCE_APHELION_AU) / APHELION_SCALE_AU)
    factor = np.where(q_au < PASSING_EARTH_Q_AU, np.maximum(factor, 1.0) * PASSING_EARTH, factor)
    return np.asarray(np.where(q_au > BEYOND_JUPITER_Q_AU, BEYOND_JUPITER, factor))


@compiled
def drift_au(since_days: float, factor: float) -> float:
    """How far the planets may have carried it so many days from the epoch, au."""
    since = abs(since_days)
    later = max(DRIFT_LATER_AU, DRIFT_AU_PER_DAY * since * factor)
    return factor * min(DRIFT_AU_PER_DAY2 * since * since, later)


@compiled
def drift_after_pull_au(since_days: float, factor: float) -> float:
    """What is left of `drift_au` once `pull.py` has accounted for the planets."""
    share = AFTER_PULL_SHARE + abs(since_days) / AFTER_PULL_GROWS_DAYS
    return drift_au(since_days, factor) * min(1.0, share)


@compiled
def fits(offsets: Floats, cones: Floats, distances: Floats, days: Floats, scatter: Floats) -> bool:
    """Whether an object is near at one observation of one, or at two of two or three, and keeps its offset there.

    offsets: unit vectors predicted less observed (m, 3); cones: rad (m,); distances: au (m,); days: (m,); scatter: of
    the measurements, rad (m,). What an object is off by changes slowly, so two offsets differ by a share of the cone
    that grows with the time between them: this tells by its motion what the cone alone would let through.
    """
    m = cones.shape[0]
    if m == 1:
        return bool(length(offsets[0, 0], offsets[0, 1], offsets[0, 2]) < cones[0])
    for a in range(m):
        if length(offsets[a, 0], offsets[a, 1], offsets[a, 2]) >= cones[a]:
            continue
        for b in range(a + 1, m):
            if length(offsets[b, 0], offsets[b, 1], offsets[b, 2]) >= cones[b]:
                continue
            change = length(offsets[a, 0] - offsets[b, 0], offsets[a, 1] - offsets[b, 1], offsets[a, 2] - offsets[b, 2])
            share = turned(abs(days[a] - days[b]), min(distances[a], distances[b]))
            if change < scatter[a] + scatter[b] + share * max(cones[a], cones[b]):
                return True
    return False


@compiled
def turned(days: float, distance_au: float) -> float:
    """By which share an offset may have changed after some days, at most 1."""
    return min(1.0, days / min(TURN_DAYS, distance_au / PASSING_AU_PER_DAY))


@compiled
def length(x: float, y: float, z: float) -> float:
    """Length of a vector; of a difference of unit vectors, the angle as long as it is small, and less beyond."""
    return float(np.sqrt(x * x + y * y + z * z))
