"""Print settings for production with fresh secrets: python scripts/production_settings.py HOST [--database URL]

HOST is the name by which browsers reach the system, such as asteroids.example.org. The output is the file that
deploy/systemd expects as /etc/astrodist/astrodist.env; `.env.example` explains each setting and lists the others.
"""

import argparse
import re
import secrets
import sys
from base64 import b64encode

STATE = "/var/lib/astrodist"
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 printed; 2 the host or the database is none."""
    options = _parser().parse_args(arguments)
    sys.stdout.write(settings(options.host, options.database))
    return 0


def settings(host: str, database: str | None) -> str:
    """The text of the file. database: PostgreSQL's address without a database's name; None: SQLite."""
    main_database = f"{database}/astrodist_main" if database else f"sqlite:///{STATE}/main.sqlite3"
    calc_database = f"{database}/astrodist_calc" if database else f"sqlite:///{STATE}/calc.sqlite3"
    callback_key = f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    calc_api_key = secrets.token_urlsafe(32)
    values = {
        "ASTRODIST_ENV": "production",
        "ASTRODIST_METRICS_KEY": secrets.token_urlsafe(32),
        "GATEWAY_HOST": "0.0.0.0",
        "GATEWAY_PORT": "443",
        "GATEWAY_TLS_CERT": "/etc/astrodist/fullchain.pem",
        "GATEWAY_TLS_KEY": "/etc/astrodist/privkey.pem",
        "GATEWAY_MAIN_URL": "http://127.0.0.1:8001",
        "GATEWAY_CALC_ADDRESS": "127.0.0.1:50051",
        "GATEWAY_CALC_API_KEY": calc_api_key,
        "MAIN_PORT": "8001",
        "MAIN_DATABASE_URL": main_database,
        "MAIN_SECRET_KEY": secrets.token_urlsafe(48),
        "MAIN_ALLOWED_HOSTS": host,
        "MAIN_CALC_ADDRESS": "127.0.0.1:50051",
        "MAIN_CALC_API_KEY": calc_api_key,
        "MAIN_CALLBACK_KEYS": callback_key,
        "MAIN_CALLBACK_BASE_URL": "http://127.0.0.1:8001",
        "CALC_PORT": "50051",
        "CALC_DATABASE_URL": calc_database,
        "CALC_API_KEY": calc_api_key,
        "CALC_CALLBACK_KEY": callback_key,
        "CALC_CALLBACK_ALLOWED_ORIGINS": "http://127.0.0.1:8001",
        "CALC_MAIN_URL": "http://127.0.0.1:8001",
        "CALC_METRICS_PORT": "8003",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host", type=_host, help="the name in the address bar")
    parser.add_argument(
        "--database", type=_database, metavar="URL", help="postgresql://USER:PASSWORD@HOST instead of SQLite"
    )
    return parser


def _host(text: str) -> str:
    if not HOST_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no host name")
    return text


def _database(text: str) -> str:
    if not re.fullmatch(r"postgres(ql)?://[^/\s]+/?", text):
        raise argparse.ArgumentTypeError("expected postgresql://USER:PASSWORD@HOST, without the name of a database")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.exit(main())
