"""From what the coming nights offer to what an observer is told: the rows, the days, and the remarks."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from calc_grpc.orbits.coming_nights import Nights
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import ARCSEC_RAD, AU_KM, DEG_RAD, EARTH_EQUATOR_KM
from calc_grpc.orbits.night_sky import Sight, angle_between, ellipse_of, magnitudes, sky_motion
from calc_grpc.orbits.result import FollowUp, FollowUpNight, Remark
from calc_grpc.orbits.visibility import DARK_SUN_DEG, LOWEST_DEG, NEAR_SUN_DEG, Visibility, lit_share, moon_from

NIGHT_COUNT = 30
HORIZON_DAYS = 180
STEP_DAYS = 5  # between the nights that are worked out beyond the listed ones; what lies between is interpolated
EVERY_NIGHT: Floats = np.arange(float(HORIZON_DAYS))
DAYS: Floats = np.unique([*range(NIGHT_COUNT), *range(NIGHT_COUNT, HORIZON_DAYS, STEP_DAYS), HORIZON_DAYS - 1.0])
GOAL = 0.01  # largest relative 1-sigma of a distance that is called determined
FIELD_ARCSEC = 600.0  # a usual field of view, across
FIELD_SIGMAS = 2.0


def advise(
    nothing: FollowUp, first: datetime, sight: Sight, nights: Nights, seen: Visibility, spread: Floats, later: Floats,
    h_magnitude: float | None,
) -> FollowUp:  # fmt: skip
    """Fill an answer that says nothing yet.

    first: midnight of the first night. sight, nights, spread (n, 2, 2), later (n,): at the best moments of the nights
    DAYS; later: the largest relative 1-sigma of the distances after observing. seen: of every night of the horizon.
    """
    is_free = seen.is_free
    major = np.interp(EVERY_NIGHT, DAYS, ellipse_of(spread)[0])
    fits = 2.0 * FIELD_SIGMAS * major <= FIELD_ARCSEC * ARCSEC_RAD
    known = nothing.relative_sigma <= GOAL
    from_night = None if known else _first(is_free & (np.interp(EVERY_NIGHT, DAYS, later) <= GOAL))
    outgrown = _first(~fits)
    by_night = _first(is_free[:outgrown][::-1]) if outgrown else None
    end = None if by_night is None or outgrown is None else outgrown - 1 - by_night
    rows = _rows(first, sight, nights, seen, spread, later, h_magnitude)
    highest = max((row.altitude_deg for row in rows if row.altitude_deg is not None), default=None)

    def moment(night: int | None) -> datetime | None:
        return None if night is None else first + timedelta(days=night + float(seen.offset_days[night]))

    notes = _why_not(seen, moment(_first(is_free)), highest)
    notes |= _notes(known, from_night, end, is_free, fits)
    return replace(
        nothing,
        nights=rows,
        observe_from=moment(from_night),
        observe_by=moment(end),
        note=" ".join(notes.values()),
        remarks=tuple(notes),
        observable_from=moment(_first(is_free)),
        highest_altitude_deg=highest if "LOW" in notes else None,
    )


def _first(mask: np.ndarray) -> int | None:
    """Number of the first night that is marked."""
    rows = np.flatnonzero(mask)
    return int(rows[0]) if rows.size else None


def _rows(
    first: datetime, sight: Sight, nights: Nights, seen: Visibility, spread: Floats, later: Floats,
    h_magnitude: float | None,
) -> tuple[FollowUpNight, ...]:  # fmt: skip
    listed = slice(NIGHT_COUNT)
    sight, nights = Sight(*(part[listed] for part in sight)), nights.rows(listed)
    major, minor, angle = ellipse_of(spread[listed])
    distance = np.sqrt(np.einsum("nk,nk->n", sight.line, sight.line))
    ra = np.arctan2(sight.line[:, 1], sight.line[:, 0]) / DEG_RAD % 360.0
    motion = sky_motion(sight, nights) / ARCSEC_RAD / 1440.0
    bright = magnitudes(sight, h_magnitude) if h_magnitude is not None else None
    unknown = [None] * NIGHT_COUNT
    columns: dict[str, list[Any]] = {
        "ra_deg": (ra % 360.0).tolist(),
        "dec_deg": (np.arcsin(sight.line[:, 2] / distance) / DEG_RAD).tolist(),
        "distance_au": distance.tolist(),
        "ellipse_major_arcsec": (major / ARCSEC_RAD).tolist(),
        "ellipse_minor_arcsec": (minor / ARCSEC_RAD).tolist(),
        "ellipse_angle_deg": (angle / DEG_RAD % 180.0).tolist(),
        "motion_ra_arcsec_per_min": motion[:, 0].tolist(),
        "motion_dec_arcsec_per_min": motion[:, 1].tolist(),
        "sun_elongation_deg": (angle_between(sight.line, -nights.observer) / DEG_RAD).tolist(),
        "magnitude": unknown if bright is None else [one if math.isfinite(one) else None for one in bright.tolist()],
        "relative_sigma_after": later[listed].tolist(),
        "hindrance": seen.hindrances[listed],
    } | _from_the_ground(sight, nights, seen)
    moments = [first + timedelta(days=k + offset) for k, offset in enumerate(seen.offset_days[listed].tolist())]
    return tuple(
        FollowUpNight(at=moment, **dict(zip(columns, row, strict=True)))
        for moment, row in zip(moments, zip(*columns.values(), strict=True), strict=True)
    )


def _from_the_ground(sight: Sight, nights: Nights, seen: Visibility) -> dict[str, list[Any]]:
    """What only a station with a horizon knows of each listed night."""
    if not nights.zenith.any():
        names = (
            "altitude_deg", "observable_hours", "sun_altitude_deg", "moon_separation_deg", "moon_illumination",
        )  # fmt: skip
        return {name: [None] * NIGHT_COUNT for name in names}
    moon, _ = moon_from(nights)
    sun = -nights.observer
    from_station = moon - EARTH_EQUATOR_KM / AU_KM * nights.zenith
    return {
        "altitude_deg": (90.0 - angle_between(sight.line, nights.zenith) / DEG_RAD).tolist(),
        "observable_hours": seen.hours[:NIGHT_COUNT].tolist(),
        "sun_altitude_deg": (90.0 - angle_between(sun, nights.zenith) / DEG_RAD).tolist(),
        "moon_separation_deg": (angle_between(sight.line, from_station) / DEG_RAD).tolist(),
        "moon_illumination": lit_share(moon, sun).tolist(),
    }


def _why_not(seen: Visibility, again: datetime | None, highest: float | None) -> dict[Remark, str]:
    """Why none of the listed nights will do, and when the first one does; nothing when one of them does."""
    reasons = set(seen.hindrances[:NIGHT_COUNT])
    if "" in reasons:
        return {}
    notes: dict[Remark, str] = {}
    if reasons == {"NEAR_SUN"}:
        notes["NEAR_SUN"] = f"On all of these nights the object stands within {NEAR_SUN_DEG:.0f} degrees of the Sun."
    elif reasons == {"NO_DARKNESS"}:
        notes["NO_DARKNESS"] = (
            f"On none of these nights does the Sun sink {-DARK_SUN_DEG:.0f} degrees below the station's horizon."
        )
    elif reasons == {"LOW"} and highest is not None:
        notes["LOW"] = (
            f"On none of these nights does the object stand {LOWEST_DEG:.0f} degrees above the station's horizon in "
            f"the dark: it reaches {highest:.0f} degrees."
        )
    else:
        notes["NOT_OBSERVABLE"] = (
            "On none of these nights can the station observe the object: it is too low in the dark, too near the Sun "
            "or the Moon, or the night does not get dark."
        )
    if again is None:
        notes["NOT_SOON"] = f"Nor can it on any other of the coming {HORIZON_DAYS} days."
    else:
        notes["OBSERVABLE_LATER"] = f"The station can observe it again from {again:%Y-%m-%d %H:%M} UTC on."
    return notes


def _notes(known: bool, start: int | None, end: int | None, is_free: np.ndarray, fits: np.ndarray) -> dict[Remark, str]:
    """What there is to say besides: the stable word of each sentence, and the sentence."""
    notes: dict[Remark, str] = {}
    if not fits[0]:
        notes["WIDE_ELLIPSE"] = (
            f"The {FIELD_SIGMAS:.0f}-sigma ellipse is larger than a field of {FIELD_ARCSEC / 60.0:.0f} arcminutes "
            "from the first night on: search along its major axis."
        )
    elif end is None and is_free.any() and not fits.all():
        notes["OUTGROWN"] = (
            "The ellipse outgrows the field before the object can be observed: search along its major axis then."
        )
    if not known and start is None and is_free.any():
        notes["SEVERAL_NIGHTS"] = (
            f"No single night of the coming {HORIZON_DAYS} days brings the distance to 1 %; observe on several."
        )
    if start is not None and end is not None and end < start:
        notes["OBSERVE_EARLIER"] = (
            "The ellipse outgrows the field before one night alone would do: observe earlier as well."
        )
    return notes
