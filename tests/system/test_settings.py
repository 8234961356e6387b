"""`.env.example` copied to `.env`: a changed port is followed by every address, and nothing else is needed."""

from dotenv import dotenv_values

from scripts.services import ROOT, complete_environment


def test_addresses_follow_the_ports_when_the_example_is_copied() -> None:
    example = {name: value or "" for name, value in dotenv_values(ROOT / ".env.example").items()}
    settings = complete_environment({**example, "MAIN_PORT": "8101", "CALC_PORT": "50151", "GATEWAY_PORT": "8100"})
    assert settings["GATEWAY_MAIN_URL"] == settings["MAIN_CALLBACK_BASE_URL"] == "http://127.0.0.1:8101"
    assert settings["GATEWAY_CALC_ADDRESS"] == settings["MAIN_CALC_ADDRESS"] == "127.0.0.1:50151"
    assert settings["CALC_CALLBACK_ALLOWED_ORIGINS"].split(",") == [
        "http://127.0.0.1:8101",
        "http://localhost:8101",
        "http://127.0.0.1:8100",
        "http://localhost:8100",
    ]


def test_an_empty_setting_is_as_good_as_none() -> None:
    settings = complete_environment({"MAIN_PORT": "", "ASTRODIST_ENV": "", "HOME": ""})
    assert settings["MAIN_PORT"] == "8001"
    assert "ASTRODIST_ENV" not in settings
    assert settings["HOME"] == ""
