"""Settings are strict, and a wrong one is named."""

from pathlib import Path

import pytest

from gateway.config import REPOSITORY, Config, ConfigError


def test_an_empty_environment_gives_the_defaults_of_development() -> None:
    assert Config.from_env({}) == Config()
    assert Config.from_env({"GATEWAY_PORT": "", "GATEWAY_CALC_API_KEY": "  "}) == Config()


def test_every_setting_is_read(tmp_path: Path) -> None:
    config = Config.from_env(
        {
            "GATEWAY_HOST": "0.0.0.0",
            "GATEWAY_PORT": "8123",
            "GATEWAY_MAIN_URL": "https://main.example:444/",
            "GATEWAY_CALC_ADDRESS": "[::1]:50055",
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
        main_url="https://main.example:444",
        calc_address="[::1]:50055",
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
        ("GATEWAY_CALC_ADDRESS", "localhost"),
        ("GATEWAY_CALC_ADDRESS", ":50051"),
        ("GATEWAY_CALC_ADDRESS", "http://h:50051"),
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


def test_production_needs_a_key_for_a_calc_grpc_elsewhere() -> None:
    production = {"ASTRODIST_ENV": "production"}
    assert Config.from_env(production).calc_api_key == ""
    with pytest.raises(ConfigError, match="GATEWAY_CALC_API_KEY"):
        Config.from_env({**production, "GATEWAY_CALC_ADDRESS": "calc.example:50051"})
