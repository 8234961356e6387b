"""Settings of main_api. Every environment variable is read here, once, and nowhere else."""

import logging
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from main_api.config.environment import Environment, SettingError
from main_api.logs import say_why_it_ends

REPOSITORY = Path(__file__).resolve().parents[2]
DEVELOPMENT_KEY = "development-callback-key"

# --- environment ---
try:
    env = Environment(os.environ)
    PRODUCTION = env.production
    PORT = env.port("MAIN_PORT", 8001)
    TLS = env.key_pair("MAIN_TLS_CERT", "MAIN_TLS_KEY")
    HOST = env.host("MAIN_HOST", "127.0.0.1", is_encrypted=TLS is not None)
    DATABASE_URL = env.database_url("MAIN_DATABASE_URL", "sqlite:///var/main.sqlite3")
    SECRET_KEY = env.secret("MAIN_SECRET_KEY", "development-only")
    ALLOWED_HOSTS = list(env.hosts("MAIN_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]"))
    CALC_ADDRESSES = env.addresses("MAIN_CALC_ADDRESS", "127.0.0.1:50051")
    CALC_NAME = env.host_name("MAIN_CALC_NAME")
    CALC_API_KEY = env.calc_key("MAIN_CALC_API_KEY")
    CALLBACK_KEYS = env.keys("MAIN_CALLBACK_KEYS", DEVELOPMENT_KEY)
    CALLBACK_BASE_URL = env.origin("MAIN_CALLBACK_BASE_URL", f"{'https' if TLS else 'http'}://127.0.0.1:{PORT}")
    METRICS_KEY = env.key("ASTRODIST_METRICS_KEY")
    TRACES = bool(env.collector("OTEL_EXPORTER_OTLP_ENDPOINT"))
    LOG_FORMAT = env.word("ASTRODIST_LOG_FORMAT", "json" if PRODUCTION else "text", ("text", "json"))
    REQUIRE_SIGNATURE = env.required_in_production("MAIN_REQUIRE_SIGNATURE")
    CALC_CA = env.certificate("MAIN_CALC_CA")
    env.refuse_open_channel("MAIN_CALC_CA", CALC_CA, CALC_ADDRESSES)
    env.refuse_open_callback("MAIN_CALLBACK_BASE_URL", CALLBACK_BASE_URL)
    TRUSTED_PROXIES = env.networks("MAIN_TRUSTED_PROXIES", "127.0.0.0/8,::1")
    SIGN_IN_FAILURES_MAX = env.whole("MAIN_SIGN_IN_FAILURES_MAX", 10, 1, 1_000)
    SIGN_IN_ADDRESS_FAILURES_MAX = env.whole("MAIN_SIGN_IN_ADDRESS_FAILURES_MAX", 100, 1, 100_000)
    SIGN_IN_LOCK_S = env.whole("MAIN_SIGN_IN_LOCK_S", 900, 1, 86_400)
    REGISTRATIONS_MAX = env.whole("MAIN_REGISTRATIONS_MAX", 200, 1, 1_000_000)
    SESSION_COOKIE_AGE = 3600 * env.whole("MAIN_SESSION_IDLE_H", 12, 1, 8_760)
    SESSION_LONGEST_S = 3600 * env.whole("MAIN_SESSION_LONGEST_H", 168, 1, 8_760)
    TOKEN_UNUSED_DAYS = env.whole("MAIN_TOKEN_UNUSED_DAYS", 90, 1, 3_650)
    OPEN_REQUESTS_MAX = env.whole("MAIN_OPEN_REQUESTS_MAX", 10_000, 1, 1_000_000)
    IDEMPOTENCY_KEEP_H = env.whole("MAIN_IDEMPOTENCY_KEEP_H", 24, 1, 720)
    IDEMPOTENCY_KEYS_MAX = env.whole("MAIN_IDEMPOTENCY_KEYS_MAX", 1_000, 10, 1_000_000)
except SettingError as error:
    sys.stderr.write(f"main_api cannot start: {error}\n")
    raise SystemExit(2) from None

# calc_grpc calls us by this name.
ALLOWED_HOSTS.append(urlsplit(CALLBACK_BASE_URL).hostname or "127.0.0.1")

# --- metrics ---
# What the processes of one server share; where the checkout cannot be written, prometheus-client's variable names it.
METRICS_FOLDER = Path(env.text("PROMETHEUS_MULTIPROC_DIR", str(REPOSITORY / "var" / "metrics" / f"main_api-{PORT}")))

# --- calculations ---
CALC_TIMEOUT_S = 5.0
OBSERVATION_COUNT_MAX = 5000

