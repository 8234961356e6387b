"""Settings are strict, and a wrong one is named."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import trustme

from gateway.config import REPOSITORY, Config, ConfigError
from gateway.limits import Limits, setting_of, table


def test_an_empty_environment_gives_the_defaults_of_development() -> None:
    assert Config.from_env({}) == Config()
    assert Config.from_env({"GATEWAY_PORT": "", "GATEWAY_CALC_API_KEY": "  "}) == Config()


def test_every_setting_is_read(tmp_path: Path) -> None:
    config = Config.from_env(
        {
            "GATEWAY_HOST": "0.0.0.0",
            "GATEWAY_PORT": "8123",
            "GATEWAY_MAIN_URL": "https://main.example:444/, https://other.example",
            "GATEWAY_CALC_ADDRESS": "[::1]:50055,[2001:db8::2]:50051",
            "GATEWAY_CALC_NAME": "calc.example",
            "GATEWAY_CALC_API_KEY": "key",
            "GATEWAY_STATIC_DIR": str(tmp_path),
            "GATEWAY_TRUSTED_PROXIES": "10.0.0.1, 192.168.0.0/16",
            "GATEWAY_RPC_TIMEOUT_S": "2.5",
            "GATEWAY_MAIN_TIMEOUT_S": "3",
        }
    )
    assert config == Config(
        host="0.0.0.0",
        port=8123,
        main_urls=("https://main.example:444", "https://other.example"),
        calc_addresses=("[::1]:50055", "[2001:db8::2]:50051"),
        calc_name="calc.example",
        calc_api_key="key",
        static_dir=tmp_path,
        trusted_proxies=("10.0.0.1", "192.168.0.0/16"),
        rpc_timeout_s=2.5,
        main_timeout_s=3.0,
    )


def test_a_relative_folder_is_taken_from_the_repository() -> None:
    assert Config.from_env({"GATEWAY_STATIC_DIR": "frontend/other"}).static_dir == REPOSITORY / "frontend" / "other"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASTRODIST_ENV", "prod"),
        ("ASTRODIST_LOG_FORMAT", "xml"),
        ("GATEWAY_HOST", "http://x"),
        ("GATEWAY_PORT", "0"),
        ("GATEWAY_PORT", "65536"),
        ("GATEWAY_PORT", "80a"),
        ("GATEWAY_PORT", "\u0663"),
        ("GATEWAY_MAIN_URL", "127.0.0.1:8001"),
        ("GATEWAY_MAIN_URL", "http://h:8001/api"),
        ("GATEWAY_MAIN_URL", "http://user:pw@h"),
        ("GATEWAY_MAIN_URL", "http://h:99999"),
        ("GATEWAY_MAIN_URL", "ftp://h"),
        ("GATEWAY_MAIN_URL", "http://h,https://g"),
        ("GATEWAY_MAIN_URL", "http://h,g"),
        ("GATEWAY_MAIN_URL", ","),
        ("GATEWAY_CALC_ADDRESS", "localhost"),
        ("GATEWAY_CALC_ADDRESS", ":50051"),
        ("GATEWAY_CALC_ADDRESS", "http://h:50051"),
        ("GATEWAY_CALC_ADDRESS", "10.0.0.1:50051,10.0.0.2"),
        ("GATEWAY_CALC_ADDRESS", "10.0.0.1:50051,calc.example:50051"),
        ("GATEWAY_CALC_ADDRESS", "10.0.0.1:50051,[::1]:50051"),
        ("GATEWAY_CALC_ADDRESS", "a.example:50051,b.example:50051"),
        ("GATEWAY_CALC_ADDRESS", ","),
        ("GATEWAY_CALC_NAME", "https://calc"),
        ("GATEWAY_CALC_API_KEY", "schl\u00fcssel"),
        ("GATEWAY_STATIC_DIR", __file__),
        ("GATEWAY_TRUSTED_PROXIES", "proxy.example"),
        ("GATEWAY_RPC_TIMEOUT_S", "0"),
        ("GATEWAY_RPC_TIMEOUT_S", "nan"),
        ("GATEWAY_MAIN_TIMEOUT_S", "soon"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({name: value})


@pytest.fixture
def pem(tmp_path: Path) -> dict[str, str]:
    """A certificate, its key, the authority that signed it, and a key of another certificate."""
    authority = trustme.CA()
    issued, other = authority.issue_cert("localhost"), authority.issue_cert("localhost")
    for name, blob in (
        ("cert", issued.cert_chain_pems[0]),
        ("key", issued.private_key_pem),
        ("ca", authority.cert_pem),
        ("other_key", other.private_key_pem),
    ):
        blob.write_to_path(tmp_path / f"{name}.pem")
    (tmp_path / "text.pem").write_text("no certificate")
    return {path.stem: str(path) for path in tmp_path.glob("*.pem")}


@pytest.mark.parametrize("limit", fields(Limits), ids=lambda limit: limit.name)
def test_every_limit_is_a_setting_with_bounds_told_in_the_example(limit: Any) -> None:
    name, bounds = setting_of(limit), limit.metadata["bounds"]
    for value in (bounds["least"], bounds["most"]):
        assert getattr(Config.from_env({name: str(value)}), limit.name) == value
    for wrong in (bounds["most"] + 1, bounds["least"] - 1, "many", "nan", "\u0663"):
        with pytest.raises(ConfigError, match=name):
            Config.from_env({name: str(wrong)})
    example = (REPOSITORY / ".env.example").read_text()
    given = re.search(rf"^{name}=(.*)$", example, re.MULTILINE)
    assert given is not None and float(given[1]) == limit.default
    assert f"| `{name}` | {limit.default} |" in table()


def test_a_limit_of_whole_things_takes_no_fraction() -> None:
    with pytest.raises(ConfigError, match="GATEWAY_STREAM_LIMIT"):
        Config.from_env({"GATEWAY_STREAM_LIMIT": "1.5"})


def test_certificates_are_read(pem: dict[str, str]) -> None:
    names = {"TLS_CERT": "cert", "TLS_KEY": "key", "MAIN_CA": "ca", "CALC_CA": "ca"}
    config = Config.from_env({f"GATEWAY_{setting}": pem[name] for setting, name in names.items()})
    assert (config.tls_cert, config.tls_key) == (Path(pem["cert"]), Path(pem["key"]))
    assert config.main_ca == config.calc_ca == Path(pem["ca"])


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"TLS_CERT": "cert"}, "GATEWAY_TLS_KEY"),
        ({"TLS_KEY": "key"}, "GATEWAY_TLS_CERT"),
        ({"TLS_CERT": "cert", "TLS_KEY": "other_key"}, "GATEWAY_TLS_KEY"),
        ({"TLS_CERT": "text", "TLS_KEY": "key"}, "GATEWAY_TLS_CERT"),
        ({"TLS_CERT": "missing", "TLS_KEY": "key"}, "GATEWAY_TLS_CERT"),
        ({"MAIN_CA": "text"}, "GATEWAY_MAIN_CA"),
        ({"CALC_CA": "text"}, "GATEWAY_CALC_CA"),
        ({"CALC_CA": "missing"}, "GATEWAY_CALC_CA"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_refused_by_name(
    pem: dict[str, str], settings: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        Config.from_env({f"GATEWAY_{name}": pem.get(value, "var/no-such.pem") for name, value in settings.items()})


PRODUCTION = {"ASTRODIST_ENV": "production", "GATEWAY_CALC_API_KEY": "a-key-of-calc"}


def test_production_on_one_machine_needs_no_certificates() -> None:
    assert Config.from_env(PRODUCTION).calc_api_key == "a-key-of-calc"


@pytest.mark.parametrize(
    ("name", "value"), [("ASTRODIST_METRICS_KEY", "short"), ("GATEWAY_TRUSTED_PROXIES", "10.0.0.1,0.0.0.0/0")]
)
def test_production_takes_no_key_to_guess_and_believes_not_everybody(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}: in production"):
        Config.from_env({**PRODUCTION, name: value})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"GATEWAY_CALC_API_KEY": ""}, "GATEWAY_CALC_API_KEY"),
        ({"GATEWAY_MAIN_URL": "http://main.example:8001"}, "GATEWAY_MAIN_URL"),
        ({"GATEWAY_MAIN_URL": "http://127.0.0.1:8001,http://main.example:8001"}, "GATEWAY_MAIN_URL"),
        ({"GATEWAY_CALC_ADDRESS": "127.0.0.1:50051,10.0.0.2:50051"}, "GATEWAY_CALC_CA"),
        ({"GATEWAY_CALC_ADDRESS": "calc.example:50051"}, "GATEWAY_CALC_CA"),
        ({"GATEWAY_HOST": "0.0.0.0"}, "GATEWAY_TLS_CERT"),
    ],
)
def test_production_sends_no_secret_in_the_clear(changes: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        Config.from_env({**PRODUCTION, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"GATEWAY_MAIN_URL": "https://main.example:8001"},
        {"GATEWAY_MAIN_URL": "http://[::1]:8001"},
        {"GATEWAY_CALC_ADDRESS": "calc.example:50051", "GATEWAY_CALC_CA": "ca"},
        {"GATEWAY_HOST": "0.0.0.0", "GATEWAY_TLS_CERT": "cert", "GATEWAY_TLS_KEY": "key"},
        {"GATEWAY_HOST": "0.0.0.0", "GATEWAY_TRUSTED_PROXIES": "10.0.0.1"},
    ],
)
def test_production_takes_what_is_encrypted_or_stays_on_this_machine(
    pem: dict[str, str], changes: dict[str, str]
) -> None:
    Config.from_env({**PRODUCTION, **{name: pem.get(value, value) for name, value in changes.items()}})
