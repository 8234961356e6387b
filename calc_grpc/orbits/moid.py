r"""How near an orbit comes to the orbit of the Earth: the minimum orbit intersection distance, MOID.

The square of the distance from a point to any set is semi-concave: along a curve P(\nu) its second derivative never
exceeds K = 2 |P'|^2 + 2 d |P''|. Between two places where it is known it therefore cannot hang below the chord by more
than K times the product of the distances to both, halved. Intervals that cannot hold a smaller distance are dropped,
the others halved, so that no minimum is missed, however near to another, and the error of the answer is bounded.
Scanning and tuning instead: Wisniowski & Rickman 2013, Acta Astronomica 63, 293; Hedo et al. 2018, MNRAS 479, 3288;
algebraic: Baluev & Mikryukov 2019, Astronomy and Computing 27, 11.
"""

import math

import numpy as np

from calc_grpc.orbits.compiled import Floats, compiled
from calc_grpc.orbits.earth import earth_heliocentric
from calc_grpc.orbits.errors import DidNotConverge, OrbitError
from calc_grpc.orbits.kepler import MU

TOLERANCE_AU = 1e-6
MAX_EVALUATIONS = 1_000_000  # most orbits take 100; two alike but for 1e-4 of their size, the worst known, 430,000
GRID = 32  # intervals on either side of perihelion to start with
NEWTON_STEPS = 60
TINY = 1e-15  # au; keeps the nearest point defined on the axes of the ellipse
SECTION = 0.5 * (math.sqrt(5.0) - 1.0)
SECTION_STEPS = 24


def moid_with_earth(state: Floats, epoch_mjd: float, *, max_evaluations: int = MAX_EVALUATIONS) -> float:
    """Smallest distance in au between two osculating orbits, an object's and the Earth's, to TOLERANCE_AU.

    state: heliocentric, ICRF axes, au and au/day, (6,), at epoch_mjd (TDB); every conic. The Earth's orbit is that of
    the geocentre at the same epoch, as in JPL's Small-Body Database, whose values this gives to 3e-8 au; the Moon
    turns it in the course of a month, which moves the distance by up to 1e-3 au.
    Raises OrbitError for motion that falls straight to the Sun, and DidNotConverge, for which no orbit is known.
    """
    curve = _curve(np.asarray(state, dtype=np.float64), earth_heliocentric(np.array([epoch_mjd]))[0])
    if not curve[0] > 0.0:
        raise OrbitError("The motion has no plane, so its orbit encloses no distance to the Earth's.")
    distance = smallest_distance(curve, TOLERANCE_AU, max_evaluations)
    if distance < 0.0:
        raise DidNotConverge(max_evaluations, TOLERANCE_AU)
    return distance


def _curve(state: Floats, earth: Floats) -> Floats:
    """Both orbits as the kernels read them, (11,).

    p and e of the object's orbit; its axes to perihelion and along the motion there, 3 + 3 numbers in the axes of the
    Earth's orbit; of that, how far its centre lies from the Sun and its half axes. p is 0 where motion has no plane.
    """
    axes, earth_axes = np.empty((3, 3)), np.empty((3, 3))
    earth_p, earth_e = conic(earth, earth_axes)
    p, e = conic(state, axes)
    major = earth_p / (1.0 - earth_e * earth_e)
    shape = (major * earth_e, major, major * math.sqrt(1.0 - earth_e * earth_e))
    return np.array([p, e, *(earth_axes @ axes[0]), *(earth_axes @ axes[1]), *shape])


@compiled
def cross(a: Floats, b: Floats, out: Floats) -> float:
    """Fill out (3,) with the vector product; return its length."""
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]
    return math.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2])


@compiled
def conic(state: Floats, axes: Floats) -> tuple[float, float]:
    """Semi-latus rectum in au and eccentricity of a state (6,); fill axes (3, 3): to perihelion, along there, across.

    In a circle the object stands for perihelion. Falling straight to the Sun, p is 0 and the axes mean nothing.
    """
    place, motion = state[:3], state[3:]
    r = math.sqrt(place[0] ** 2 + place[1] ** 2 + place[2] ** 2)
    h = cross(place, motion, axes[2])
    cross(motion, axes[2], axes[0])
    e2 = 0.0
    for k in range(3):
        axes[0, k] = axes[0, k] / MU - place[k] / r
        e2 += axes[0, k] ** 2
    e = math.sqrt(e2)
    for k in range(3):
        axes[0, k] = axes[0, k] / e if e > 1e-13 else place[k] / r
        axes[2, k] /= h if h > 0.0 else 1.0
    cross(axes[2], axes[0], axes[1])
    return h * h / MU, e


