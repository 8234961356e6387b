"""The truth check: where the catalogue's orbit puts the asteroid that a request names, beside what was observed."""

import math
from dataclasses import dataclass
from typing import Any

from main_api.accounts.models import User
from main_api.asteroids.calc import Position, Sight, has_orbit, predict
from main_api.asteroids.models import Asteroid
from main_api.asteroids.selectors import find_asteroid
from main_api.errors import NotInCatalogue
from main_api.requests.models import Observation
from main_api.requests.selectors import get_visible_request

SIGMAS = 3.0


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """An asteroid of the catalogue, and a row for each observation of the request."""

    asteroid: Asteroid
    observations: list[dict[str, Any]]


def predict_request(*, user: User, request_id: int) -> Prediction:
    """Distances and places predicted for a request's observations, and which of these belong to the asteroid.

    Raises NotFound, NotInCatalogue, CalcUnavailable, or CalculationRefused when a moment is too far from our time.
    """
    request = get_visible_request(user=user, request_id=request_id)
    asteroid = find_asteroid(request.designation)
    if asteroid is None:
        raise NotInCatalogue()
    if not has_orbit(asteroid):
        raise NotInCatalogue(f"The catalogue has no orbit of {asteroid.full_name}.")
    observations = list(request.observations.all())
    sights = [
        Sight(at=row.observed_at, station=row.station, observer_position_km=row.observer_position_km)
        for row in observations
    ]
    positions = predict(asteroid, sights)
    rows = [_row(observation, position) for observation, position in zip(observations, positions, strict=True)]
    return Prediction(asteroid=asteroid, observations=rows)


def _row(observation: Observation, position: Position) -> dict[str, Any]:
    """An observation belongs to the asteroid when its separation from the predicted place is within the tolerance.

    That is what calc_grpc allows the orbit, for its uncertainty U and the time from the epoch of the elements, at least
    30 arcseconds, which hold the usual error of a measurement; and beside it three times the uncertainty that the
    observer stated, since both may be off the same way. An identification applies the same rule.
    """
    separation_arcsec = (
        separation_deg(observation.ra_deg, observation.dec_deg, position.ra_deg, position.dec_deg) * 3600
    )
    sigma_arcsec = max(observation.sigma_ra_arcsec or 0, observation.sigma_dec_arcsec or 0)
    tolerance_arcsec = position.tolerance_arcsec + SIGMAS * sigma_arcsec
    return {
        "id": observation.pk,
        "distance_au": position.distance_au,
        "ra_deg": position.ra_deg,
        "dec_deg": position.dec_deg,
        "separation_arcsec": separation_arcsec,
        "tolerance_arcsec": tolerance_arcsec,
        "belongs": separation_arcsec <= tolerance_arcsec,
    }


def separation_deg(ra_deg: float, dec_deg: float, other_ra_deg: float, other_dec_deg: float) -> float:
    """The angle between two places in the sky; exact for small and for large ones (haversine)."""
    dec, other_dec = math.radians(dec_deg), math.radians(other_dec_deg)
    across = math.sin(math.radians(other_ra_deg - ra_deg) / 2) ** 2 * math.cos(dec) * math.cos(other_dec)
    up = math.sin((other_dec - dec) / 2) ** 2
    return math.degrees(2 * math.asin(min(1.0, math.sqrt(up + across))))
