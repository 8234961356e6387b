"""What an observation must be like. All refusals are found before anything is saved."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings

from main_api.errors import FieldError, InvalidInput
from main_api.requests.models import Observation
from main_api.stations.catalogue import stations

CLOCK_TOLERANCE = timedelta(seconds=60)
EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
MAGNITUDE_RANGE = (-30.0, 40.0)
POSITION_KM_MAX = 1_000_000_000  # that of calc_grpc
TEXT_LENGTHS_MAX: dict[str, int] = {
    field: Observation._meta.get_field(field).max_length for field in ("band", "mode", "catalogue", "program")
}

Refusal = tuple[str, str, str]


def refuse_wrong_observations(
    observations: Sequence[Observation], *, now: datetime, path: str = "", present: Sequence[Observation] = ()
) -> None:
    """Raises InvalidInput naming every refused field.

    path: name of the list in the body; empty for a single observation.
    present: those the request has already besides these.
    """
    if len(present) + len(observations) > settings.OBSERVATION_COUNT_MAX:
        message = f"A request holds at most {settings.OBSERVATION_COUNT_MAX} observations."
        raise InvalidInput(errors=[FieldError(path=path, reason="TOO_MANY_OBSERVATIONS", message=message)])
    refused: list[FieldError] = []
    seen = {key_of(observation) for observation in present}
    for index, observation in enumerate(observations):
        prefix = f"{path}[{index}]." if path else ""
        refused += [
            FieldError(path=prefix + field, reason=reason, message=message)
            for field, reason, message in refusals(observation, now)
        ]
        if key_of(observation) in seen:
            message = "This station has an observation at this moment already."
            refused.append(FieldError(path=f"{prefix}observed_at", reason="DUPLICATE_OBSERVATION", message=message))
        seen.add(key_of(observation))
    if refused:
        raise InvalidInput(errors=refused)


def key_of(observation: Observation) -> tuple[str, datetime]:
    """What a request holds once only."""
    return observation.station, observation.observed_at


def refusals(observation: Observation, now: datetime) -> Iterator[Refusal]:
    """The refused fields of one observation: field, reason, message."""
    if observation.observed_at > now + CLOCK_TOLERANCE:
        yield "observed_at", "FUTURE_TIME", "This moment has not come yet."
    if observation.observed_at < EARLIEST:
        yield "observed_at", "OUT_OF_RANGE", f"Expected a time since {EARLIEST.year}."
    if not 0 <= observation.ra_deg < 360:
        yield "ra_deg", "OUT_OF_RANGE", "Expected 0 <= ra_deg < 360."
    if not -90 <= observation.dec_deg <= 90:
        yield "dec_deg", "OUT_OF_RANGE", "Expected -90 to 90."
    yield from _optional_refusals(observation)
    yield from _text_refusals(observation)
    yield from _station_refusals(observation)


def _optional_refusals(observation: Observation) -> Iterator[Refusal]:
    for field in ("sigma_ra_arcsec", "sigma_dec_arcsec"):
        sigma_arcsec = getattr(observation, field)
        if sigma_arcsec is not None and not 0 < sigma_arcsec < math.inf:
            yield field, "OUT_OF_RANGE", "Expected a number above 0."
    if observation.correlation is not None and not -1 < observation.correlation < 1:
        yield "correlation", "OUT_OF_RANGE", "Expected a value between -1 and 1, both excluded."
    low, high = MAGNITUDE_RANGE
    if observation.magnitude is not None and not low <= observation.magnitude <= high:
        yield "magnitude", "OUT_OF_RANGE", f"Expected {low:g} to {high:g}."


def _text_refusals(observation: Observation) -> Iterator[Refusal]:
    for field, length_max in TEXT_LENGTHS_MAX.items():
        text = getattr(observation, field)
        if len(text) > length_max:
            yield field, "TOO_LONG", f"Expected at most {length_max} characters."
        elif "\x00" in text:
            yield field, "INVALID_FORMAT", "Expected text without null characters."


def _station_refusals(observation: Observation) -> Iterator[Refusal]:
    station = stations().get(observation.station)
    position = observation.observer_position_km
    if station is None:
        yield "station", "UNKNOWN_STATION", "No such code in the MPC's list of observatories."
    elif not station.has_fixed_place and position is None:
        message = f"{station.name} has no fixed place: give its geocentric position (x, y, z)."
        yield "observer_position_km", "STATION_WITHOUT_POSITION", message
    if position is not None and not math.hypot(*position) <= POSITION_KM_MAX:
        message = f"Expected geocentric x, y, z in km, at most {POSITION_KM_MAX} km from the centre of the Earth."
        yield "observer_position_km", "OUT_OF_RANGE", message
