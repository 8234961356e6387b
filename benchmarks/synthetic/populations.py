"""Who is observed: orbits drawn from smooth models of the populations, and when.

Each draw returns a Target whose place is known by two-body motion, good enough to plan observations; the truth comes
from integrating its state. Models are round figures: belt after DeMeo & Carry 2014 (Nature 505, 629), Trojans,
Centaurs and Kuiper belt after Petit et al. 2011 (AJ 142, 131), Atiras after Granvik et al. 2018 (Icarus 312, 181);
near-Earth objects are real orbits of the JPL Small-Body Database with any mean anomaly.
"""

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Random = np.random.Generator

SUN_GM = 2.959122082841196e-4  # au3/day2, DE440
OBLIQUITY_RAD = math.radians(84_381.448 / 3600.0)
AU_KM = 149_597_870.7
DAYS = (55_200.0, 60_700.0)  # 2010 to 2025, MJD
GAPS_AU = ((2.485, 2.515), (2.81, 2.835), (2.945, 2.97))  # where Jupiter keeps the belt empty


@dataclass(frozen=True, kw_only=True)
class Target:
    """A body at an epoch: heliocentric state (6,), ICRF, au and au/day, MJD TDB; H; its planned place at times (n,).

    From an impactor the state is geocentric: the Earth's own is added by whoever integrates.
    """

    name: str
    epoch_mjd: float
    state: Floats
    place: Callable[[Floats], Floats]
    h: float
    geocentric: bool = False


def orbiting(name: str, epoch_mjd: float, h: float, elements: tuple[float, ...]) -> Target:
    """A body with elements (q au, e, i, node, perihelion in rad, days since perihelion) at the epoch."""

    def place(mjd: Floats) -> Floats:
        return state_of(elements, np.asarray(mjd) - epoch_mjd)[:, :3]

    state = state_of(elements, np.zeros(1))[0]
    return Target(name=name, epoch_mjd=epoch_mjd, state=state, place=place, h=h)


def state_of(elements: tuple[float, ...], later_days: Floats) -> Floats:
    """Heliocentric ICRF states (n, 6) from (q, e, i, node, peri, days since perihelion), some days later."""
    q, e, i, node, peri, since = elements
    a = q / abs(1.0 - e)
    mean = math.sqrt(SUN_GM / a**3) * (since + later_days)
    if e < 1.0:
        anomaly = _solve(lambda E: E - e * np.sin(E) - mean, lambda E: 1.0 - e * np.cos(E), mean + e * np.sin(mean))
        x, y = a * (np.cos(anomaly) - e), a * math.sqrt(1.0 - e * e) * np.sin(anomaly)
        rate = math.sqrt(SUN_GM / a) / (1.0 - e * np.cos(anomaly))
        vx, vy = -rate * np.sin(anomaly), rate * math.sqrt(1.0 - e * e) * np.cos(anomaly)
    else:
        start = np.arcsinh(mean / e)
        anomaly = _solve(lambda F: e * np.sinh(F) - F - mean, lambda F: e * np.cosh(F) - 1.0, start)
        x, y = a * (e - np.cosh(anomaly)), a * math.sqrt(e * e - 1.0) * np.sinh(anomaly)
        rate = math.sqrt(SUN_GM / a) / (e * np.cosh(anomaly) - 1.0)
        vx, vy = -rate * np.sinh(anomaly), rate * math.sqrt(e * e - 1.0) * np.cosh(anomaly)
    turn = _about_x(OBLIQUITY_RAD) @ _about_z(node) @ _about_x(i) @ _about_z(peri)
    flat = np.zeros_like(x)
    place, velocity = np.stack([x, y, flat], axis=1) @ turn.T, np.stack([vx, vy, flat], axis=1) @ turn.T
    return np.concatenate([place, velocity], axis=1)


def _solve(excess: Callable[[Floats], Floats], slope: Callable[[Floats], Floats], start: Floats) -> Floats:
    """Newton's method on Kepler's equation with steps below one radian."""
    x = np.array(start)
    for _ in range(100):
        step = np.clip(excess(x) / slope(x), -1.0, 1.0)
        x = x - step
        if np.max(np.abs(step)) < 1e-14 * (1.0 + np.max(np.abs(x))):
            return x
    raise ArithmeticError("Kepler's equation was not solved")


def _about_x(angle: float) -> Floats:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def _about_z(angle: float) -> Floats:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _closed(random: Random, name: str, a: float, e: float, i_deg: float, h: float) -> Target:
    """A closed orbit of any orientation, anywhere on it, at any time."""
    node, peri = random.uniform(0.0, 2.0 * math.pi, 2)
    period = 2.0 * math.pi * math.sqrt(a**3 / SUN_GM)
    elements = (a * (1.0 - e), e, math.radians(i_deg), node, peri, random.uniform(0.0, period))
    return orbiting(name, random.uniform(*DAYS), h, elements)


