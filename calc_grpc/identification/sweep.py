"""The whole catalogue against up to three observations: two-body motion, topocentric, with light time, in one pass."""

import math

import numpy as np
from numpy.typing import NDArray

from calc_grpc.identification.columns import OPEN_E, RUNOFFS, Columns
from calc_grpc.identification.cone import drift_au, fits, length
from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.constants import LIGHT_AU_PER_DAY
from calc_grpc.orbits.tolerance import tolerance_rad

MAX_ITERATIONS = 12
TOLERANCE_RAD = 1e-8


@compiled
def eccentric_anomaly(mean: float, e: float) -> float:
    """Solve Kepler's equation E - e sin E = M of an ellipse, rad, M in [-pi, pi].

    Danby's start and Halley's iteration, which converges everywhere for e below 0.97. Reference: Danby 1988,
    Fundamentals of Celestial Mechanics, 2nd edition, section 6.6.
    """
    anomaly = mean + math.copysign(0.85 * e, mean) if e > 0.3 else mean + e * math.sin(mean)
    for _ in range(MAX_ITERATIONS):
        sine, cosine = math.sin(anomaly), math.cos(anomaly)
        f, slope = anomaly - e * sine - mean, 1.0 - e * cosine
        step = f / (slope - 0.5 * f * e * sine / slope)
        anomaly -= step
        if abs(step) < TOLERANCE_RAD:
            break
    return anomaly


@compiled
def sweep(
    columns: Columns, first: int, last: int, days: Floats, observer: Floats, toward: Floats, scatter: Floats,
    near: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Set near (n,) for the rows from `first` to before `last` that `fits` lets through.

    days: from the reference of the columns (m,), m at most 3; observer: heliocentric ICRF, au (m, 3); toward: observed
    unit vectors (m, 3); scatter: of the measurements, rad (m,). An object that is in none of the first m - 1 cones is
    left at once, which is why most cost two thirds.
    """
    m = days.shape[0]
    offsets, cones, distances = np.empty((m, 3)), np.empty(m), np.empty(m)
    for i in range(first, last):
        if columns.e[i] >= OPEN_E:
            near[i] = True
            continue
        hits = 0
        for k in range(m):
            distances[k] = place(columns, i, days[k], observer[k], toward[k], offsets[k], cones, k)
            hits += length(offsets[k, 0], offsets[k, 1], offsets[k, 2]) < cones[k]
            if hits + m - k - 1 < min(m, 2):
                break
        near[i] = hits >= min(m, 2) and fits(offsets, cones, distances, days, scatter)


@compiled
def place(
    columns: Columns, i: int, day: float, observer: Floats, toward: Floats, offset: Floats, cones: Floats, k: int
) -> float:
    """Fill offset (3,), predicted less observed direction, and cones[k]; return the distance, au."""
    turns = columns.phase[i] + float(columns.rate[i]) * day
    e, rate = float(columns.e[i]), 2.0 * math.pi * columns.rate[i]
    anomaly = eccentric_anomaly(2.0 * math.pi * (turns - math.floor(turns + 0.5)), e)
    sine, cosine = math.sin(anomaly), math.cos(anomaly)
    x = columns.axes[i, 0] * (cosine - e) + columns.axes[i, 3] * sine
    y = columns.axes[i, 1] * (cosine - e) + columns.axes[i, 4] * sine
    z = columns.axes[i, 2] * (cosine - e) + columns.axes[i, 5] * sine
    from_sun = math.sqrt(x * x + y * y + z * z)
    x, y, z = x - observer[0], y - observer[1], z - observer[2]
    # Back along the velocity by the light time; the acceleration would add 1e-7 au.
    turned = math.sqrt(x * x + y * y + z * z) / LIGHT_AU_PER_DAY * rate / (1.0 - e * cosine)
    x -= turned * (columns.axes[i, 3] * cosine - columns.axes[i, 0] * sine)
    y -= turned * (columns.axes[i, 4] * cosine - columns.axes[i, 1] * sine)
    z -= turned * (columns.axes[i, 5] * cosine - columns.axes[i, 2] * sine)
    distance = math.sqrt(x * x + y * y + z * z)
    since = day - columns.epoch[i]
    tolerance = tolerance_rad(RUNOFFS[columns.code[i]], since, from_sun, distance)
    cones[k] = drift_au(since, columns.drift[i]) / distance + tolerance
    offset[0], offset[1], offset[2] = x / distance - toward[0], y / distance - toward[1], z / distance - toward[2]
    return distance
