"""What calc_grpc does for the catalogue: synchronises it, and works out where an asteroid was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from astrodist.calc.v1 import calculation_service_pb2, catalogue_sync_pb2, distance_pb2
from google.protobuf.duration_pb2 import Duration

from main_api.asteroids.models import Asteroid
from main_api.calc_channel import SyncRunning, call, stub
from main_api.errors import CalcUnavailable

PREDICT_TIMEOUT_S = 15.0
TIMES_PER_CALL = 1_000
ELEMENTS = ("epoch_mjd_tdb", "a_au", "e", "i_deg", "node_deg", "peri_deg", "mean_anomaly_deg", "q_au", "tp_mjd_tdb")


@dataclass(frozen=True, kw_only=True)
class Sight:
    """When and from where something was observed; `observer_position_km` for stations without a fixed place."""

    at: datetime
    station: str
    observer_position_km: Sequence[float] | None


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where an orbit puts its object, and how far from there an observation of it may lie."""

    ra_deg: float
    dec_deg: float
    distance_au: float
    tolerance_arcsec: float


def start_sync(*, allow_shrink: bool, creator: str) -> tuple[UUID, bool]:
    """The synchronisation that runs now, and whether it ran before; raises CalcUnavailable."""
    request = calculation_service_pb2.CreateCalculationRequest(
        calculation_id=str(uuid4()),
        catalogue_sync=catalogue_sync_pb2.CatalogueSyncInput(allow_shrink=allow_shrink),
        delay=Duration(),
        creator=creator,
    )
    try:
        return UUID(call(stub().CreateCalculation, request).calculation_id), False
    except SyncRunning as running:
        try:
            return UUID(running.calculation_id), True
        except ValueError as error:
            raise CalcUnavailable("A synchronisation runs, and calc_grpc does not say which.") from error


def predict(asteroid: Asteroid, sights: Sequence[Sight]) -> list[Position]:
    """Positions of an asteroid in the order of the sights; raises CalcUnavailable or CalculationRefused."""
    positions: list[Position] = []
    for start in range(0, len(sights), TIMES_PER_CALL):
        request = _prediction_request(asteroid, sights[start : start + TIMES_PER_CALL])
        answer = call(stub().PredictPositions, request, timeout_s=PREDICT_TIMEOUT_S)
        positions += [
            Position(
                ra_deg=position.ra_deg,
                dec_deg=position.dec_deg,
                distance_au=position.distance_au,
                tolerance_arcsec=position.tolerance_arcsec,
            )
            for position in answer.positions
        ]
    return positions


def has_orbit(asteroid: Asteroid) -> bool:
    """Whether the catalogue has what positions follow from: shape, place, a size and a time."""
    needed = (asteroid.epoch_mjd_tdb, asteroid.e, asteroid.i_deg, asteroid.node_deg, asteroid.peri_deg)
    has_size = asteroid.q_au is not None or asteroid.a_au is not None
    has_time = asteroid.tp_mjd_tdb is not None or asteroid.mean_anomaly_deg is not None
    return None not in needed and has_size and has_time


def _prediction_request(asteroid: Asteroid, sights: Sequence[Sight]) -> calculation_service_pb2.PredictPositionsRequest:
    known = {name: value for name in ELEMENTS if (value := getattr(asteroid, name)) is not None}
    code = asteroid.condition_code
    request = calculation_service_pb2.PredictPositionsRequest(
        orbit=distance_pb2.Orbit(**known, uncertainty_u=int(code) if code.isdecimal() and len(code) == 1 else None),
        sites=[
            calculation_service_pb2.PredictionSite(
                station=sight.station, observer_position_km=sight.observer_position_km or []
            )
            for sight in sights
        ],
    )
    for sight in sights:
        request.times.add().FromDatetime(sight.at)
    return request