@compiled
def ellipse_distance_squared(x: float, y: float, z: float, major: float, minor: float) -> float:
    """Square of the distance from a point to an ellipse about the origin with these half axes along x and y.

    The nearest point is (x A^2 / (t + A^2 - B^2), y B^2 / t) with the one root t > 0 of a convex falling function;
    Newton from the left of the root never passes it. Reference: Eberly 2013, Distance from a Point to an Ellipse.
    """
    x, y = abs(x), max(abs(y), TINY)
    b2, gap = minor * minor, major * major - minor * minor
    flat = math.sqrt(x * x + y * y)
    as_circle = major * flat - gap if flat < major + minor else minor * flat
    t = max(as_circle, max(minor * y, major * x - gap))
    for _ in range(NEWTON_STEPS):
        u, v = major * x / (t + gap), minor * y / t
        step = 0.5 * (u * u + v * v - 1.0) / (u * u / (t + gap) + v * v / t)
        t += step
        if not step > 1e-14 * t:
            break
    dx, dy = x * (t - b2) / (t + gap), y * (t - b2) / t
    return dx * dx + dy * dy + z * z


@compiled
def distance_squared(curve: Floats, nu: float) -> float:
    """Square of the distance to the Earth's orbit at true anomaly nu, rad."""
    r = curve[0] / (1.0 + curve[1] * math.cos(nu))
    c, s = r * math.cos(nu), r * math.sin(nu)
    x = c * curve[2] + s * curve[5] + curve[8]
    y = c * curve[3] + s * curve[6]
    z = c * curve[4] + s * curve[7]
    return ellipse_distance_squared(x, y, z, curve[9], curve[10])


@compiled
def bend_limit(curve: Floats, low: float, high: float, reach: float) -> float:
    """Bound K of the second derivative of the square for anomalies in [low, high] within [0, pi].

    reach: only the Earth's points at most this far from the curve matter.
    """
    p, e = curve[0], curve[1]
    r = p / (1.0 + e * math.cos(high))
    sine = 1.0 if low < 0.5 * math.pi < high else max(math.sin(low), math.sin(high))
    cosine = max(abs(math.cos(low)), abs(math.cos(high)))
    speed = r * r * math.sqrt(1.0 + 2.0 * e * math.cos(low) + e * e) / p
    growth = r * r * e * sine / p
    growth2 = r * r * e * cosine / p + 2.0 * growth * growth / r
    bend = math.sqrt((growth2 + r) ** 2 + 4.0 * growth * growth)
    return float(2.0 * speed * speed + 2.0 * (reach + speed * (high - low)) * bend)


@compiled
def floor_between(at_low: float, at_high: float, width: float, limit: float) -> float:
    """Least value between two known ones when the second derivative stays below the limit."""
    sag = 0.125 * limit * width * width
    rise = at_high - at_low
    if abs(rise) >= 4.0 * sag:
        return min(at_low, at_high)
    return 0.5 * (at_low + at_high) - sag - rise * rise / (16.0 * sag)


@compiled
def tuned(curve: Floats, middle: float, width: float) -> float:
    """Least square found near an anomaly by golden section."""
    low, high = middle - width, middle + width
    left, right = high - SECTION * (high - low), low + SECTION * (high - low)
    at_left, at_right = distance_squared(curve, left), distance_squared(curve, right)
    for _ in range(SECTION_STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - SECTION * (high - low)
            at_left = distance_squared(curve, left)
        else:
            low, left, at_left = left, right, at_right
            right = low + SECTION * (high - low)
            at_right = distance_squared(curve, right)
    return min(at_left, at_right)


@compiled
def smallest_distance(curve: Floats, tolerance: float, max_evaluations: int) -> float:
    """Smallest distance in au, too large by the tolerance at most; -1 when it took too many evaluations.

    Beyond the radius that the distance at perihelion allows there is nothing to find, so open orbits end there.
    """
    p, e = curve[0], curve[1]
    least = distance_squared(curve, 0.0)
    farthest = curve[9] + curve[8] + math.sqrt(least)
    end = math.pi
    if e > 0.0 and p / farthest - 1.0 > -e:
        end = math.acos(min((p / farthest - 1.0) / e, 1.0))
    width = end / GRID
    rows = np.empty((4 * GRID, 5))  # side, low, high, square at low, square at high
    count, best = 0, 0.0
    for side in (-1.0, 1.0):
        before = distance_squared(curve, 0.0)
        for k in range(GRID):
            here = distance_squared(curve, side * (k + 1) * width)
            rows[count, 0], rows[count, 1], rows[count, 2] = side, k * width, (k + 1) * width
            rows[count, 3], rows[count, 4] = before, here
            before = here
            count += 1
            if here < least:
                least, best = here, side * (k + 1) * width
    least = min(least, tuned(curve, best, width))
    for _ in range(max_evaluations):
        nearest = math.sqrt(least)
        if count == 0 or nearest <= tolerance:
            return nearest
        count -= 1
        side, low, high = rows[count, 0], rows[count, 1], rows[count, 2]
        at_low, at_high = rows[count, 3], rows[count, 4]
        floor = floor_between(at_low, at_high, high - low, bend_limit(curve, low, high, nearest))
        if floor >= (nearest - tolerance) ** 2:
            continue
        middle = 0.5 * (low + high)
        at_middle = distance_squared(curve, side * middle)
        least = min(least, at_middle)
        for half in range(2):
            rows[count, 0] = side
            rows[count, 1], rows[count, 2] = (low, middle) if half == 0 else (middle, high)
            rows[count, 3], rows[count, 4] = (at_low, at_middle) if half == 0 else (at_middle, at_high)
            count += 1
    return -1.0
