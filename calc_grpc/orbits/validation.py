"""What is wrong with observations, all of it at once, in words that say what to do."""

import math
import unicodedata
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.stations import station_places_km

FEWEST = 3
MOST = 5000
CLOCK_TOLERANCE = timedelta(minutes=1)  # clocks of two machines differ
EARLIEST_YEAR = 1600  # before telescopes there were no such positions; main_api has the same bounds
EARLIEST = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
FARTHEST_OBSERVER_KM = 1.0e9  # geocentric; no observatory has gone farther than a few au
MAGNITUDES = (-30.0, 40.0)
LONGEST_STATION = 4
LONGEST_TEXTS = {"band": 8, "mode": 8, "catalogue": 16, "program": 8}  # characters, as main_api stores

REQUIRED = "REQUIRED"
OUT_OF_RANGE = "OUT_OF_RANGE"
TOO_LONG = "TOO_LONG"
INVALID_FORMAT = "INVALID_FORMAT"
FUTURE_TIME = "FUTURE_TIME"
UNKNOWN_STATION = "UNKNOWN_STATION"
STATION_WITHOUT_POSITION = "STATION_WITHOUT_POSITION"
TOO_FEW_OBSERVATIONS = "TOO_FEW_OBSERVATIONS"
DUPLICATE_OBSERVATION = "DUPLICATE_OBSERVATION"
TOO_MANY_OBSERVATIONS = "TOO_MANY_OBSERVATIONS"


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """One field that cannot be used: where, which word of the list above, and what to do about it."""

    path: str
    reason: str
    message: str


def find_problems(observations: Sequence[Observation], *, now: datetime, fewest: int = FEWEST) -> list[FieldProblem]:
    """List every problem, in the order of the observations; empty when the solver can start, which needs so many."""
    if len(observations) > MOST:
        message = f"{len(observations)} observations were given; at most {MOST} are taken. Leave some out."
        return [FieldProblem(path="observations", reason=TOO_MANY_OBSERVATIONS, message=message)]
    problems = []
    if len(observations) < fewest:
        message = f"Give {fewest} or more observations; {len(observations)} were given."
        problems.append(FieldProblem(path="observations", reason=TOO_FEW_OBSERVATIONS, message=message))
    seen = _first_of([(observation.station, observation.observed_at) for observation in observations])
    numbered = _first_of([observation.id for observation in observations])
    for k, observation in enumerate(observations):
        problems.extend(_of_one(f"observations[{k}]", observation, now))
        if seen.get(k, k) != k:
            problems.append(_duplicate(k, seen[k]))
        if observation.id is not None and numbered.get(k, k) != k:
            problems.append(_repeated_id(k, numbered[k], observation.id))
    return problems


def _first_of(keys: Sequence[Hashable]) -> dict[int, int]:
    """For each place the first one with the same key; empty when every key is there once, as is usual."""
    if len(set(keys)) == len(keys):
        return {}
    first: dict[Hashable, int] = {}
    return {k: first.setdefault(key, k) for k, key in enumerate(keys)}


def _repeated_id(k: int, first: int, number: int) -> FieldProblem:
    message = f"observations[{first}] has the id {number} too. Give each row its own, or none."
    return FieldProblem(path=f"observations[{k}].id", reason=DUPLICATE_OBSERVATION, message=message)


def _duplicate(k: int, first: int) -> FieldProblem:
    message = f"The same station and time as observations[{first}]. Remove one of the two."
    return FieldProblem(path=f"observations[{k}].observed_at", reason=DUPLICATE_OBSERVATION, message=message)


def _of_one(path: str, observation: Observation, now: datetime) -> Iterator[FieldProblem]:
    yield from _of_time(path, observation.observed_at, now)
    yield from _of_numbers(path, observation)
    yield from _of_texts(path, observation)
    yield from find_site_problems(path, observation.station, observation.observer_position_km)


