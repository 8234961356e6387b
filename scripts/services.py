"""What the services are: how each is started, with which settings. Used by run.py and by the system tests."""

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORTS = {"CALC_PORT": "50051", "MAIN_PORT": "8001", "GATEWAY_PORT": "8000", "CALC_STANDIN_PORT": "8002"}
DEFAULT_METRICS_PORT = "8003"
DEFAULT_STANDIN_OBJECT_COUNT = "5000"


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process that the launcher keeps alive. `port_setting` names the setting that holds its port."""

    name: str
    command: tuple[str, ...]
    port_setting: str | None


SERVICES = (
    Service(name="calc_grpc", command=(sys.executable, "-m", "calc_grpc"), port_setting="CALC_PORT"),
    Service(name="main_api", command=(sys.executable, "-m", "main_api"), port_setting="MAIN_PORT"),
    Service(name="gateway", command=(sys.executable, "-m", "gateway"), port_setting="GATEWAY_PORT"),
    Service(
        name="repair",
        command=(sys.executable, "main_api/manage.py", "repair_calculations", "--interval", "30"),
        port_setting=None,
    ),
)
# A source of made-up asteroids, for development without the internet.
STANDIN = Service(
    name="standin",
    command=(sys.executable, "-m", "calc_grpc.catalogue.standin"),
    port_setting="CALC_STANDIN_PORT",
)


def services_of(environment: Mapping[str, str]) -> tuple[Service, ...]:
    """Those to start: the stand-in as well, where nothing else is the source of the catalogue."""
    is_source = environment.get("CALC_CATALOGUE_URL") == standin_url(environment["CALC_STANDIN_PORT"])
    is_development = environment.get("ASTRODIST_ENV", "development") == "development"
    return (*SERVICES, STANDIN) if is_source and is_development else SERVICES


def standin_url(port: str) -> str:
    """Where the stand-in answers."""
    return f"http://127.0.0.1:{port}/sbdb_query.api"


def complete_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings of all services: those given, and addresses that follow from the ports where none is given."""
    settings = DEFAULT_PORTS | {name: value for name, value in environ.items() if value or not is_setting(name)}
    calc, main, gateway = settings["CALC_PORT"], settings["MAIN_PORT"], settings["GATEWAY_PORT"]
    derived = {
        "GATEWAY_MAIN_URL": f"http://127.0.0.1:{main}",
        "GATEWAY_CALC_ADDRESS": f"127.0.0.1:{calc}",
        "MAIN_CALC_ADDRESS": f"127.0.0.1:{calc}",
        "MAIN_CALLBACK_BASE_URL": f"http://127.0.0.1:{main}",
        "CALC_CALLBACK_ALLOWED_ORIGINS": ",".join(
            f"http://{host}:{port}" for port in (main, gateway) for host in ("127.0.0.1", "localhost")
        ),
        "CALC_MAIN_URL": f"http://127.0.0.1:{main}",
        "CALC_STANDIN_OBJECT_COUNT": DEFAULT_STANDIN_OBJECT_COUNT,
        "NUMBA_CACHE_DIR": str(ROOT / "var" / "numba"),
        "PYTHONUNBUFFERED": "1",
    }
    if settings.get("ASTRODIST_ENV", "development") == "development":
        derived["CALC_CATALOGUE_URL"] = standin_url(settings["CALC_STANDIN_PORT"])
    return {**derived, **settings}


def is_setting(name: str) -> bool:
    """Whether a room reads it; an empty setting is as good as none, everywhere."""
    return name.startswith(("ASTRODIST_", "CALC_", "MAIN_", "GATEWAY_"))


def read_environment() -> dict[str, str]:
    """The process's environment over the lines of .env, completed."""
    from dotenv import dotenv_values  # not needed by the tests, which give their settings

    from_file = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
    return complete_environment({"CALC_METRICS_PORT": DEFAULT_METRICS_PORT, **from_file, **os.environ})


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0
