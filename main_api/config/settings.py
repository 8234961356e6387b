"""Settings of main_api. Every environment variable is read here, once, and nowhere else."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from main_api.config.environment import Environment, SettingError

REPOSITORY = Path(__file__).resolve().parents[2]
DEVELOPMENT_KEY = "development-callback-key"

# --- environment ---
try:
    env = Environment(os.environ)
    PRODUCTION = env.production
    PORT = env.port("MAIN_PORT", 8001)
    DATABASE_URL = env.database_url("MAIN_DATABASE_URL", "sqlite:///var/main.sqlite3")
    SECRET_KEY = env.secret("MAIN_SECRET_KEY", "development-only")
    ALLOWED_HOSTS = list(env.hosts("MAIN_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]"))
    CALC_ADDRESS = env.address("MAIN_CALC_ADDRESS", "127.0.0.1:50051")
    CALC_API_KEY = env.text("MAIN_CALC_API_KEY", "")
    CALLBACK_KEYS = env.keys("MAIN_CALLBACK_KEYS", DEVELOPMENT_KEY)
    CALLBACK_BASE_URL = env.origin("MAIN_CALLBACK_BASE_URL", f"http://127.0.0.1:{PORT}")
    REQUIRE_SIGNATURE = env.switch("MAIN_REQUIRE_SIGNATURE", default=PRODUCTION)
except SettingError as error:
    sys.stderr.write(f"main_api cannot start: {error}\n")
    raise SystemExit(2) from None

# calc_grpc calls us by this name.
ALLOWED_HOSTS.append(urlsplit(CALLBACK_BASE_URL).hostname or "127.0.0.1")

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
    "main_api.requests",
]
MIDDLEWARE = [
    "main_api.middleware.UnreadBodyMiddleware",
    "main_api.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
# The gateway removes this header from outside and sets its own.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- HTTP ---
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
STATIC_URL = "/api/static/"
WHITENOISE_USE_FINDERS = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one names the scheme of WWW-Authenticate, which makes "not signed in" 401 instead of 403.
        "main_api.accounts.authentication.TokenAuthentication",
        "main_api.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["main_api.json_parser.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "main_api.exception_handler.handle",
    # JSON is all there is; `?format=xml` is a parameter that nobody reads.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AstroDist",
    "DESCRIPTION": "Requests, observations and results. Errors are RFC 9457 problems with a stable `reason`.",
    "VERSION": "1",
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "main_api.problem_schema.add_problems",
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
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"key_value": {"()": "main_api.logs.KeyValueFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "key_value"},
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
