"""Settings: defaults, and that a wrong one stops the start by name."""

from pathlib import Path

import pytest

from calc_grpc.catalogue.settings import RetrySettings, SourceSettings
from calc_grpc.config import Config
from calc_grpc.errors import StartRefused
from calc_grpc.origins import origin_of

SECRET = "a-real-secret-of-production"


def test_an_empty_environment_gives_the_defaults_of_development() -> None:
    config = Config.from_env({})
    assert (config.port, config.delay_s, config.worker_count, config.api_key) == (50051, (5.0, 10.0), 0, None)
    assert config.database_url == "sqlite:///var/calc.sqlite3"
    assert config.report_give_up_after_s == 86_400.0
    assert (config.queue_max, config.retention_days) == (200_000, 0.0)
    assert (config.digits_worker_count, config.digits_largest_position) == (1, 10_000_000)
    assert config.digits_keep_days == 0.0
    assert "http://localhost:8001" in config.callback_allowed_origins


def test_the_example_file_holds_the_defaults() -> None:
    lines = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    assert Config.from_env({name: value for name, _, value in pairs}) == Config.from_env({})


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("CALC_PORT", "0", "port", 0),
        ("CALC_PORT", "", "port", 50051),
        ("CALC_DATABASE_URL", "sqlite:////data/calc.db", "database_url", "sqlite:////data/calc.db"),
        ("CALC_DATABASE_URL", "postgresql://u:p@h/calc", "database_url", "postgresql://u:p@h/calc"),
        ("CALC_DELAY_S", "0", "delay_s", (0.0, 0.0)),
        ("CALC_DELAY_S", "3", "delay_s", (3.0, 3.0)),
        ("CALC_DELAY_S", "0.5-1.5", "delay_s", (0.5, 1.5)),
        ("CALC_CALLBACK_KEY", "12345678", "callback_key", "12345678"),
        ("CALC_CALLBACK_ALLOWED_ORIGINS", "HTTPS://A.example:443/, http://b:81",
         "callback_allowed_origins", frozenset({"https://a.example", "http://b:81"})),
        ("CALC_WORKER_COUNT", "3", "worker_count", 3),
        ("CALC_WORKER_MEMORY_MB", "512", "worker_memory_mb", 512),
        ("CALC_TIME_LIMIT_S", "30", "time_limit_s", 30.0),
        ("CALC_DIGITS_TIME_LIMIT_S", "90", "digits_time_limit_s", 90.0),
        ("CALC_API_KEY", "12345678", "api_key", "12345678"),
        ("CALC_REPORT_GIVE_UP_AFTER_S", "60", "report_give_up_after_s", 60.0),
        ("CALC_QUEUE_MAX", "1", "queue_max", 1),
        ("CALC_RETENTION_DAYS", "0.5", "retention_days", 0.5),
        ("CALC_DIGITS_WORKER_COUNT", "2", "digits_worker_count", 2),
        ("CALC_DIGITS_LARGEST_POSITION", "100000000", "digits_largest_position", 100_000_000),
        ("CALC_DIGITS_KEEP_DAYS", "30", "digits_keep_days", 30.0),
        ("CALC_LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("ASTRODIST_LOG_FORMAT", "json", "log_format", "json"),
        ("CALC_MAIN_URL", "http://main:81", "main_url", "http://main:81"),
        ("CALC_CATALOGUE_EVERY_H", "24", "catalogue_every_h", 24.0),
    ],
)  # fmt: skip
def test_a_setting_is_read(name: str, text: str, field: str, value: object) -> None:
    assert getattr(Config.from_env({name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ASTRODIST_ENV", "prod"),
        ("CALC_PORT", "65536"),
        ("CALC_PORT", "-1"),
        ("CALC_WORKER_MEMORY_MB", "511"),
        ("CALC_TIME_LIMIT_S", "0"),
        ("CALC_DIGITS_TIME_LIMIT_S", "an hour"),
        ("CALC_PORT", "http"),
        ("CALC_PORT", "٥٠"),
        ("CALC_DATABASE_URL", "mysql://localhost/calc"),
        ("CALC_DATABASE_URL", "sqlite:///"),
        ("CALC_DATABASE_URL", "calc.sqlite3"),
        ("CALC_DELAY_S", "10-5"),
        ("CALC_DELAY_S", "-1"),
        ("CALC_DELAY_S", "soon"),
        ("CALC_DELAY_S", "5-10-15"),
        ("CALC_DELAY_S", "86401"),
        ("CALC_CALLBACK_KEY", "short"),
        ("CALC_CALLBACK_KEY", "has a blank in it"),
        ("CALC_CALLBACK_KEY", "one-secret,another"),
        ("CALC_CALLBACK_KEY", "whsec_dG9vIHNob3J0"),
        ("CALC_CALLBACK_KEY", "whsec_!ot-base64-at-all-!!!!!!!!!!!!!!!!!!"),
        ("CALC_CALLBACK_ALLOWED_ORIGINS", "127.0.0.1:8001"),
        ("CALC_CALLBACK_ALLOWED_ORIGINS", "http://a/path"),
        ("CALC_CALLBACK_ALLOWED_ORIGINS", "*"),
        ("CALC_WORKER_COUNT", "257"),
        ("CALC_WORKER_COUNT", "two"),
        ("CALC_API_KEY", "short"),
        ("CALC_REPORT_GIVE_UP_AFTER_S", "0"),
        ("CALC_REPORT_GIVE_UP_AFTER_S", "inf"),
        ("CALC_QUEUE_MAX", "0"),
        ("CALC_QUEUE_MAX", "many"),
        ("CALC_RETENTION_DAYS", "-1"),
        ("CALC_DIGITS_WORKER_COUNT", "0"),
        ("CALC_DIGITS_WORKER_COUNT", "17"),
        ("CALC_DIGITS_LARGEST_POSITION", "-1"),
        ("CALC_DIGITS_LARGEST_POSITION", "100000001"),
        ("CALC_DIGITS_KEEP_DAYS", "for ever"),
        ("CALC_RETENTION_DAYS", "36501"),
        ("CALC_LOG_LEVEL", "LOUD"),
        ("ASTRODIST_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_stops_the_start_by_name(name: str, text: str) -> None:
    with pytest.raises(StartRefused, match=f"^{name}: "):
        Config.from_env({name: text})


@pytest.mark.parametrize("key", ["", "development-callback-key"])
def test_production_needs_a_callback_key_of_its_own(key: str) -> None:
    with pytest.raises(StartRefused, match=r"^CALC_CALLBACK_KEY: "):
        Config.from_env({"ASTRODIST_ENV": "production", "CALC_CALLBACK_KEY": key})


def test_keys_stay_out_of_what_may_be_logged() -> None:
    assert SECRET not in repr(
        Config.from_env(
            {
                "CALC_CALLBACK_KEY": SECRET,
                "CALC_API_KEY": SECRET,
                "CALC_DATABASE_URL": f"postgresql://u:{SECRET}@h/calc",
            }
        )
    )


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8001/api/requests/1/result", "http://127.0.0.1:8001"),
        ("http://LOCALHOST:80/x", "http://localhost"),
        ("https://a.example", "https://a.example"),
        ("http://[::1]:8001/x", "http://[::1]:8001"),
        ("http://127.0.0.1:8001@evil.example/", None),
        ("http://127.0.0.1:8001\\@evil.example/", None),
        ("http://127.0.0.1:8001/\r\nX-Header: x", None),
        ("http://127.0.0.1:99999/", None),
        ("ftp://127.0.0.1/", None),
        ("//127.0.0.1/x", None),
        ("/x", None),
        ("http:///x", None),
        ("", None),
        ("http://a/" + "x" * 2000, None),
    ],
)
def test_the_origin_of_a_url_is_what_a_request_would_go_to(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_the_source_of_the_catalogue_has_settings_of_its_own() -> None:
    environ = {
        "CALC_CATALOGUE_URL": "http://mirror/query",
        "CALC_CATALOGUE_CONCURRENCY": "7",
        "CALC_CATALOGUE_PAGE_SIZE": "500",
        "CALC_CATALOGUE_ATTEMPTS": "5",
        "CALC_CATALOGUE_FIRST_WAIT_S": "0.5",
        "CALC_CATALOGUE_WAIT_FACTOR": "3",
        "CALC_CATALOGUE_LONGEST_WAIT_S": "20",
        "CALC_CATALOGUE_TIMEOUT_S": "30",
        "CALC_CATALOGUE_CONNECT_TIMEOUT_S": "4",
    }
    assert Config.from_env(environ).catalogue_source == SourceSettings(
        url="http://mirror/query",
        concurrency=7,
        page_size=500,
        retry=RetrySettings(attempt_count=5, first_wait_s=0.5, factor=3.0, longest_wait_s=20.0),
        request_timeout_s=30.0,
        connect_timeout_s=4.0,
    )


def test_by_default_the_source_is_the_stand_in_in_development_and_jpl_in_production() -> None:
    assert Config.from_env({}).catalogue_source.url == "http://127.0.0.1:8002/sbdb_query.api"
    environ = {"CALC_API_KEY": SECRET, "CALC_CALLBACK_ALLOWED_ORIGINS": "https://main.example"}
    source = Config.from_env({"ASTRODIST_ENV": "production", "CALC_CALLBACK_KEY": SECRET, **environ}).catalogue_source
    assert (source.url, source.concurrency) == ("https://ssd-api.jpl.nasa.gov/sbdb_query.api", 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CALC_MAIN_URL", "main"),
        ("CALC_CATALOGUE_URL", "ftp://mirror/"),
        ("CALC_CATALOGUE_URL", "http://mirror/?fields=a"),
        ("CALC_CATALOGUE_URL", "http://somebody@mirror/"),
        ("CALC_CATALOGUE_CONCURRENCY", "0"),
        ("CALC_CATALOGUE_CONCURRENCY", "1001"),
        ("CALC_CATALOGUE_PAGE_SIZE", "20001"),
        ("CALC_CATALOGUE_ATTEMPTS", "0"),
        ("CALC_CATALOGUE_WAIT_FACTOR", "0.5"),
        ("CALC_CATALOGUE_TIMEOUT_S", "0"),
        ("CALC_CATALOGUE_EVERY_H", "-1"),
    ],
)
def test_a_wrong_setting_of_the_catalogue_stops_the_start_by_name(name: str, text: str) -> None:
    with pytest.raises(StartRefused, match=f"^{name}: "):
        Config.from_env({name: text})


def test_the_last_synchronisation_is_remembered_until_the_next_is_due() -> None:
    environ = {"CALC_RETENTION_DAYS": "1", "CALC_CATALOGUE_EVERY_H": "24"}
    assert Config.from_env(environ).catalogue_every_h == 24.0
    with pytest.raises(StartRefused, match=r"^CALC_CATALOGUE_EVERY_H: .* 24 h that CALC_RETENTION_DAYS keeps"):
        Config.from_env(environ | {"CALC_CATALOGUE_EVERY_H": "25"})


def test_more_than_one_request_at_a_time_is_refused_for_jpl_with_the_reason() -> None:
    environ = {"CALC_CATALOGUE_URL": "https://ssd-api.jpl.nasa.gov/sbdb_query.api", "CALC_CATALOGUE_CONCURRENCY": "2"}
    with pytest.raises(StartRefused, match=r"^CALC_CATALOGUE_CONCURRENCY: JPL's terms of use allow one request"):
        Config.from_env(environ)
