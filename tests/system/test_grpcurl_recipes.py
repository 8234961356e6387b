"""Every command of clients/grpcurl.md, executed in order with the real grpcurl against real servers."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from astrodist.calc.v1 import calculation_service_pb2

from calc_grpc.config import Config
from tests.calc_grpc.certificates import make_certificates
from tests.calc_grpc.served import served
from tests.system.calc_alone import CalcAlone
from tests.system.deployment import ROOT, running
from tests.system.test_grpcurl import grpcurl

__all__ = ["grpcurl"]  # the fixture

RECIPES = ROOT / "clients" / "grpcurl.md"
API_KEY = "api-key-of-the-recipes"
SERVICE = calculation_service_pb2.DESCRIPTOR.services_by_name["CalculationService"]
OTHER_RPCS = ("grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch")
BLOCK = re.compile(r"```sh\n(.*?)```\n(?:\nAnswers (.*?)\n\n)?", re.DOTALL)


@dataclass(frozen=True)
class Recipe:
    """A command, fragments of what it prints, and its exit code; without fragments it only sets variables."""

    command: str
    fragments: tuple[str, ...]
    exit_code: int


def recipes() -> list[Recipe]:
    found = []
    for command, answer in BLOCK.findall(f"{RECIPES.read_text()}\n"):
        code = re.search(r"exit code (\d+)", answer)
        fragments = re.findall(r"`([^`]+)`", answer)
        found.append(Recipe(command, tuple(fragments), int(code[1]) if code else 0))
    return found


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, grpcurl: str) -> Iterator[dict[str, str]]:
    """The addresses of a plain server, with everything real, and of one with TLS and a key."""
    folder = tmp_path_factory.mktemp("recipes")
    certificates = make_certificates(folder / "certificates")
    secure = Config.from_env(
        {
            "CALC_PORT": "0",
            "CALC_DATABASE_URL": f"sqlite:///{folder / 'secure.sqlite3'}",
            "CALC_API_KEY": API_KEY,
            "CALC_HOST": "127.0.0.1",
            "CALC_TLS_CERT": str(certificates.certificate),
            "CALC_TLS_KEY": str(certificates.key),
            "CALC_WORKER_COUNT": "1",
        }
    )
    with running(CalcAlone(folder)) as plain, served(secure) as server:
        yield {
            "PATH": f"{Path(grpcurl).parent}{os.pathsep}{os.environ['PATH']}",
            "PLAIN_CALC": plain.calc_address,
            "SECURE_CALC": f"127.0.0.1:{server.port}",
            "CA": str(certificates.authority),
            "CALC_API_KEY": API_KEY,
        }


def test_every_command_answers_what_stands_behind_it(environment: dict[str, str], tmp_path: Path) -> None:
    variables = ""
    wrong = []
    for recipe in recipes():
        if not recipe.fragments:
            printed = bash(f"{recipe.command}\nset", environment, tmp_path).stdout
            variables = "".join(re.findall(r"^(?:CALC|ID|SERVICE)=.*\n", printed, re.MULTILINE))
            variables = variables.replace("127.0.0.1:50051", environment["PLAIN_CALC"])
            continue
        done = bash(f"{variables}{recipe.command}", environment, tmp_path)
        output = done.stdout + done.stderr
        missing = [fragment for fragment in recipe.fragments if fragment not in output]
        if missing or done.returncode != recipe.exit_code:
            wrong.append((recipe.command, missing, done.returncode, output[-1500:]))
    assert not wrong, "\n".join(map(str, wrong))
    assert variables.count("\n") == 3


def bash(command: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], env=environment, cwd=folder, capture_output=True, text=True, timeout=180, check=False
    )


@pytest.mark.parametrize("rpc", [*(f"$SERVICE/{method.name}" for method in SERVICE.methods), *OTHER_RPCS])
def test_every_rpc_has_a_recipe(rpc: str) -> None:
    commands = [recipe.command for recipe in recipes() if recipe.fragments]
    assert any(re.search(rf"{re.escape(rpc)}(?:\"|\s|$)", command) for command in commands)
