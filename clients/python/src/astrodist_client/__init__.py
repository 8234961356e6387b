"""A typed client of AstroDist's calculation service; README.md shows its use."""

from astrodist_client.asyncio_client import AsyncClient
from astrodist_client.core import Calculation, Observation, Orbit, State, observation
from astrodist_client.errors import AstroDistError, Away, FieldError, NotFound, Refused, TooMuch, WaitedTooLong
from astrodist_client.sync_client import Client

__all__ = [
    "AstroDistError",
    "AsyncClient",
    "Away",
    "Calculation",
    "Client",
    "FieldError",
    "NotFound",
    "Observation",
    "Orbit",
    "Refused",
    "State",
    "TooMuch",
    "WaitedTooLong",
    "observation",
]
