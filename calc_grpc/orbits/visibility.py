"""When in a night a station can really observe an object: the sky dark, the object high, no bright Moon beside it.

Altitudes are without refraction. What is chosen here is good to 0.3 degrees of altitude: a night's Sun keeps its
declination, the object and the Moon move straight on, and the Earth turns about one pole all the while.
"""

import math
from typing import NamedTuple

import erfa
import numpy as np

from calc_grpc.orbits.coming_nights import EARTH_TURN_RAD_PER_DAY, Nights
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import AU_KM, DEG_RAD, EARTH_EQUATOR_KM, MJD_ZERO_JD
from calc_grpc.orbits.night_sky import angle_between
from calc_grpc.orbits.result import Hindrance

LOWEST_DEG = 20.0  # below, the light passes three times the air that it passes from the zenith
DARK_SUN_DEG = -15.0  # midway between the ends of nautical (-12) and of astronomical twilight (-18)
NEAR_SUN_DEG = 30.0
NEAR_MOON_DEG = 30.0  # from a full Moon above the horizon; in proportion less from one that is lit in part
MOON_STEP_DAYS = 4.0  # its theory costs 2.5 microseconds a row; four days of a cubic miss it by 0.1 degrees
MOMENTS = 41  # of a night that are looked at: every 20 minutes of a night of 14 hours
SHARES: Floats = np.linspace(0.0, 1.0, MOMENTS)


class Visibility(NamedTuple):
    """What each night offers, one row a night.

    offset_days: from the midnight to the moment at which the object stands highest, where it can be observed, or else
    while it is dark; 0 where it does not get dark (n,). hours: for how long it can be observed (n,).
    hindrances: why it cannot be, "" where it can (n).
    """

    offset_days: Floats
    hours: Floats
    hindrances: tuple[Hindrance, ...]

    @property
    def is_free(self) -> np.ndarray:
        """Nights on which the object can be observed, (n,)."""
        return np.array([hindrance == "" for hindrance in self.hindrances])


class TurningZenith(NamedTuple):
    """A zenith that turns eastward about the pole: along + cos level + sin east.

    offsets: moments after each midnight, days; cos, sin: of the angle turned till then; all (n, m). along: part along
    the pole, level: the rest at midnight, east: the horizontal direction towards which that turns; all (n, 3).
    """

    offsets: Floats
    cos: Floats
    sin: Floats
    along: Floats
    level: Floats
    east: Floats


def visibility(nights: Nights, line: Floats, velocity: Floats, *, not_before_days: float) -> Visibility:
    """Find the best moment of each night (n of them, at midnight) for an object.

    line: from the observer to the object at midnight, au, and its change, au/day, both (n, 3), ICRF axes.
    not_before_days: from the first midnight to the moment before which nothing can be observed any more. A station
    without a ground is taken as able to observe at midnight whatever is not near the Sun.
    """
    near_sun = angle_between(line, -nights.observer) < NEAR_SUN_DEG * DEG_RAD
    zero = np.zeros(nights.mjd.size)
    if not nights.zenith.any():
        return Visibility(zero, np.where(near_sun, zero, 24.0), tuple("NEAR_SUN" if near else "" for near in near_sun))
    start, length = dark_spans(nights)
    late = np.maximum(not_before_days - np.arange(nights.mjd.size), start)
    length, start = np.maximum(start + length - late, 0.0), late
    offsets = start[:, None] + length[:, None] * SHARES
    zenith = _turning_zenith(nights, offsets)
    height, distance = _along(zenith, line, velocity), np.sqrt(_product(line, velocity, line, velocity, offsets))
    sine = height / distance
    is_high = sine >= math.sin(LOWEST_DEG * DEG_RAD)
    is_free = is_high & ~_beside_moon(nights, zenith, line, velocity, height, distance)
    best = np.argmax(sine + 3.0 * is_free, axis=1)
    is_dark = length > 0.0
    columns = (near_sun, ~is_dark, ~is_high.any(axis=1), ~is_free.any(axis=1))
    # The ends count half: between them lie as many steps as there are moments but one.
    parts = is_free.sum(axis=1) - 0.5 * (is_free[:, 0].astype(float) + is_free[:, -1])
    return Visibility(
        np.where(is_dark, offsets[np.arange(best.size), best], 0.0),
        np.where(near_sun, 0.0, 24.0 * length * parts / (MOMENTS - 1)),
        tuple(_hindrance(*row) for row in zip(*(column.tolist() for column in columns), strict=True)),
    )


def dark_spans(nights: Nights) -> tuple[Floats, Floats]:
    """From each midnight to the fall of darkness, and how long it lasts, days, both (n,); never dark: 0 long.

    Method: the hour angle at which the Sun, at its declination of midnight, passes the altitude where darkness begins.
    Reference: Urban & Seidelmann 2013, Explanatory Supplement to the Astronomical Almanac, sec. 12.2 (rise and set).
    """
    sun = _units(-nights.observer)
    sine_latitude, sine_dec = nights.zenith @ nights.pole, sun @ nights.pole
    cosines = np.sqrt(np.maximum((1.0 - sine_latitude**2) * (1.0 - sine_dec**2), 1e-24))
    half = np.arccos(np.clip((sine_latitude * sine_dec - math.sin(DARK_SUN_DEG * DEG_RAD)) / cosines, -1.0, 1.0))
    past_lowest = (hour_angles(nights, sun) + 2.0 * math.pi) % (2.0 * math.pi) - math.pi
    return -(past_lowest + half) / (2.0 * math.pi), half / math.pi


