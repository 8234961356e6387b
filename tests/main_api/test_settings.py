"""Settings are read strictly: a wrong one stops the start by its name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from main_api.config.environment import Environment, SettingError

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "ASTRODIST_ENV": "production",
    "MAIN_SECRET_KEY": "0123456789" * 5,
    "MAIN_CALC_API_KEY": "a-key-of-calc",
    "MAIN_CALLBACK_KEYS": "first-secret-key,second-secret-key",
    "MAIN_ALLOWED_HOSTS": "astrodist.example",
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAIN_", "ASTRODIST_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=kept | variables, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ASTRODIST_ENV", "staging", "development or production"),
        ("MAIN_PORT", "0", "a port"),
        ("MAIN_PORT", "x", "a port"),
        ("MAIN_PORT", "65536", "a port"),
        ("MAIN_DATABASE_URL", "mysql://host/name", "sqlite:///PATH or postgresql://"),
        ("MAIN_DATABASE_URL", "sqlite://", "sqlite:///PATH or postgresql://"),
        ("MAIN_CALC_ADDRESS", "localhost", "HOST:PORT"),
        ("MAIN_CALC_ADDRESS", "10.0.0.1:50051,10.0.0.2", "HOST:PORT"),
        ("MAIN_CALC_ADDRESS", "10.0.0.1:50051,calc.example:50051", "one name that has them all"),
        ("MAIN_CALC_ADDRESS", "10.0.0.1:50051,[::1]:50051", "an IPv4, or each an"),
        ("MAIN_CALC_NAME", "https://calc", "a host name"),
        ("MAIN_CALLBACK_BASE_URL", "ftp://host", "an origin"),
        ("MAIN_CALLBACK_BASE_URL", "http://host/path", "an origin"),
        ("MAIN_CALLBACK_BASE_URL", "http://host:port", "an origin"),
        ("MAIN_CALLBACK_KEYS", "short", "8 bytes or more"),
        ("MAIN_CALLBACK_KEYS", ",", "at least one"),
        ("MAIN_CALLBACK_KEYS", "a-good-key,whsec_dG9vIHNob3J0", "24 or more random bytes"),
        ("MAIN_REQUIRE_SIGNATURE", "yes", "expected true or false"),
        ("ASTRODIST_LOG_FORMAT", "xml", "expected text or json"),
        ("MAIN_IDEMPOTENCY_KEEP_H", "0", "a whole number, 1 to 720"),
        ("MAIN_IDEMPOTENCY_KEEP_H", "1.5", "a whole number, 1 to 720"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingError, match=f"^{name}.*{expected}"):
        read_all({name: value})


@pytest.mark.parametrize("name", ["MAIN_SECRET_KEY", "MAIN_CALLBACK_KEYS", "MAIN_ALLOWED_HOSTS"])
def test_production_needs_its_secrets_and_hosts(name: str) -> None:
    with pytest.raises(SettingError, match=f"^{name}.*in production"):
        read_all({**SECRETS, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIN_SECRET_KEY", "development-only"),
        ("MAIN_SECRET_KEY", "short"),
        ("MAIN_CALLBACK_KEYS", "first-secret-key,development-callback-key"),
    ],
)
def test_production_refuses_what_is_no_secret(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^{name}.*in production"):
        read_all({**SECRETS, name: value})


def test_certificates_and_the_address_to_listen_on(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued, other = authority.issue_cert("localhost"), authority.issue_cert("localhost")
    files = {"cert": issued.cert_chain_pems[0], "key": issued.private_key_pem, "other": other.private_key_pem}
    for name, blob in files.items():
        blob.write_to_path(str(tmp_path / name))

    def pair(certificate: str, key: str) -> object:
        given = {"C": f"{tmp_path}/{certificate}" if certificate else "", "K": f"{tmp_path}/{key}" if key else ""}
        return Environment(given).key_pair("C", "K")

    assert pair("", "") is None
    assert pair("cert", "key") == (tmp_path / "cert", tmp_path / "key")
    for certificate, key, named in (("cert", "", "K"), ("", "key", "C"), ("cert", "other", "C, K"), ("no", "key", "C")):
        with pytest.raises(SettingError, match=f"^{named}"):
            pair(certificate, key)
    assert Environment({}).host("H", "127.0.0.1", is_encrypted=False) == "127.0.0.1"
    open_to_all = {"H": "0.0.0.0"}
    assert Environment(open_to_all).host("H", "127.0.0.1", is_encrypted=False) == "0.0.0.0"
    assert Environment({**SECRETS, **open_to_all}).host("H", "127.0.0.1", is_encrypted=True) == "0.0.0.0"
    for variables in ({**SECRETS, **open_to_all}, {"H": "all"}):
        with pytest.raises(SettingError, match=r"^H"):
            Environment(variables).host("H", "127.0.0.1", is_encrypted=False)


def read_all(variables: dict[str, str]) -> None:
    """Reads each setting as settings.py does."""
    env = Environment(variables)
    env.port("MAIN_PORT", 8001)
    env.database_url("MAIN_DATABASE_URL", "sqlite:///var/main.sqlite3")
    env.secret("MAIN_SECRET_KEY", "development-only")
    env.hosts("MAIN_ALLOWED_HOSTS", "127.0.0.1")
    env.addresses("MAIN_CALC_ADDRESS", "127.0.0.1:50051")
    env.host_name("MAIN_CALC_NAME")
    env.keys("MAIN_CALLBACK_KEYS", "development-callback-key")
    env.origin("MAIN_CALLBACK_BASE_URL", "http://127.0.0.1:8001")
    env.switch("MAIN_REQUIRE_SIGNATURE", default=env.production)
    env.whole("MAIN_IDEMPOTENCY_KEEP_H", 24, 1, 720)
    env.word("ASTRODIST_LOG_FORMAT", "text", ("text", "json"))


def test_the_development_s_defaults_and_a_whole_production_are_fine() -> None:
    read_all({})
    read_all(SECRETS)


def test_a_wrong_setting_ends_the_program_with_2_and_without_a_trace() -> None:
    done = run("-m", "main_api", MAIN_PORT="none")
    assert done.returncode == 2
    assert done.stderr == "main_api cannot start: MAIN_PORT is 'none': expected a port, 1 to 65535\n"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"MAIN_REQUIRE_SIGNATURE": "true"}, True),
        (SECRETS, True),
    ],
)
def test_signatures_are_required_in_production(variables: dict[str, str], expected: bool, tmp_path: Path) -> None:
    script = f"from main_api.config import settings\nassert settings.REQUIRE_SIGNATURE is {expected}\n"
    done = run("-c", script, MAIN_DATABASE_URL=f"sqlite:///{tmp_path}/main.sqlite3", **variables)
    assert done.returncode == 0, done.stderr


def test_every_command_has_help_even_where_settings_are_wrong() -> None:
    done = run("-m", "main_api", "--help", MAIN_PORT="none")
    assert done.returncode == 0 and "MAIN_PORT" in done.stdout
    done = run("main_api/manage.py", "repair_calculations", "--help")
    assert done.returncode == 0 and "--older-than" in done.stdout


def test_production_is_secure_and_django_s_own_check_agrees(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/main.sqlite3"
    done = run(
        "main_api/manage.py", "check", "--deploy", "--fail-level", "ERROR", MAIN_DATABASE_URL=database, **SECRETS
    )
    assert done.returncode == 0, done.stderr
    script = (
        "from main_api.config import settings as s\n"
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and not s.DEBUG\n"
        "assert s.ALLOWED_HOSTS == ['astrodist.example', '127.0.0.1']\n"
    )
    done = run("-c", script, MAIN_DATABASE_URL=database, **SECRETS)
    assert done.returncode == 0, done.stderr


def test_the_demo_is_refused_in_production(tmp_path: Path) -> None:
    done = run("main_api/manage.py", "load_demo", MAIN_DATABASE_URL=f"sqlite:///{tmp_path}/main.sqlite3", **SECRETS)
    assert done.returncode == 1 and "ASTRODIST_ENV=production" in done.stderr


def test_every_setting_is_listed_in_the_example_with_its_default() -> None:
    # A `#` right before the name: the default follows from another setting.
    example = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    names = {name for name in example if name.startswith("MAIN_")}
    source = (ROOT / "main_api" / "config" / "settings.py").read_text()
    assert names == set(re.findall(r'"(MAIN_[A-Z_]+)"', source))
    read_all(example)
