"""How surveys look at the sky: stations, dark hours, a few positions within an hour, noise that nights share."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from calc_grpc.orbits.earth import earth_heliocentric
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.observer import observer_track
from calc_grpc.orbits.timescale import instants
from synthetic.populations import Random, Target

Floats = NDArray[np.float64]

# Noise of one position in one coordinate, arcsec, and how often the station observes: round figures after the rms of
# Veres et al. 2017 (Icarus 296, 139), table 2, which lie below the weights of that paper: those allow for what the
# positions of a night have in common, as OFFSET_ARCSEC does here.
STATIONS: dict[str, tuple[float, float]] = {
    "F51": (0.13, 0.24), "G96": (0.32, 0.22), "703": (0.65, 0.17), "704": (0.70, 0.06), "691": (0.40, 0.06),
    "F52": (0.13, 0.06), "T05": (0.35, 0.05), "T08": (0.35, 0.03), "I41": (0.25, 0.04), "W68": (0.35, 0.03),
    "M22": (0.35, 0.02), "G45": (0.45, 0.02),
}  # fmt: skip
OFFSET_ARCSEC, OFFSET_SHARE = 0.15, 0.3  # common to a night and station; the share of nights that have one
GROSS_ARCSEC, GROSS_SHARE = (3.0, 5.0), 0.01
SUN_BELOW_DEG, OBJECT_ABOVE_DEG = -12.0, 25.0
TICK_DAYS = 1e-6  # what a time in the format of the MPC resolves
RA_STEP_DEG, DEC_STEP_DEG = 0.015 / 3600.0, 0.01 / 3600.0  # 0.001 s and 0.01 arcsec
EVERY_TEN_MINUTES = np.arange(144) / 144.0  # of a day


@dataclass(frozen=True, kw_only=True)
class Visit:
    """The positions one station takes of an object in one night: times in UTC as MJD."""

    station: str
    mjd: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is asked of a target: V no fainter than, degrees from the Sun at least, au from the Earth at most."""

    faintest: float
    elongation_deg: float
    farthest_au: float = 100.0


def moment(mjd: float) -> datetime:
    """UTC, to the microsecond."""
    return datetime(1858, 11, 17, tzinfo=UTC) + timedelta(microseconds=round(mjd * 86_400e6))


def look(station: str, mjd: Floats) -> list[Observation]:
    """Observations at these times that carry no positions yet."""
    return [Observation(observed_at=moment(when), ra_deg=0.0, dec_deg=0.0, station=station) for when in mjd]


def geocentric(rows: list[Observation]) -> Floats:
    """Observers as the project places them on the Earth, ICRF axes, au, (n, 3)."""
    when = instants([row.observed_at for row in rows])
    return np.asarray(observer_track(rows, when).position - earth_heliocentric(when.tdb_mjd)[:, :3])


def instants_of(rows: list[Observation]) -> Floats:
    """MJD TDB of observations."""
    return instants([row.observed_at for row in rows]).tdb_mjd


def is_visible(target: Target, mjd: Floats, limits: Limits) -> NDArray[np.bool_]:
    """At which times (n,) an observer could look."""
    earth = earth_heliocentric(mjd)[:, :3]
    sun_line = target.place(mjd)
    line = sun_line - earth
    r, distance = np.linalg.norm(sun_line, axis=1), np.linalg.norm(line, axis=1)
    cos_elongation = -np.einsum("ni,ni->n", line, earth) / distance / np.linalg.norm(earth, axis=1)
    half = 0.5 * np.arccos(np.clip(np.einsum("ni,ni->n", line, sun_line) / distance / r, -1.0, 1.0))
    bright = 0.85 * np.exp(-3.33 * np.tan(half) ** 0.63) + 0.15 * np.exp(-1.87 * np.tan(half) ** 1.22)  # G = 0.15
    v = target.h + 5.0 * np.log10(r * distance) - 2.5 * np.log10(bright + 1e-30)
    far_enough = cos_elongation < np.cos(np.radians(limits.elongation_deg))
    return np.asarray((v < limits.faintest) & far_enough & (distance < limits.farthest_au))