def hour_angles(nights: Nights, toward: Floats) -> Floats:
    """Hour angle at each midnight of directions (n, 3), rad from -pi to pi, growing westward, (n,)."""
    west = np.einsum("nk,nk->n", np.cross(toward, nights.zenith), np.broadcast_to(nights.pole, toward.shape))
    up = np.einsum("nk,nk->n", toward, nights.zenith) - (toward @ nights.pole) * (nights.zenith @ nights.pole)
    return np.asarray(np.arctan2(west, up))


def moon_from(nights: Nights) -> tuple[Floats, Floats]:
    """Moon from the geocentre on each night, in their order, au and au/day, both (n, 3), to 0.1 degrees.

    Meeus 1998 (ERFA moon98) every few days, and cubics through its places and velocities between.
    """
    steps = (nights.mjd - nights.mjd[0]) / MOON_STEP_DAYS
    cell = steps.astype(np.intp)
    moon = erfa.ufunc.moon98(MJD_ZERO_JD, nights.mjd[0] + MOON_STEP_DAYS * np.arange(cell[-1] + 2.0))
    place, slope = moon["p"], MOON_STEP_DAYS * moon["v"]
    # Hermite's cubic over each cell, in the share s of it that has passed.
    s, way, start, end = (steps - cell)[:, None], place[cell + 1] - place[cell], slope[cell], slope[cell + 1]
    bend, turn = 3.0 * way - 2.0 * start - end, start + end - 2.0 * way
    path = place[cell] + s * (start + s * (bend + s * turn))
    return np.asarray(path), np.asarray((start + s * (2.0 * bend + s * 3.0 * turn)) / MOON_STEP_DAYS)


def lit_share(moon: Floats, sun: Floats) -> Floats:
    """Lit share of the Moon's disc, (n,), from geocentric places (n, 3), to 0.003.

    Reference: Meeus 1998, Astronomical Algorithms, ch. 48, the Sun taken as infinitely far.
    """
    return np.asarray(0.5 * (1.0 - np.cos(angle_between(moon, sun))))


def _hindrance(near_sun: bool, never_dark: bool, never_high: bool, never_free: bool) -> Hindrance:
    if near_sun:
        return "NEAR_SUN"
    if never_dark:
        return "NO_DARKNESS"
    if never_high:
        return "LOW"
    return "NEAR_MOON" if never_free else ""


def _beside_moon(
    nights: Nights, zenith: TurningZenith, line: Floats, velocity: Floats, height: Floats, distance: Floats
) -> np.ndarray:
    """Moments (n, m) at which a Moon above the horizon outshines the object, so high and so far as is said, au."""
    moon, motion = moon_from(nights)
    radius = EARTH_EQUATOR_KM / AU_KM  # the station's place is that along its zenith
    reach = np.cos(NEAR_MOON_DEG * DEG_RAD * lit_share(moon, -nights.observer))
    raised = _along(zenith, moon, motion)
    far = np.sqrt(_product(moon, motion, moon, motion, zenith.offsets) - radius * (2.0 * raised - radius))
    product = _product(moon, motion, line, velocity, zenith.offsets) - radius * height
    return np.asarray((raised > radius) & (product > reach[:, None] * far * distance))


def _turning_zenith(nights: Nights, offsets: Floats) -> TurningZenith:
    angle = EARTH_TURN_RAD_PER_DAY * offsets
    along = (nights.zenith @ nights.pole)[:, None] * nights.pole
    east = np.cross(nights.pole, nights.zenith)
    return TurningZenith(offsets, np.cos(angle), np.sin(angle), along, nights.zenith - along, east)


def _along(zenith: TurningZenith, place: Floats, velocity: Floats) -> Floats:
    """How far a place (n, 3) that moves straight on lies towards the zenith at each moment, (n, m)."""
    parts = [
        np.einsum("nk,nk->n", place, axis)[:, None] + zenith.offsets * np.einsum("nk,nk->n", velocity, axis)[:, None]
        for axis in (zenith.along, zenith.level, zenith.east)
    ]
    return np.asarray(parts[0] + zenith.cos * parts[1] + zenith.sin * parts[2])


def _product(first: Floats, first_velocity: Floats, other: Floats, other_velocity: Floats, offsets: Floats) -> Floats:
    """Scalar products (n, m) of two places (n, 3) that move straight on."""
    still = np.einsum("nk,nk->n", first, other)[:, None]
    once = np.einsum("nk,nk->n", first, other_velocity) + np.einsum("nk,nk->n", first_velocity, other)
    twice = np.einsum("nk,nk->n", first_velocity, other_velocity)[:, None]
    return np.asarray(still + offsets * (once[:, None] + offsets * twice))


def _units(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.sqrt(np.einsum("...k,...k->...", vectors, vectors))[..., None])