def _of_time(path: str, observed_at: datetime, now: datetime) -> Iterator[FieldProblem]:
    where = f"{path}.observed_at"
    if observed_at.tzinfo is None:
        message = "The time has no zone. Give it in UTC, ending in Z."
        yield FieldProblem(path=where, reason=OUT_OF_RANGE, message=message)
    elif observed_at < EARLIEST:
        message = f"Times before {EARLIEST_YEAR} are not taken. Check the year."
        yield FieldProblem(path=where, reason=OUT_OF_RANGE, message=message)
    elif observed_at - CLOCK_TOLERANCE > now:
        message = "The time lies in the future. Check the date, and that it is UTC."
        yield FieldProblem(path=where, reason=FUTURE_TIME, message=message)


def _of_numbers(path: str, observation: Observation) -> Iterator[FieldProblem]:
    ra, dec, correlation = observation.ra_deg, observation.dec_deg, observation.correlation
    if not (math.isfinite(ra) and 0.0 <= ra < 360.0):
        yield _out(path, "ra_deg", "Give the right ascension in degrees, from 0 up to but not including 360.")
    if not (math.isfinite(dec) and -90.0 <= dec <= 90.0):
        yield _out(path, "dec_deg", "Give the declination in degrees, from -90 to 90.")
    for name in ("sigma_ra_arcsec", "sigma_dec_arcsec"):
        sigma = getattr(observation, name)
        if sigma is not None and not (math.isfinite(sigma) and sigma > 0.0):
            yield _out(path, name, "Give a sigma above zero in arcseconds, or leave it out.")
    if correlation is not None and not (math.isfinite(correlation) and -1.0 < correlation < 1.0):
        yield _out(path, "correlation", "Give a correlation between -1 and 1, or leave it out.")
    brightest, faintest = MAGNITUDES
    if observation.magnitude is not None and not brightest <= observation.magnitude <= faintest:
        yield _out(path, "magnitude", f"Give a magnitude from {brightest:g} to {faintest:g}, or leave it out.")


def _of_texts(path: str, observation: Observation) -> Iterator[FieldProblem]:
    for name, most in LONGEST_TEXTS.items():
        text = getattr(observation, name)
        if not text:
            continue
        if len(text) > most:
            message = f"Give at most {most} characters."
            yield FieldProblem(path=f"{path}.{name}", reason=TOO_LONG, message=message)
        elif not text.isprintable() and any(unicodedata.category(character) == "Cc" for character in text):
            message = "Give the text without control characters such as tabs and line ends."
            yield FieldProblem(path=f"{path}.{name}", reason=INVALID_FORMAT, message=message)


def find_site_problems(path: str, station: str, place: tuple[float, float, float] | None) -> Iterator[FieldProblem]:
    """List what is wrong with where an observer stands: a code, and a geocentric place in km where it needs one."""
    if place is not None and not (len(place) == 3 and math.hypot(*place) <= FARTHEST_OBSERVER_KM):
        message = f"Give geocentric x, y, z in km, ICRF axes, at most {FARTHEST_OBSERVER_KM:.0e} km long."
        yield _out(path, "observer_position_km", message)
    yield from _of_station(path, station, placed=place is not None)


def _of_station(path: str, station: str, *, placed: bool) -> Iterator[FieldProblem]:
    where = f"{path}.station"
    places = station_places_km()
    if not station:
        message = "Give the MPC code of the station, for example 535."
        yield FieldProblem(path=where, reason=REQUIRED, message=message)
    elif len(station) > LONGEST_STATION:
        message = f"Give the MPC code of the station, at most {LONGEST_STATION} characters."
        yield FieldProblem(path=where, reason=TOO_LONG, message=message)
    elif station not in places:
        message = f"The MPC has no station {station!r}. Check the code, or look it up by name."
        yield FieldProblem(path=where, reason=UNKNOWN_STATION, message=message)
    elif places[station] is None and not placed:
        message = f"Station {station} has no fixed place. Give observer_position_km for the moment."
        yield FieldProblem(path=where, reason=STATION_WITHOUT_POSITION, message=message)


def _out(path: str, name: str, message: str) -> FieldProblem:
    return FieldProblem(path=f"{path}.{name}", reason=OUT_OF_RANGE, message=message)
