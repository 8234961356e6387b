"""A server in this process, whose workers answer at once, and one that is really everything."""

from collections.abc import Iterator

import pytest

from calc_grpc.config import Config
from calc_grpc.server import Server
from tests.calc_grpc.certificates import Certificates, make_certificates
from tests.calc_grpc.served import served
from tests.system.calc_alone import CalcAlone
from tests.system.deployment import running

API_KEY = "api-key-of-the-clients"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure_server(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Server]:
    """With a key, over TLS."""
    folder = tmp_path_factory.mktemp("clients")
    environ = {
        "CALC_PORT": "0",
        "CALC_DATABASE_URL": f"sqlite:///{folder / 'calc.sqlite3'}",
        "CALC_API_KEY": API_KEY,
        "CALC_HOST": "127.0.0.1",
        "CALC_TLS_CERT": str(certificates.certificate),
        "CALC_TLS_KEY": str(certificates.key),
        "CALC_WORKER_COUNT": "1",
        "CALC_DELAY_S": "0",
    }
    with served(Config.from_env(environ)) as server:
        yield server


@pytest.fixture(scope="session")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalcAlone]:
    """The real service, workers and all."""
    with running(CalcAlone(tmp_path_factory.mktemp("calc"))) as services:
        yield services
