"""A calculation service for tests: a real gRPC server whose answers a test decides. It computes nothing."""

import threading
from collections.abc import Callable, Sequence
from concurrent import futures
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import grpc
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2, calculation_service_pb2_grpc, distance_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.json_format import ParseDict
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.system.deployment import free_ports

State = calculation_pb2.Calculation.State
NEXT_NIGHT = datetime(2026, 11, 20, 23, 6, 34, tzinfo=UTC)
REPORTS = UUID("6f1c0e4e-0d4f-4c57-9a37-52f5d1f0a001")


def unused_address() -> str:
    """An address where nobody listens."""
    return f"127.0.0.1:{free_ports(1)[0]}"


def report_id_of(calculation_id: UUID | str) -> UUID:
    """The report id this service gives to a calculation."""
    return uuid5(REPORTS, str(calculation_id))


class FakeCalc(calculation_service_pb2_grpc.CalculationServiceServicer):
    """Keeps calculations in memory; each stays SCHEDULED until a test finishes or cancels it.

    refuse_with: raised by the next calls instead of an answer: a gRPC code, or a whole status.
    read: what it reads in any file; read_contents: the files it was sent.
    predict: what PredictPositions answers; prediction_requests: what it was asked.
    on_create: called after a calculation was kept and before Create answers; on_read: while a file is read.
    """

    def __init__(self) -> None:
        self.calculations: dict[str, calculation_pb2.Calculation] = {}
        self.create_requests: list[calculation_service_pb2.CreateCalculationRequest] = []
        self.metadata: list[dict[str, Any]] = []
        self.cancelled_ids: list[str] = []
        self.read = calculation_service_pb2.ParseAstrometryResponse()
        self.read_contents: list[bytes] = []
        self.on_read: Callable[[], None] = lambda: None
        self.predict: Callable[[Any], Any] = lambda request: calculation_service_pb2.PredictPositionsResponse()
        self.prediction_requests: list[calculation_service_pb2.PredictPositionsRequest] = []
        self.refuse_with: grpc.StatusCode | status_pb2.Status | None = None
        self.on_create: Callable[[str], None] = lambda calculation_id: None
        self.now = lambda: datetime.now(UTC)
        self._lock = threading.Lock()

    def __enter__(self) -> "FakeCalc":
        self._server = grpc.server(futures.ThreadPoolExecutor(8))
        calculation_service_pb2_grpc.add_CalculationServiceServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()

    def CreateCalculation(self, request: Any, context: grpc.ServicerContext) -> calculation_pb2.Calculation:
        self.metadata.append({entry.key: entry.value for entry in context.invocation_metadata()})
        self._refuse(context)
        with self._lock:
            self.create_requests.append(request)
            known = self.calculations.get(request.calculation_id)
            if request.HasField("catalogue_sync"):
                self._keep_sync(request, context)
            elif known is None:
                self.keep(request.calculation_id, request.distance)
            elif known.distance != request.distance:
                context.abort(grpc.StatusCode.ALREADY_EXISTS, "another input")
        self.on_create(request.calculation_id)
        return self.calculations[request.calculation_id]

    def GetCalculation(self, request: Any, context: grpc.ServicerContext) -> calculation_pb2.Calculation:
        self._refuse(context)
        if request.calculation_id not in self.calculations:
            context.abort(grpc.StatusCode.NOT_FOUND, "unknown")
        return self.calculations[request.calculation_id]

    def CancelCalculation(self, request: Any, context: grpc.ServicerContext) -> calculation_pb2.Calculation:
        self._refuse(context)
        self.cancelled_ids.append(request.calculation_id)
        if request.calculation_id not in self.calculations:
            context.abort(grpc.StatusCode.NOT_FOUND, "unknown")
        calculation = self.calculations[request.calculation_id]
        calculation.state = State.CANCELLED
        return calculation

    def ParseAstrometry(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._refuse(context)
        self.read_contents.append(request.content)
        self.on_read()
        return self.read

    def PredictPositions(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._refuse(context)
        self.prediction_requests.append(request)
        return self.predict(request)

    def _keep_sync(self, request: Any, context: grpc.ServicerContext) -> None:
        for other in self.calculations.values():
            if other.kind == "catalogue_sync" and other.state == State.SCHEDULED:
                context.abort_with_status(rpc_status.to_status(sync_running(other.calculation_id)))
        self.calculations[request.calculation_id] = calculation_pb2.Calculation(
            calculation_id=request.calculation_id, kind="catalogue_sync", state=State.SCHEDULED
        )

    def keep(self, calculation_id: str, distance: distance_pb2.DistanceInput) -> calculation_pb2.Calculation:
        """Adds a calculation that is scheduled."""
        calculation = calculation_pb2.Calculation(
            calculation_id=calculation_id, kind="distance", state=State.SCHEDULED, distance=distance
        )
        calculation.create_time.FromDatetime(self.now())
        calculation.report.report_id = str(report_id_of(calculation_id))
        self.calculations[calculation_id] = calculation
        return calculation

    def succeed(self, calculation_id: UUID | str, distance_au: float = 2.5) -> None:
        """Finishes a calculation with the same distance for every observation."""
        calculation = self.calculations[str(calculation_id)]
        calculation.state = State.SUCCEEDED
        verdict = distance_pb2.DistanceResult.Verdict.DETERMINED
        calculation.distance_result.CopyFrom(
            distance_pb2.DistanceResult(
                verdict=verdict,
                verdict_reason="An arc of 41 days.",
                orbit=distance_pb2.Orbit(epoch_mjd_tdb=-21000.5, e=0.08, a_au=2.77, i_deg=10.6, chi2_reduced=1.1),
                observations=[
                    distance_pb2.ObservationResult(
                        id=row.id, result_state=verdict, distance_au=distance_au, distance_sigma_au=0.001, used=True
                    )
                    for row in calculation.distance.observations
                ],
                follow_up=distance_pb2.FollowUp(
                    station="535",
                    relative_sigma=0.0004,
                    nights=[distance_pb2.FollowUpNight(at=NEXT_NIGHT, distance_au=distance_au)],
                ),
            )
        )

    def fail(self, calculation_id: UUID | str) -> None:
        """Ends a calculation with an error."""
        calculation = self.calculations[str(calculation_id)]
        calculation.state = State.FAILED
        calculation.error.reason = "COMPUTATION_FAILED"
        calculation.error.message = "The fit failed."

    def _refuse(self, context: grpc.ServicerContext) -> None:
        if isinstance(self.refuse_with, grpc.StatusCode):
            context.abort(self.refuse_with, "refused by the test")
        if self.refuse_with is not None:
            context.abort_with_status(rpc_status.to_status(self.refuse_with))


def sync_running(calculation_id: str) -> status_pb2.Status:
    """FAILED_PRECONDITION that names the synchronisation that runs."""
    detail = AnyMessage()
    detail.Pack(
        error_details_pb2.ErrorInfo(
            reason="SYNC_RUNNING", domain="astrodist", metadata={"calculation_id": calculation_id}
        )
    )
    return status_pb2.Status(code=code_pb2.FAILED_PRECONDITION, message="It runs already.", details=[detail])


def refused_fields(*violations: tuple[str, str, str]) -> status_pb2.Status:
    """INVALID_ARGUMENT with a BadRequest of (field, reason, description)."""
    detail = AnyMessage()
    detail.Pack(
        error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(field=field, reason=reason, description=description)
                for field, reason, description in violations
            ]
        )
    )
    return status_pb2.Status(code=code_pb2.INVALID_ARGUMENT, message="The input was refused.", details=[detail])


def parsed_row(values: dict[str, Any], *, designation: str = "Ceres", line: int = 1) -> Any:
    """A row of ParseAstrometryResponse from the JSON of an observation."""
    row = calculation_service_pb2.ParsedObservation(designation=designation, line=line)
    return ParseDict({"observation": values}, row)


def parsed(*rows: Any, problems: Sequence[Any] = ()) -> Any:
    """What reading a file answers; problems count themselves."""
    severity = calculation_service_pb2.ParseProblem.Severity
    return calculation_service_pb2.ParseAstrometryResponse(
        observations=rows,
        problems=problems,
        problem_count=len(problems),
        error_count=sum(problem.severity == severity.ERROR for problem in problems),
    )


def parse_problem(reason: str, *, line: int = 1, severity: str = "ERROR", **values: Any) -> Any:
    """A problem of a file."""
    return calculation_service_pb2.ParseProblem(reason=reason, line=line, severity=severity, **values)
