"""ASTRODIST_ENV=production: what it refuses by name, what it turns on, and that calls to calc_grpc are then secure."""

import os
import runpy
import time
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from astrodist.calc.v1 import calculation_service_pb2_grpc
from django.core.management import CommandError, call_command

from main_api import calc_client
from main_api.accounts.models import User
from main_api.config import settings as settings_file
from main_api.errors import CalcUnavailable
from tests.calc_grpc.certificates import Certificates, make_certificates
from tests.main_api.fake_calc import FakeCalc
from tests.main_api.test_settings import SECRETS, run

DEVELOPMENT_ONLY = "development-only"
Read = Callable[..., dict[str, Any]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Read:
    """Reads the settings file anew, with these variables alone."""

    def read_settings(**variables: str) -> dict[str, Any]:
        for name in [name for name in os.environ if name.startswith(("MAIN_", "ASTRODIST_", "DJANGO_"))]:
            monkeypatch.delenv(name)
        for name, value in {"MAIN_DATABASE_URL": f"sqlite:///{tmp_path}/main.sqlite3", **variables}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings_file.__file__))

    return read_settings


@pytest.fixture
def refused(read: Read, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What the start says that ends with 2."""

    def refuse(**variables: str) -> str:
        with pytest.raises(SystemExit) as stop:
            read(**variables)
        assert stop.value.code == 2
        return capsys.readouterr().err

    return refuse


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIN_SECRET_KEY", ""),
        ("MAIN_SECRET_KEY", DEVELOPMENT_ONLY),
        ("MAIN_SECRET_KEY", "0123456789" * 3),
        ("MAIN_CALLBACK_KEYS", ""),
        ("MAIN_CALLBACK_KEYS", "a-secret-key,development-callback-key"),
        ("MAIN_CALC_API_KEY", ""),
        ("MAIN_CALC_API_KEY", "short"),
        ("MAIN_ALLOWED_HOSTS", ""),
        ("MAIN_ALLOWED_HOSTS", "*"),
        ("MAIN_ALLOWED_HOSTS", "astrodist.example,*"),
        ("MAIN_REQUIRE_SIGNATURE", "false"),
        ("MAIN_TRUSTED_PROXIES", "10.0.0.0/8,::/0"),
    ],
)
def test_it_refuses_by_name_what_would_leave_it_open(refused: Callable[..., str], name: str, value: str) -> None:
    said = refused(**{**SECRETS, name: value})
    assert said.startswith(f"main_api cannot start: {name}") and "in production" in said
    assert len(value) < 9 or value not in said, "a secret is not repeated"


def test_a_calc_grpc_on_another_machine_is_called_over_tls_only(
    read: Read, refused: Callable[..., str], tmp_path: Path
) -> None:
    elsewhere = SECRETS | {"MAIN_CALC_ADDRESS": "calc.example:50051"}
    assert refused(**elsewhere).startswith("main_api cannot start: MAIN_CALC_CA is missing: in production")
    authority = make_certificates(tmp_path / "tls").authority
    assert read(**elsewhere, MAIN_CALC_CA=str(authority))["CALC_CA"] == authority.read_bytes()
    assert "MAIN_CALC_CA is missing" in refused(**SECRETS | {"MAIN_CALC_ADDRESS": "127.0.0.1:50051,10.0.0.2:50051"})
    for here in ("127.0.0.1:50051", "localhost:50051", "[::1]:50051", "127.0.0.1:50051, 127.0.0.2:50051"):
        assert read(**SECRETS | {"MAIN_CALC_ADDRESS": here})["CALC_CA"] is None
    assert read(MAIN_CALC_ADDRESS="calc.example:50051")["CALC_CA"] is None


def test_the_callback_key_is_not_sent_to_another_machine_in_the_clear(read: Read, refused: Callable[..., str]) -> None:
    for there in ("http://main.example:8001", "http://10.0.0.2:8001", "http://[2001:db8::1]:8001"):
        said = refused(**SECRETS, MAIN_CALLBACK_BASE_URL=there)
        assert said.startswith(f"main_api cannot start: MAIN_CALLBACK_BASE_URL is '{there}': in production")
        assert read(MAIN_CALLBACK_BASE_URL=there)["CALLBACK_BASE_URL"] == there
    for taken in ("https://main.example", "http://127.0.0.2:8001", "http://localhost:8001", "http://[::1]:8001"):
        assert read(**SECRETS, MAIN_CALLBACK_BASE_URL=taken)["CALLBACK_BASE_URL"] == taken


def test_a_certificate_that_is_none_is_refused_by_name(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    assert "MAIN_CALC_CA" in refused(MAIN_CALC_CA=str(tmp_path / "missing.pem"))
    assert "expected a file with a PEM certificate" in refused(MAIN_CALC_CA=str(tmp_path / "no.pem"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIN_TRUSTED_PROXIES", "gateway"),
        ("MAIN_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("MAIN_SIGN_IN_FAILURES_MAX", "0"),
        ("MAIN_SIGN_IN_ADDRESS_FAILURES_MAX", "-1"),
        ("MAIN_SIGN_IN_LOCK_S", "15m"),
        ("MAIN_REGISTRATIONS_MAX", "0"),
        ("MAIN_SESSION_IDLE_H", "0"),
        ("MAIN_SESSION_LONGEST_H", "1e3"),
        ("MAIN_TOKEN_UNUSED_DAYS", "0"),
        ("MAIN_OPEN_REQUESTS_MAX", "none"),
        ("MAIN_IDEMPOTENCY_KEYS_MAX", "9"),
    ],
)
def test_a_wrong_limit_is_refused_by_its_name(refused: Callable[..., str], name: str, value: str) -> None:
    assert refused(**{name: value}).startswith(f"main_api cannot start: {name}")


def test_cookies_are_for_https_and_this_host_alone_in_production(read: Read) -> None:
    production, development = read(**SECRETS), read()
    assert production["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert production["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert development["SESSION_COOKIE_NAME"] == "sessionid"
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        assert (production[name], development[name]) == (True, False)
    for values in (production, development):
        assert values["SESSION_COOKIE_HTTPONLY"] and values["CSRF_COOKIE_HTTPONLY"]
        assert (values["SESSION_COOKIE_SAMESITE"], values["CSRF_COOKIE_SAMESITE"]) == ("Lax", "Strict")


def test_a_cookie_of_production_is_what_its_prefix_promises(observer: User, settings: Any, client: Any) -> None:
    settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-sessionid", True
    body = {"username": "olga", "password": "wrench-orbit-41"}
    cookie = client.post("/api/auth/login", body, content_type="application/json").cookies["__Host-sessionid"]
    assert cookie["secure"] and cookie["httponly"] and (cookie["path"], cookie["domain"]) == ("/", "")
    assert client.get("/api/auth/me").json()["username"] == "olga"


def test_no_variable_turns_debugging_on(read: Read) -> None:
    for name in ("DEBUG", "MAIN_DEBUG", "DJANGO_DEBUG"):
        assert read(**SECRETS, **{name: "true"})["DEBUG"] is False
    assert read()["DEBUG"] is False


def test_django_s_own_check_finds_nothing_that_is_not_explained(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/main.sqlite3"
    check = ("main_api/manage.py", "check", "--deploy", "--fail-level", "WARNING")
    done = run(*check, MAIN_DATABASE_URL=database, **SECRETS)
    assert done.returncode == 0, done.stderr
    assert done.stderr + done.stdout == "System check identified no issues (2 silenced).\n"


def test_each_silenced_check_has_its_reason(read: Read) -> None:
    source = Path(str(settings_file.__file__)).read_text()
    for identifier in read(**SECRETS)["SILENCED_SYSTEM_CHECKS"]:
        assert identifier.removeprefix("security.") in source.partition("SILENCED_SYSTEM_CHECKS")[0]


def test_demo_accounts_are_not_created_in_production(db: None, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="ASTRODIST_ENV=production"):
        call_command("load_demo")
    assert not User.objects.exists()


class SecureCalc(FakeCalc):
    """The same over TLS; `names` are the schemes that callers used."""

    def __init__(self, made: Certificates) -> None:
        super().__init__()
        self._credentials = grpc.ssl_server_credentials([(made.key.read_bytes(), made.certificate.read_bytes())])

    def __enter__(self) -> "SecureCalc":
        self._server = grpc.server(futures.ThreadPoolExecutor(2))
        calculation_service_pb2_grpc.add_CalculationServiceServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_secure_port('127.0.0.1:0', self._credentials)}"
        self._server.start()
        return self


def test_calc_grpc_is_called_over_tls_where_its_authority_is_named(settings: Any, tmp_path: Path) -> None:
    made, other = make_certificates(tmp_path / "ours"), make_certificates(tmp_path / "another")
    settings.CALC_API_KEY = "a-key-of-calc"
    with SecureCalc(made) as secure:
        settings.CALC_ADDRESSES, settings.CALC_CA = (secure.address,), made.authority.read_bytes()
        calc_client.parse_astrometry(b"a file")
        assert secure.read_contents == [b"a file"]
    for authority in (other.authority.read_bytes(), None):
        with SecureCalc(made) as secure:
            settings.CALC_ADDRESSES, settings.CALC_CA = (secure.address,), authority
            began = time.monotonic()
            with pytest.raises(CalcUnavailable):
                calc_client.parse_astrometry(b"a file")
            assert secure.read_contents == [] and time.monotonic() - began < 10
