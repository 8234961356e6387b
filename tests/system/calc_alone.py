"""calc_grpc as a process of its own, without the other services."""

from pathlib import Path

import grpc
from astrodist_client import AstroDistError
from astrodist_client import Client as CalcClient
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.system.deployment import PATIENCE_S, Deployment, wait_for


class CalcAlone(Deployment):
    """Of the three services only this one."""

    def start_all(self) -> None:
        self.start("calc_grpc")
        wait_for(lambda: is_ready(self), "calc_grpc to answer", hint=self.logs)

    @property
    def memory_mb(self) -> float:
        lines = Path(f"/proc/{self.processes['calc_grpc'].pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def is_ready(calc: Deployment) -> bool:
    """Whether its workers are warm."""
    with grpc.insecure_channel(calc.calc_address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=20)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def is_healthy(calc: Deployment) -> bool:
    """Whether a Create on a connection of its own is answered."""
    with CalcClient(calc.calc_address, timeout_s=PATIENCE_S) as client:
        try:
            return bool(client.create_pi(10, delay_s=86_400).calculation_id)
        except AstroDistError:
            return False
