"""What next: where the object stands in the coming nights, how surely, and when to observe to know its distance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from calc_grpc.orbits.advice import DAYS, EVERY_NIGHT, NIGHT_COUNT, advise
from calc_grpc.orbits.coming_nights import Nights, coming_nights, first_midnight
from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import ARCSEC_RAD, DAY_S, DEG_RAD
from calc_grpc.orbits.kepler import SQRT_MU
from calc_grpc.orbits.night_sky import Sight, ellipse_of, look, scatter_of, spread_of
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.perturbations import PlanetTable, displacements, planet_table
from calc_grpc.orbits.result import FollowUp
from calc_grpc.orbits.stations import station_places_km
from calc_grpc.orbits.visibility import Visibility, visibility
from calc_grpc.orbits.weights import sigmas_arcsec

POSITIONS_PER_NIGHT = 2
LOST_ABOVE_DEG = 10.0  # semi-major axis, 1-sigma; a place this uncertain is no place
HISTORICAL_AFTER = timedelta(days=730)
LATEST_YEAR = 9990  # the calendar ends with 9999
LISTED = DAYS.astype(np.intp)
MOST_MEMBERS = 40
MOST_DISTANCES = 100  # for which the gain is worked out, evenly chosen
GEOCENTRE = "500"


@dataclass(frozen=True, kw_only=True)
class Family:
    """A posterior that is no bell: states (m, 6) with weights (m,) at the epoch of the state they go with.

    within: (6, 6), what each member is uncertain by itself (a range profile's covariance at fixed range); zeros for
    random samples.
    """

    states: Floats
    weights: Floats
    within: Floats


def like_and_after(used: Sequence[Observation], as_of: datetime | None) -> tuple[Observation, datetime]:
    """Observation that will be repeated, and the moment the coming nights follow.

    It is the last used one from a fixed place; when there is none, the last one as if from the geocentre. The nights
    follow `as_of`, or the last observation where that is later, where `as_of` is None, and where it lies more than two
    years back: then the question is historical, as Gauss's for Ceres.
    """
    in_order = sorted(used, key=lambda one: one.observed_at)
    places = station_places_km()
    placed = [one for one in in_order if places.get(one.station)]
    like = placed[-1] if placed else replace(in_order[-1], station=GEOCENTRE)
    return replace(like, observer_position_km=None), moment_followed(in_order[-1].observed_at, as_of)


def moment_followed(last: datetime, as_of: datetime | None) -> datetime:
    """Which moment the coming nights follow after a last observation; it never comes later for an earlier one."""
    is_past = as_of is None or as_of < last or as_of - last > HISTORICAL_AFTER
    return last if is_past or as_of is None else as_of


def days_ahead(last: datetime, as_of: datetime | None) -> float:
    """How long after the last observation the listed nights end, at most, days."""
    return (moment_followed(last, as_of) - last) / timedelta(days=1) + NIGHT_COUNT + 1.0


def plan_follow_up(
    *, state: Floats, covariance: Floats, epoch_mjd: float, range_partials: Floats, distances: Floats,
    relative_sigma: float, like: Observation, after: datetime, table: PlanetTable, family: Family | None = None,
    h_magnitude: float | None = None,
) -> FollowUp | None:  # fmt: skip
    """Work out the coming nights of an orbit; None when its covariance is not finite, so that nothing can be said.

    state (6,), covariance (6, 6): heliocentric ICRF, au and au/day, at epoch_mjd (TDB). family: what the covariance
    stands for, where that is no bell. range_partials: d distance / d state (n, 6) and distances, au (n,), of the used
    observations; relative_sigma: the largest of these now, as the verdict has it. like: what will be repeated, for its
    station and accuracy; after: the moment the nights follow; both from `like_and_after`. table: covers the epoch
    and the listed nights.
    Method: each night's best moment is found first, from the two-body motion. The covariance (or the family) is carried
    to it; what two positions there would leave of it follows from the linear update of Kalman, both counted as taken at
    one moment. The places follow the planets' pull for the listed nights and are good to the fit itself; beyond, only
    the size of the ellipse and whether the object can be observed are used.
    Reference: Milani 1999, Icarus 137, 269 (ellipses on the sky); Kalman 1960, J. Basic Eng. 82, 35 (the update).
    """
    if not (np.all(np.isfinite(covariance)) and math.isfinite(relative_sigma)):
        return None
    nothing = FollowUp(
        station=like.station, relative_sigma=relative_sigma, nights=(), observe_from=None, observe_by=None, note=""
    )
    if after.year >= LATEST_YEAR:
        return replace(nothing, note="The calendar ends before the coming nights do.", remarks=("CALENDAR_ENDS",))
    first = first_midnight(like.station, after)
    seen = _visible(state, epoch_mjd, like.station, first, after)
    if seen is None:
        return _not_followed(nothing)
    nights = coming_nights(like.station, first, DAYS + seen.offset_days[LISTED], fine_count=NIGHT_COUNT)
    displacement = _displacement(state, epoch_mjd, nights, table)
    sight = look(state, epoch_mjd, nights, displacement)
    if sight is None:
        return _not_followed(nothing)
    linear = spread_of(sight, covariance)
    spread = linear if family is None else _family_spread(sight, family, epoch_mjd, nights, displacement)
    major, _, _ = ellipse_of(spread)
    if not major[0] <= LOST_ABOVE_DEG * DEG_RAD:
        return _lost(nothing, float(major[0]))
    sigma = float(sigmas_arcsec([like], nights.mjd[:1]).mean()) * ARCSEC_RAD
    later = _relative_after(sight, covariance, linear, sigma, range_partials, distances)
    return advise(nothing, first, sight, nights, seen, spread, later, h_magnitude)


def warm_up() -> None:
    """Compile or load every kernel by planning for a made-up circular orbit."""
    state = np.array([2.5, 0.0, 0.0, 0.0, SQRT_MU / math.sqrt(2.5), 0.0])
    start, epoch_mjd = datetime(2020, 1, 1, tzinfo=UTC), 58849.0
    plan_follow_up(
        state=state,
        covariance=1e-8 * np.eye(6),
        epoch_mjd=epoch_mjd,
        range_partials=np.eye(1, 6),
        distances=np.ones(1),
        relative_sigma=1e-4,
        like=Observation(observed_at=start, ra_deg=0.0, dec_deg=0.0, station=GEOCENTRE),
        after=start,
        table=planet_table(epoch_mjd, epoch_mjd + days_ahead(start, None)),
        family=Family(states=np.stack([state, state]), weights=np.ones(2), within=1e-8 * np.eye(6)),
    )


def _visible(state: Floats, epoch_mjd: float, station: str, first: datetime, after: datetime) -> Visibility | None:
    """What every night within the horizon offers the station; None when the orbit cannot be followed."""
    midnights = coming_nights(station, first, EVERY_NIGHT, fine_count=1)
    some = midnights.rows(LISTED)
    sight = look(state, epoch_mjd, some, np.zeros((DAYS.size, 3)))
    if sight is None:
        return None
    line, velocity = (
        np.stack([np.interp(EVERY_NIGHT, DAYS, part) for part in vectors.T], axis=1)
        for vectors in (sight.line, sight.velocity - some.drift)
    )
    # A moment is told to the minute, and may be half of one earlier than the best one.
    seen = visibility(midnights, line, velocity, not_before_days=(after - first) / timedelta(days=1) + 0.5 / 1440.0)
    into_minute = first.second / DAY_S
    whole = np.round((seen.offset_days + into_minute) * 1440.0) / 1440.0 - into_minute
    return seen._replace(offset_days=whole) if midnights.zenith.any() else seen


def _displacement(state: Floats, epoch_mjd: float, nights: Nights, table: PlanetTable) -> Floats:
    """What the planets add to the places of the listed nights; beyond, the last of them is kept."""
    listed = displacements(state, epoch_mjd, nights.mjd[:NIGHT_COUNT], table)[:, :3]
    beyond = np.broadcast_to(listed[-1], (nights.mjd.size - NIGHT_COUNT, 3))
    return np.concatenate([listed, beyond])


def _family_spread(sight: Sight, family: Family, epoch_mjd: float, nights: Nights, displacement: Floats) -> Floats:
    """Covariance of the sky (n, 2, 2) from a family."""
    stride = math.ceil(family.weights.size / MOST_MEMBERS)
    states, weights = family.states[::stride], family.weights[::stride]
    between = scatter_of(sight, states, weights, epoch_mjd, nights, displacement)
    return np.asarray(between + spread_of(sight, family.within))


def _relative_after(
    sight: Sight, covariance: Floats, spread: Floats, sigma: float, range_partials: Floats, distances: Floats
) -> Floats:
    """Largest relative sigma of the distances after two positions in each night, (n,); sigma in rad."""
    some = np.unique(np.linspace(0, distances.size - 1, min(distances.size, MOST_DISTANCES)).astype(np.intp))
    partials, ranges = range_partials[some], distances[some]
    together = partials @ covariance @ sight.partials.transpose(0, 2, 1)  # distance with sky, (nights, some, 2)
    ra2, both, dec2 = spread[:, 0, 0, None], spread[:, 0, 1, None], spread[:, 1, 1, None]
    ra2, dec2 = ra2 + sigma**2 / POSITIONS_PER_NIGHT, dec2 + sigma**2 / POSITIONS_PER_NIGHT
    with_ra, with_dec = together[:, :, 0], together[:, :, 1]
    gained = (with_ra**2 * dec2 - 2.0 * with_ra * with_dec * both + with_dec**2 * ra2) / (ra2 * dec2 - both**2)
    before = np.einsum("si,ij,sj->s", partials, covariance, partials)
    return np.asarray(np.max(np.sqrt(np.maximum(before - gained, 0.0)) / ranges, axis=1))


def _lost(nothing: FollowUp, major: float) -> FollowUp:
    within_deg = major / DEG_RAD if math.isfinite(major) and major < math.pi else None
    size = "most of the sky" if within_deg is None else f"{within_deg:.0f} degrees"
    note = (
        f"Where the object stands in the coming nights is uncertain by {size}: no place to point at. "
        "Earlier images of the same days, or positions published by others, would narrow it."
    )
    return replace(nothing, note=note, remarks=("LOST",), lost_within_deg=within_deg)


def _not_followed(nothing: FollowUp) -> FollowUp:
    note = "The orbit cannot be followed into the coming nights."
    return replace(nothing, note=note, remarks=("NOT_FOLLOWED",))
