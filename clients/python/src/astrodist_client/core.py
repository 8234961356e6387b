"""What both clients share: the channel's settings, the requests, and how to wait. Nothing here calls anybody."""

import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypedDict

import grpc
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, distance_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from astrodist_client.errors import AstroDistError, Away, WaitedTooLong

Calculation: TypeAlias = calculation_pb2.Calculation
Observation: TypeAlias = distance_pb2.Observation
Orbit: TypeAlias = distance_pb2.Orbit
State = calculation_pb2.Calculation.State
OnProgress = Callable[[Calculation], None]

SERVICE = "astrodist.calc.v1.CalculationService"
ANSWER_BYTES_MAX = 16 * 1024 * 1024  # of a large file of observations
PAUSES_S = (0.2, 0.5, 1.0, 2.0)
CUTS_BEFORE_POLLING = 3
FINAL = frozenset((State.SUCCEEDED, State.FAILED, State.CANCELLED))
# Every call may be repeated: a calculation is created under an id that this side draws.
RETRIES = {
    "methodConfig": [
        {
            "name": [{"service": SERVICE}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.2s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
OPTIONS = (
    ("grpc.service_config", json.dumps(RETRIES)),
    ("grpc.max_receive_message_length", ANSWER_BYTES_MAX),
    ("grpc.max_metadata_size", 64 * 1024),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.enable_http_proxy", 0),
)


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach a service.

    api_key: sent with every call. authority: PEM of who signed the server's certificate, or True for the system's
    authorities; None: the channel is not encrypted. timeout_s: of each call that is no stream.
    """

    address: str
    api_key: str = field(default="", repr=False)
    authority: bytes | bool | None = None
    timeout_s: float = 15.0

    @property
    def credentials(self) -> grpc.ChannelCredentials | None:
        """What a secure channel needs; None: it is none."""
        if not self.authority:
            return None
        return grpc.ssl_channel_credentials(self.authority if isinstance(self.authority, bytes) else None)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with every call."""
        return (("authorization", f"Bearer {self.api_key}"),) if self.api_key else ()

    def within_s(self, left_s: float | None) -> float:
        """How long one call may take where a wait has so much time left; None: for ever."""
        return self.timeout_s if left_s is None else min(self.timeout_s, left_s)


class Ours(TypedDict, total=False):
    """What every creation may say.

    calculation_id: a UUID; drawn when absent. delay_s: absent: the server draws it. callback_url: where to report the
    end. creator: whom it is for. creator_waiting_max: how many of theirs may wait or run.
    """

    calculation_id: str
    delay_s: float
    callback_url: str
    creator: str
    creator_waiting_max: int


def distance_request(
    observations: Iterable[Observation], ours: Ours
) -> calculation_service_pb2.CreateCalculationRequest:
    """Asks for the distances of three observations or more."""
    request = _creation(ours)
    request.distance.observations.extend(observations)
    return request


def identification_request(
    observations: Iterable[Observation], ours: Ours
) -> calculation_service_pb2.CreateCalculationRequest:
    """Asks which known asteroid was observed."""
    request = _creation(ours)
    request.identification.observations.extend(observations)
    return request


def pi_request(digit_position: int, ours: Ours) -> calculation_service_pb2.CreateCalculationRequest:
    """Asks for digits of pi up to a position, 0 being the 3."""
    request = _creation(ours)
    request.pi.digit_position = digit_position
    return request


def sync_request(allow_shrink: bool, ours: Ours) -> calculation_service_pb2.CreateCalculationRequest:
    """Asks for a synchronisation of the catalogue."""
    request = _creation(ours)
    request.catalogue_sync.allow_shrink = allow_shrink
    return request


def _creation(ours: Ours) -> calculation_service_pb2.CreateCalculationRequest:
    """Without an id one is drawn, so that repeating the call creates nothing twice."""
    request = calculation_service_pb2.CreateCalculationRequest(
        calculation_id=ours.get("calculation_id") or str(uuid.uuid4()), creator=ours.get("creator", "")
    )
    if "delay_s" in ours:
        request.delay.FromTimedelta(timedelta(seconds=ours["delay_s"]))
    if "callback_url" in ours:
        request.callback.url = ours["callback_url"]
    if "creator_waiting_max" in ours:
        request.creator_waiting_max = ours["creator_waiting_max"]
    return request


def observation(
    *, id: int, observed_at: datetime, ra_deg: float, dec_deg: float, station: str
) -> distance_pb2.Observation:
    """A measured position: moment (aware), right ascension and declination in degrees (ICRF), MPC station code."""
    return distance_pb2.Observation(
        id=id, observed_at=moment(observed_at), ra_deg=ra_deg, dec_deg=dec_deg, station=station
    )


def moment(value: datetime) -> Timestamp:
    """A moment of the wire; raises ValueError for one without a time zone."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone; give an aware datetime")
    stamp = Timestamp()
    stamp.FromDatetime(value.astimezone(UTC))
    return stamp


def prediction(
    orbit: Orbit, times: Iterable[datetime], station: str
) -> calculation_service_pb2.PredictPositionsRequest:
    """Where to ask an orbit to be, and when."""
    return calculation_service_pb2.PredictPositionsRequest(
        orbit=orbit, station=station, times=[moment(time_) for time_ in times]
    )


class Waiting:
    """Decides, for either client, how a wait for the end of a calculation goes on.

    A stream that is cut is opened again after a pause; after some cuts in a row, without a snapshot in between, the
    calculation is read now and then instead.
    """

    def __init__(
        self, timeout_s: float | None, on_progress: OnProgress | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._ends_at = None if timeout_s is None else clock() + timeout_s
        self._on_progress = on_progress
        self._cut_count = 0
        self._seen_revision = 0

    @property
    def polls(self) -> bool:
        """Whether streams do not hold here."""
        return self._cut_count >= CUTS_BEFORE_POLLING

    def left_s(self) -> float | None:
        """Seconds until the end of the wait, None for ever; raises WaitedTooLong."""
        if self._ends_at is None:
            return None
        left_s = self._ends_at - self._clock()
        if left_s <= 0.0:
            raise WaitedTooLong("The calculation did not end in time; it goes on.")
        return left_s

    def see(self, snapshot: Calculation) -> bool:
        """Tell of a snapshot; returns whether it is the end."""
        if snapshot.revision > self._seen_revision:
            self._seen_revision = snapshot.revision
            if not self.polls:
                self._cut_count = 0
            if self._on_progress is not None:
                self._on_progress(snapshot)
        return snapshot.state in FINAL

    def pause_s(self, error: AstroDistError | None) -> float:
        """How long to pause after a stream ended or a call failed; raises what no repetition helps against."""
        if error is not None and not isinstance(error, Away):
            raise error
        self._cut_count += 1
        pause_s = PAUSES_S[min(self._cut_count, len(PAUSES_S)) - 1]
        left_s = self.left_s()
        return pause_s if left_s is None else min(pause_s, left_s)
