"""`.env.example` copied to `.env`: a changed port is followed by every address, and nothing else is needed."""

from dotenv import dotenv_values

from scripts.services import ROOT, SERVICES, STANDIN, complete_environment, services_of


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


def test_in_development_the_stand_in_is_the_source_of_the_catalogue() -> None:
    settings = complete_environment({"CALC_STANDIN_PORT": "8123", "MAIN_PORT": "8101"})
    assert settings["CALC_CATALOGUE_URL"] == "http://127.0.0.1:8123/sbdb_query.api"
    assert settings["CALC_MAIN_URL"] == "http://127.0.0.1:8101"
    assert STANDIN in services_of(settings)


def test_the_stand_in_is_not_started_in_production_or_when_another_source_is_named() -> None:
    elsewhere = complete_environment({"CALC_CATALOGUE_URL": "https://ssd-api.jpl.nasa.gov/sbdb_query.api"})
    assert services_of(elsewhere) == SERVICES
    production = complete_environment({"ASTRODIST_ENV": "production"})
    assert services_of(production) == SERVICES and "CALC_CATALOGUE_URL" not in production