def _rayleigh(random: Random, scale: float, most: float) -> float:
    while (value := random.rayleigh(scale)) > most:
        pass
    return float(value)


def main_belt(random: Random) -> Target:
    """Three zones with gaps; more small bodies than large, N ~ 10^(0.4 H), as faint as 19."""
    while True:
        middle, width = ((2.33, 0.09), (2.66, 0.09), (3.08, 0.11))[random.choice(3, p=(0.3, 0.35, 0.35))]
        a = random.normal(middle, width)
        e, i_deg = _rayleigh(random, 0.12, 0.35), _rayleigh(random, 7.0, 30.0)
        if 2.1 < a < 3.3 and a * (1.0 - e) > 1.66 and not any(low < a < high for low, high in GAPS_AU):
            return _closed(random, "belt", a, e, i_deg, 19.0 + 2.5 * math.log10(1.0 - random.random()))


def near_earth(catalogue: Path) -> Callable[[Random], Target]:
    """Orbits of the JPL SBDB table (columns name, a, e, i, H), each anywhere on its orbit."""
    with catalogue.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def draw(random: Random) -> Target:
        row = rows[random.integers(len(rows))]
        h = float(row["H"]) if row["H"] else 20.0
        return _closed(random, row["name"] or row["spkid"], float(row["a"]), float(row["e"]), float(row["i"]), h)

    return draw


def atira(random: Random) -> Target:
    """Inside the orbit of the Earth."""
    while True:
        a, e = random.uniform(0.6, 0.95), random.uniform(0.1, 0.45)
        if a * (1.0 + e) < 0.983:
            return _closed(random, "atira", a, e, _rayleigh(random, 12.0, 60.0), 17.0)


def trojan(random: Random) -> Target:
    """With Jupiter; where on the orbit does not matter for a month of observations."""
    return _closed(
        random, "trojan", random.normal(5.2, 0.04), _rayleigh(random, 0.05, 0.2), _rayleigh(random, 11.0, 40.0), 11.0
    )


def centaur(random: Random) -> Target:
    """Between Jupiter and Neptune."""
    q, e = random.uniform(5.5, 20.0), random.uniform(0.1, 0.6)
    return _closed(random, "centaur", q / (1.0 - e), e, _rayleigh(random, 12.0, 50.0), 9.0)


def trans_neptunian(random: Random) -> Target:
    """Kuiper belt."""
    a, e = random.normal(42.5, 3.0), _rayleigh(random, 0.1, 0.3)
    return _closed(random, "tno", a, e, _rayleigh(random, 8.0, 40.0), 6.0)


def interstellar(random: Random) -> Target:
    """Like 1I: hyperbolic by 10 to 50 km/s, within half a year of perihelion."""
    q, fast = random.uniform(0.2, 2.0), random.uniform(10.0, 50.0) * 86_400.0 / AU_KM
    node, peri = random.uniform(0.0, 2.0 * math.pi, 2)
    tilt = math.acos(random.uniform(-1.0, 1.0))
    elements = (q, 1.0 + q * fast * fast / SUN_GM, tilt, node, peri, random.uniform(-150.0, 150.0))
    return orbiting("interstellar", random.uniform(*DAYS), 20.0, elements)


def impactor(earth_state: Callable[[Floats], Floats]) -> Callable[[Random], Target]:
    """Straight towards the Earth at 8 to 20 km/s from an orbit of a < 4 au, within three radii of it in 4 to 40 hours.

    earth_state: heliocentric, (n, 6), of times (n,).
    """

    def draw(random: Random) -> Target:
        while True:
            epoch, hours = random.uniform(*DAYS), random.uniform(4.0, 40.0)
            state = _approach(random, hours / 24.0)
            here = earth_state(np.array([epoch]))[0] + state
            if 2.0 / np.linalg.norm(here[:3]) - here[3:] @ here[3:] / SUN_GM > 0.25:
                break

        def place(mjd: Floats) -> Floats:
            return earth_state(mjd)[:, :3] + state[:3] + (np.asarray(mjd) - epoch)[:, None] * state[3:]

        return Target(name="impactor", epoch_mjd=epoch, state=state, place=place, h=25.0, geocentric=True)

    return draw


def _approach(random: Random, days_left: float) -> Floats:
    """Geocentric state (6,) of a body that comes from anywhere and would pass within three radii of the centre."""
    fast = random.uniform(8.0, 20.0) * 86_400.0 / AU_KM
    from_earth, aside = random.normal(size=(2, 3))
    from_earth /= np.linalg.norm(from_earth)
    aside -= (aside @ from_earth) * from_earth
    miss = random.uniform(0.0, 3.0) * 6378.0 / AU_KM * aside / np.linalg.norm(aside)
    return np.concatenate([fast * days_left * from_earth, miss / days_left - fast * from_earth])
