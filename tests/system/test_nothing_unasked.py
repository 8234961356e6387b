"""Where no collector is set, the library for traces is not even loaded; where one is, it is."""

import json
import os
import subprocess
import sys

import pytest

from scripts.services import ROOT, is_setting

PROGRAMS = {
    "gateway": "from gateway.app import build_app; from gateway.config import Config; import gateway.__main__;"
    "build_app(Config.from_env(os.environ))",
    "main_api": "os.environ['DJANGO_SETTINGS_MODULE'] = 'main_api.config.settings'; import main_api.config.wsgi;"
    "from main_api.config import urls; from django.conf import settings;"
    "from django.utils.module_loading import import_string; [import_string(name) for name in settings.MIDDLEWARE]",
    "calc_grpc": "from calc_grpc.config import Config; from calc_grpc.server import Server; import calc_grpc.cli;"
    "from calc_grpc import tracing; c = Config.from_env(os.environ); c.traces and tracing.start();"
    "import calc_grpc.worker_process",
}


def loaded(room: str, **settings: str) -> list[str]:
    """The modules of the library that a room has loaded when it is built."""
    program = f"import os, sys, json; {PROGRAMS[room]}; print(json.dumps(sorted(sys.modules)))"
    kept = {name: value for name, value in os.environ.items() if not is_setting(name) and not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=kept | settings, capture_output=True, text=True, check=True
    )
    return [name for name in json.loads(done.stdout.splitlines()[-1]) if name.startswith("opentelemetry.sdk")]


@pytest.mark.parametrize("room", PROGRAMS)
def test_without_a_collector_nothing_of_opentelemetry_is_loaded(room: str) -> None:
    assert loaded(room) == []


def test_with_a_collector_it_is_loaded() -> None:
    assert loaded("calc_grpc", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