# --- application ---
DEBUG = False
ROOT_URLCONF = "main_api.config.urls"
WSGI_APPLICATION = "main_api.config.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "main_api.accounts",
    "main_api.asteroids",
    "main_api.idempotency",
    "main_api.requests",
]
MIDDLEWARE = [
    "main_api.client_address.ClientAddressMiddleware",
    "main_api.middleware.UnreadBodyMiddleware",
    "main_api.middleware.RequestIdMiddleware",
    "main_api.middleware.SecureCookieMiddleware",
    "main_api.refused_plainly.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "main_api.late_statements.LateStatementMiddleware",
]
if TRACES:
    MIDDLEWARE.insert(1, "main_api.tracing.TraceMiddleware")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [REPOSITORY / "main_api" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
APPEND_SLASH = False
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# --- database ---
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A relative path is meant from the repository, wherever the process was started.
    DATABASES["default"]["NAME"] = str(REPOSITORY / DATABASES["default"]["NAME"])
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE: a transaction that reads before it writes waits for its turn instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # The log, which a synchronisation of the catalogue makes large, is cut when it was copied.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=16777216;",
    }

# --- who is calling ---
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Refuses nothing; takes the tokens away when a password changes.
AUTH_PASSWORD_VALIDATORS.append({"NAME": "main_api.accounts.revoking.RevokeTokens"})
SESSION_ENGINE = "main_api.accounts.sessions"
# With this prefix a browser takes the cookie over https only, and from no other host of the domain.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "main_api.exception_handler.csrf_failure"
CSRF_COOKIE_SECURE = PRODUCTION
# The gateway removes this header from outside and sets its own.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Of `check --deploy`. W004, W008: whoever speaks https to the browser, the gateway or a proxy in front of it, also
# sends it from http to https and says so for the future; here http from the gateway is the rule. W009: 32 random
# characters are more than anybody tries, it wants 50.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W009"]

# --- HTTP ---
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
STATIC_URL = "/api/static/"
STATICFILES_DIRS = [REPOSITORY / "main_api" / "static"]
WHITENOISE_USE_FINDERS = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one names the scheme of WWW-Authenticate, which makes "not signed in" 401 instead of 403.
        "main_api.accounts.authentication.TokenAuthentication",
        "main_api.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["main_api.accounts.permissions.ByTable"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["main_api.json_parser.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": "main_api.options.NoMetadata",
    "EXCEPTION_HANDLER": "main_api.exception_handler.handle",
    # JSON is all there is; `?format=xml` is a parameter that nobody reads.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AstroDist",
    "DESCRIPTION": (
        "Requests, observations and results. Errors are RFC 9457 problems with a stable `reason`.\n\n"
        "Calls that create take the header `Idempotency-Key`, so that they can be repeated when no answer came; on "
        "`/v1` so does `POST /v1/calculations`, where the caller's own `calculation_id` goes before it. Not so "
        "`POST /api/auth/token`: a token is stored by nobody, so its answer cannot be given again; ask for another "
        "one, the lost one opens nothing to anybody and ends unused.\n\n"
        "Calls that change a request take `If-Match`. It is looked at first: a change repeated with the `ETag` from "
        "before it, because its answer was lost, is 412 where the first one had its effect. So after a 412 read the "
        "request, see whether the change is there, and go on from its new `ETag`. A call with an `Idempotency-Key` "
        "that is repeated is answered as it was first, whatever its `If-Match`.\n\n"
        "With `X-Request-Timeout-S`, seconds, which the gateway sets where its client does not, a call ends with 504 "
        "`DEADLINE_EXCEEDED` when they are over, and what it had begun to write is undone.\n\n"
        "`OPTIONS` on `/api` is 200 without a body for everybody; its header `Allow` names the methods. The "
        "gateway before all this adds refusals of its own, of the same form: 408, 413, 414, 429, 431, 502, 503, 504."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "main_api.openapi.document.complete_document",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Role": "main_api.accounts.models.Role",
        "RequestStatus": "main_api.requests.words.RequestStatus",
        "Verdict": "main_api.requests.words.Verdict",
        "CalculationState": "main_api.requests.words.CalculationState",
        "FinalState": "main_api.requests.words.FINAL_STATE_CHOICES",
        "HistoryAction": "main_api.requests.words.Action",
    },
}

# --- logs ---
logging.captureWarnings(True)
say_why_it_ends()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "main_api.logs.KeyValueFormatter"},
        "json": {"()": "main_api.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO", "propagate": True, "handlers": []},
        # Our access log says it already, with the request id.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": True},
        # The handler of 400 says it in one line; a foreign Host header is no fault of ours.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}