def dark_hours(target: Target, station: str, mjd: Floats) -> Floats:
    """Those of the times (n,) at which it is night at the station and the object stands high."""
    up = geocentric(look(station, mjd))
    up /= np.linalg.norm(up, axis=1)[:, None]
    earth = earth_heliocentric(mjd)[:, :3]
    line = target.place(mjd) - earth
    sun_height = np.einsum("ni,ni->n", up, -earth) / np.linalg.norm(earth, axis=1)
    height = np.einsum("ni,ni->n", up, line) / np.linalg.norm(line, axis=1)
    dark = sun_height < np.sin(np.radians(SUN_BELOW_DEG))
    return np.asarray(mjd[dark & (height > np.sin(np.radians(OBJECT_ABOVE_DEG)))])


def visit(random: Random, target: Target, hours: Floats, minutes: float, count: int) -> Visit | None:
    """A visit of that length within these times, wherever the sky is dark; None when six stations drawn had none."""
    codes = list(STATIONS)
    shares = np.array([share for _, share in STATIONS.values()])
    for code in random.choice(codes, size=6, replace=False, p=shares / shares.sum()):
        dark = dark_hours(target, str(code), hours)
        if len(dark) == 0 or np.ptp(dark) < minutes / 1440.0:
            continue
        begin = random.uniform(dark[0], dark[-1] - minutes / 1440.0)
        steps = np.linspace(0.0, minutes, count) + random.normal(0.0, 0.03 * minutes / count, count)
        times = np.unique(np.round((begin + steps / 1440.0) / TICK_DAYS)) * TICK_DAYS
        return Visit(station=str(code), mjd=tuple(times.tolist()))
    return None


def survey(random: Random, target: Target, arc_days: float, nights: int, limits: Limits) -> list[Visit]:
    """Nights strewn over an arc, first and last at its ends; empty when the object cannot be followed that long."""
    days = np.arange(np.ceil(target.epoch_mjd + 1.0), np.ceil(target.epoch_mjd + 1.0) + arc_days + 0.5)
    days = days[is_visible(target, days, limits)]
    if len(days) < nights or np.ptp(days) < 0.93 * arc_days:
        return []
    between = random.choice(days[1:-1], size=nights - 2, replace=False) if nights > 2 else []
    chosen = np.sort(np.concatenate([days[:1], between, days[-1:]]))
    visits = [
        visit(random, target, day + EVERY_TEN_MINUTES, random.uniform(30.0, 65.0), int(random.choice((3, 4))))
        for day in chosen
    ]
    kept = [one for one in visits if one is not None]
    if visits[0] is None or visits[-1] is None or len(kept) < 2:
        return []
    return kept


def noise_arcsec(random: Random, visits: list[Visit]) -> Iterator[tuple[Floats, bool]]:
    """Error of each position, (RA*cos(Dec), Dec), and whether it is gross."""
    for one in visits:
        common = random.normal(0.0, OFFSET_ARCSEC, 2) * (random.random() < OFFSET_SHARE)
        for _ in one.mjd:
            error = common + random.normal(0.0, STATIONS[one.station][0], 2)
            gross = bool(random.random() < GROSS_SHARE)
            if gross:
                turn = random.uniform(0.0, 2.0 * np.pi)
                error = error + random.uniform(*GROSS_ARCSEC) * np.array([np.cos(turn), np.sin(turn)])
            yield error, gross


def rounded(row: Observation) -> Observation:
    """To the digits of the MPC's format."""
    return replace(
        row,
        ra_deg=round(row.ra_deg / RA_STEP_DEG) * RA_STEP_DEG % 360.0,
        dec_deg=round(row.dec_deg / DEC_STEP_DEG) * DEC_STEP_DEG,
    )
